// Rule 10, T7: a thief with an earlier copy of a device writes other batches at the places that a
// removal's cut still covers. The chain that the cut names is the one that stays.
#include <algorithm>

#include "unit/device/folder_pair.hpp"

namespace troth::device {
namespace {

using namespace testing;

constexpr std::size_t kLaptop = 0;
constexpr std::size_t kPhone = 1;
constexpr std::size_t kTablet = 2;

class BelowCut : public ::testing::Test {
 protected:
  // The laptop holds what the phone wrote; the tablet does not. The thief's copy is from before.
  void SetUp() override {
    circle.world.crash(circle.at(kPhone), sim::Loss::process, 100);
    circle.run(1000);
    circle.meet();
    circle.run(2000);
    join(kPhone, kTablet, false);
    join(kLaptop, kTablet, false);
    const auto disk = circle.at(kPhone).disk.snapshot();
    const auto guard = circle.at(kPhone).keys.guard;
    for (int i = 0; i < 5; ++i) put("true" + std::to_string(i));
    ASSERT_EQ(items(kLaptop).size(), 5u);
    join(kPhone, kLaptop, false);
    circle.world.crash(circle.at(kPhone), sim::Loss::process, 100);
    circle.at(kPhone).disk.restore(disk);
    circle.at(kPhone).keys.guard = guard;
    circle.run(1000);
    join(kPhone, kTablet, true);
    circle.run(5000);
  }
  void join(std::size_t a, std::size_t b, bool together) {
    circle.world.set_partition(circle.at(a), circle.at(b), !together);
    if (!together) return;
    for (const auto& [from, to] : {std::pair{a, b}, std::pair{b, a}}) {
      (void)circle.world.submit(circle.at(from),
                                ConnectDevice{circle.at(to).id, circle.at(to).name});
    }
  }
  void put(const std::string& item) {
    PutItem put;
    put.category = circle.category;
    put.item = files::item_of(circle.category, item);
    put.fields.push_back({"text", text(item)});
    (void)circle.world.submit(circle.at(kPhone), put);
    circle.run(2000);
  }
  void steal(int batches) {
    for (int i = 0; i < batches; ++i) put("false" + std::to_string(i));
    ASSERT_EQ(items(kTablet).size(), static_cast<std::size_t>(batches));
    join(kPhone, kTablet, false);
  }
  void remove(bool lost) {
    (void)circle.world.submit(circle.at(kLaptop), RemoveDevice{circle.at(kPhone).id, lost, {}});
    circle.run(2000);
    join(kLaptop, kTablet, true);
    circle.run(60'000);
  }
  std::set<std::string> items(std::size_t i) {
    std::set<std::string> out;
    auto& device = circle.at(i);
    const auto found = device.core().replica_->list(circle.category, {}, 100, false,
                                                    device.at(circle.world.now()).wall);
    EXPECT_TRUE(found);
    for (const auto& item : *found) out.insert(std::string(as_text(item.fields.at(0).body)));
    return out;
  }
  void expect_the_true_ones() {
    const std::set<std::string> wanted{"true0", "true1", "true2", "true3", "true4"};
    EXPECT_EQ(items(kLaptop), wanted);
    EXPECT_EQ(items(kTablet), wanted);
    EXPECT_GT(alerts(circle.at(kTablet), "forked"), 0u);
  }

  Circle circle{3};
};

TEST_F(BelowCut, FewerFalseBatchesGiveWayToTheTrueOnes) {
  steal(3);
  remove(true);
  expect_the_true_ones();
}

TEST_F(BelowCut, AsManyGiveWay) {
  steal(5);
  remove(true);
  expect_the_true_ones();
}

TEST_F(BelowCut, MoreGiveWay) {
  steal(8);
  remove(true);
  expect_the_true_ones();
}

TEST_F(BelowCut, WhoHoldsTheFalseOnesDoesNotRaiseTheCut) {
  steal(8);
  remove(false);
  expect_the_true_ones();
}

}  // namespace
}  // namespace troth::device
