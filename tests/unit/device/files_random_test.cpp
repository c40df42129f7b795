// Random edits, deletions, partitions and crashes on three devices: in the end all folders are
// equal, and no content was lost that nobody replaced or deleted knowing it.
#include <random>

#include "unit/device/folder_pair.hpp"

namespace troth::device {
namespace {

using namespace testing;

constexpr std::size_t kDevices = 3;

struct Chaos {
  explicit Chaos(std::uint32_t seed) : circle(kDevices, seed), chance(seed) {
    for (std::size_t i = 0; i < kDevices; ++i) circle.bind(i);
  }

  void act() {
    const std::size_t who = chance() % kDevices;
    const std::string path = "f" + std::to_string(chance() % 4);
    const auto dice = chance() % 20;
    if (dice < 9) return write(who, path);
    if (dice < 12) return erase(who, path);
    if (dice < 14) return circle.apart(true);
    if (dice < 17) return circle.apart(false);
    if (dice < 19 && circle.at(who).up())
      circle.world.crash(circle.at(who), dice == 17 ? sim::Loss::power : sim::Loss::process, 200);
  }

  // What stood there is replaced by somebody who saw it.
  void replaced(std::size_t who, const std::string& path) {
    const auto files = circle.files(who);
    if (const auto found = files.find(path); found != files.end()) must_live.erase(found->second);
  }
  void write(std::size_t who, const std::string& path) {
    replaced(who, path);
    const bool big = chance() % 5 == 0;
    auto data = big ? noise(700'000, ++count) : text("content " + std::to_string(++count));
    must_live.insert(data);
    circle.write(who, path, std::move(data));
  }
  void erase(std::size_t who, const std::string& path) {
    if (!circle.files(who).contains(path)) return;
    replaced(who, path);
    circle.erase(who, path);
  }

  void settle() {
    for (int i = 0; i < 4; ++i) {
      circle.run(3000);
      circle.apart(false);
    }
    circle.run(120'000);
  }

  Circle circle;
  std::mt19937 chance;
  std::uint64_t count = 0;
  std::set<Bytes> must_live;
};

class FilesRandom : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(FilesRandom, AllFoldersEndEqualAndNothingIsLost) {
  Chaos chaos(GetParam());
  for (int i = 0; i < 40; ++i) {
    chaos.act();
    chaos.circle.run(chaos.chance() % 800);
  }
  chaos.settle();
  const auto first = chaos.circle.files(0);
  for (std::size_t i = 0; i < kDevices; ++i) {
    std::string names;
    for (const auto& [path, data] : chaos.circle.files(i))
      names += path + " " + std::to_string(data.size()) + " " +
               (data.size() < 100 ? std::string(as_text(data)) : "big") + "; ";
    EXPECT_TRUE(chaos.circle.files(i) == first) << i << ": " << names;
    EXPECT_EQ(chaos.circle.info(i).waiting, 0u) << i;
  }
  std::set<Bytes> there;
  for (const auto& [path, data] : first) there.insert(data);
  for (const auto& data : chaos.must_live)
    EXPECT_TRUE(there.contains(data)) << std::string(as_text(data)).substr(0, 40);
}

INSTANTIATE_TEST_SUITE_P(Seeds, FilesRandom, ::testing::Range(std::uint32_t{1}, std::uint32_t{31}));

}  // namespace
}  // namespace troth::device
