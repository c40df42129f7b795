// What a peer sets aside does not come again and again (spec 09 §4).
#include <gtest/gtest.h>

#include "tests/unit/session/fake_host.hpp"

namespace troth::session::test {
namespace {

constexpr std::size_t kBatches = 5;

// The second device sets aside whatever comes.
struct Aside {
  Aside() {
    channel::test::World world;
    auto channels = channel::test::make_channels(world);
    DeviceId id_a, id_b;
    id_a.bytes[0] = 1;
    id_b.bytes[0] = 2;
    a.emplace(std::move(channels.a), id_b, Mode::full, true, host_a);
    b.emplace(std::move(channels.b), id_a, Mode::full, false, host_b);
    host_b.set_everything_aside = true;
    for (std::size_t i = 0; i < kBatches; ++i) host_a.write_batch("text");
  }
  bool move(Session& from, Session& to, FakeHost& host) {
    Bytes frame(limits::kChannelFrame);
    frame.resize(from.pull(frame, now));
    if (frame.empty()) return false;
    EXPECT_TRUE(to.receive(frame, now));
    if (std::exchange(host.log_grew, false)) to.refresh(now);
    if (std::exchange(host.data_grew, false)) to.data_changed(host.category());
    return true;
  }
  void run(std::uint64_t ms) {
    for (const auto end = now.mono.ms + ms; now.mono.ms < end; now.mono.ms += 500)
      while (move(*a, *b, host_b) | move(*b, *a, host_a)) {
      }
  }
  // Batches that come in so much time from now on.
  std::size_t handed_in(std::uint64_t ms) {
    const auto before = host_b.handed;
    run(ms);
    return host_b.handed - before;
  }

  Now now{WallMs{1000}, MonoMs{1000}};
  FakeHost host_a{1};
  FakeHost host_b{2};
  std::optional<Session> a;
  std::optional<Session> b;
};

TEST(AsideTest, WhatIsSetAsideComesAtDoubledDistances) {
  Aside two;
  EXPECT_GE(two.handed_in(10'000), 3 * kBatches);  // 0, 1, 3, 7 s: what hindered it may be over
  EXPECT_LE(two.handed_in(limits::kHour), 10 * kBatches);
  // Once an hour it is tried again, however long nothing became of it.
  two.run(2 * limits::kHour);
  EXPECT_GE(two.handed_in(2 * limits::kHour + 2 * limits::kMinute), kBatches);
  EXPECT_LE(two.handed_in(2 * limits::kHour), 2 * kBatches);
  two.host_b.set_everything_aside = false;
  two.run(2 * limits::kHour);
  EXPECT_TRUE(two.a->equal() && two.b->equal());
}

TEST(AsideTest, WhatIsNewComesAtOnceAndAlone) {
  Aside two;
  two.run(90 * limits::kMinute);
  two.host_a.write_batch("one more");
  two.a->data_changed(two.host_a.category());
  EXPECT_EQ(two.handed_in(1000), 1u);
  // What another author wrote moves the peer's vector, and not what it sets aside.
  two.host_b.write_batch("of the other");
  two.b->data_changed(two.host_b.category());
  EXPECT_EQ(two.handed_in(2 * limits::kMinute), 0u);
  EXPECT_EQ(two.host_a.batches(), kBatches + 2);
}

// A cut that ends a freeze, or a consent, is in the log.
TEST(AsideTest, WhatTheLogMayHaveChangedIsTriedAgain) {
  Aside two;
  two.run(90 * limits::kMinute);
  two.host_b.set_everything_aside = false;
  two.host_a.write_entry("Bob");
  two.a->refresh(two.now);
  EXPECT_EQ(two.handed_in(2 * limits::kMinute), kBatches);
  EXPECT_TRUE(two.a->equal() && two.b->equal());
}

TEST(AsideTest, WhoAsksForItGetsItAtOnce) {
  Aside two;
  two.run(2 * limits::kHour);
  two.host_b.set_everything_aside = false;
  two.b->ask_again(two.host_b.category());
  EXPECT_EQ(two.handed_in(1000), kBatches);
  EXPECT_TRUE(two.a->equal() && two.b->equal());
}

}  // namespace
}  // namespace troth::session::test
