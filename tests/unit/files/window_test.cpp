#include "files/window.hpp"

#include <random>

#include "unit/files/support.hpp"

namespace troth::files {
namespace {

const DeviceId kLaptop{{1}}, kPhone{{2}}, kSelf{{3}};
bool any(const ChunkId&) { return true; }

ChunkId id(std::uint8_t n) { return ChunkId{{n}}; }

ChunkList list(const std::vector<std::uint8_t>& ids, std::size_t length = 100'000) {
  Bytes rows;
  for (const auto n : ids) ChunkList::add(rows, id(n), length);
  return *ChunkList::parse(std::move(rows), ids.size() * length);
}

TEST(Window, EachChunkIsAskedOnceAndComesOutInOrder) {
  Window window(list({1, 2, 3}));
  EXPECT_EQ(window.ask(kLaptop, any)->id, id(1));
  EXPECT_EQ(window.ask(kPhone, any)->id, id(2));
  EXPECT_EQ(window.ask(kLaptop, any)->id, id(3));
  EXPECT_FALSE(window.ask(kPhone, any));
  EXPECT_TRUE(window.take(id(2), Bytes(100'000, 2)));
  EXPECT_FALSE(window.pop());
  EXPECT_TRUE(window.take(id(1), Bytes(100'000, 1)));
  const auto first = window.pop();
  EXPECT_EQ(first->offset, 0u);
  EXPECT_EQ(first->data[0], 1);
  EXPECT_EQ(window.pop()->offset, 100'000u);
  EXPECT_FALSE(window.done());
  EXPECT_TRUE(window.take(id(3), Bytes(100'000, 3)));
  EXPECT_EQ(window.pop()->offset, 200'000u);
  EXPECT_TRUE(window.done());
}

TEST(Window, WhatNobodyAskedForIsNotTaken) {
  Window window(list({1, 2}));
  EXPECT_FALSE(window.take(id(1), Bytes(1)));
  (void)window.ask(kLaptop, any);
  EXPECT_FALSE(window.take(id(2), Bytes(1)));
  EXPECT_TRUE(window.take(id(1), Bytes(100'000)));
  EXPECT_FALSE(window.take(id(1), Bytes(100'000)));  // twice
}

TEST(Window, NoMoreIsUnderWayThanTheBound) {
  Window window(list({1, 2, 3, 4, 5, 6, 7, 8}, limits::kChunkMax));
  std::size_t bytes = 0;
  while (const auto row = window.ask(kLaptop, any)) bytes += row->length;
  EXPECT_EQ(bytes, limits::kWindowBytes);
  EXPECT_TRUE(window.take(id(1), Bytes(limits::kChunkMax)));
  EXPECT_FALSE(window.ask(kLaptop, any));  // it is here, but not written
  EXPECT_TRUE(window.pop());
  EXPECT_EQ(window.ask(kLaptop, any)->id, id(5));
}

TEST(Window, ARefusalAsksSomebodyElse) {
  Window window(list({1, 2}));
  (void)window.ask(kLaptop, any);
  EXPECT_EQ(window.refused(kPhone, id(1)), 0u);  // it was not asked
  EXPECT_EQ(window.refused(kLaptop, id(1)), 100'000u);
  EXPECT_FALSE(window.ask(kLaptop, any));
  EXPECT_EQ(window.ask(kPhone, any)->id, id(1));
  EXPECT_EQ(window.gone(kLaptop), 0u);  // who comes back is asked again
  EXPECT_EQ(window.ask(kLaptop, any)->id, id(2));
}

TEST(Window, AConnectionThatEndsIsNoRefusalAndSilenceIsOne) {
  Window window(list({1, 2}));
  (void)window.ask(kLaptop, any);
  (void)window.ask(kSelf, any);
  EXPECT_TRUE(window.waits());
  EXPECT_EQ(window.gone(kLaptop), 100'000u);
  EXPECT_EQ(window.ask(kLaptop, any)->id, id(1));
  EXPECT_EQ(window.stalled(kSelf), 100'000u);
  EXPECT_TRUE(window.lacks(kLaptop));
  EXPECT_FALSE(window.lacks(kSelf));
  EXPECT_EQ(window.ask(kPhone, any)->id, id(1));
}

TEST(Window, ARepeatedChunkIsAskedOnce) {
  Window window(list({1, 1, 2, 1}));
  EXPECT_EQ(window.ask(kLaptop, any)->id, id(1));
  EXPECT_EQ(window.ask(kLaptop, any)->id, id(2));
  EXPECT_FALSE(window.ask(kLaptop, any));
  EXPECT_TRUE(window.take(id(1), Bytes(100'000, 1)));
  EXPECT_EQ(window.pop()->charged, 100'000u);
  EXPECT_EQ(window.pop()->charged, 0u);
  EXPECT_TRUE(window.take(id(2), Bytes(100'000, 2)));
  EXPECT_TRUE(window.pop());
  EXPECT_EQ(window.pop()->offset, 300'000u);
  EXPECT_TRUE(window.done());
}

TEST(Window, SomeChunksComeFromTheDisk) {
  Window window(list({1, 2, 3}));
  const auto here = [](const ChunkId& chunk) { return chunk == id(2); };
  const auto there = [&](const ChunkId& chunk) { return !here(chunk); };
  EXPECT_EQ(window.ask(kLaptop, there)->id, id(1));
  EXPECT_EQ(window.ask(kLaptop, there)->id, id(3));
  EXPECT_EQ(window.ask(kSelf, here)->id, id(2));
  EXPECT_FALSE(window.ask(kSelf, here));
}

// Any order of answers, refusals and losses, as long as somebody has everything.
TEST(Window, WhateverHappensTheFileComesOutWhole) {
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    std::mt19937 chance(seed);
    std::vector<std::uint8_t> ids(1 + chance() % 40);
    for (auto& n : ids) n = static_cast<std::uint8_t>(chance() % 12);
    Window window(list(ids));
    std::vector<std::pair<DeviceId, ChunkId>> asked;
    std::size_t charged = 0, index = 0;
    for (int steps = 0; !window.done() && steps < 100'000; ++steps) {
      const auto dice = chance() % 10;
      const auto& peer = chance() % 2 == 0 ? kLaptop : kPhone;
      if (dice < 4) {
        if (const auto row = window.ask(peer, any)) {
          asked.emplace_back(peer, row->id);
          charged += row->length;
        }
      } else if (dice < 7 && !asked.empty()) {
        const auto at = chance() % asked.size();
        (void)window.take(asked[at].second, Bytes(100'000, asked[at].second.bytes[0]));
        asked.erase(asked.begin() + static_cast<std::ptrdiff_t>(at));
      } else if (dice == 7 && !asked.empty()) {
        charged -= window.refused(asked.back().first, asked.back().second);
        asked.pop_back();
      } else if (dice == 8) {
        charged -= window.gone(peer);
        std::erase_if(asked, [&](const auto& one) { return one.first == peer; });
      } else {
        charged -= window.gone(kLaptop);
        std::erase_if(asked, [&](const auto& one) { return one.first == kLaptop; });
      }
      while (const auto piece = window.pop()) {
        ASSERT_LT(index, ids.size());
        EXPECT_EQ(piece->data[0], ids[index++]);
        charged -= piece->charged;
      }
    }
    EXPECT_TRUE(window.done()) << seed;
    EXPECT_EQ(charged, 0u) << seed;
  }
}

}  // namespace
}  // namespace troth::files
