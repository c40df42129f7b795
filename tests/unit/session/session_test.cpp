#include <gtest/gtest.h>

#include "tests/unit/session/fake_host.hpp"

namespace troth::session::test {
namespace {

using channel::StreamClass;

// Two sessions over memory. Frames move one at a time, so that a test can act between any two.
struct Two {
  explicit Two(Mode mode_a = Mode::full, Mode mode_b = Mode::full) {
    channel::test::World world;
    auto channels = channel::test::make_channels(world);
    DeviceId id_a, id_b;
    id_a.bytes[0] = 1;
    id_b.bytes[0] = 2;
    a.emplace(std::move(channels.a), id_b, mode_a, true, host_a);
    b.emplace(std::move(channels.b), id_a, mode_b, false, host_b);
  }

  bool move_frame(Session& from, Session& to, FakeHost& host) {
    Bytes frame(limits::kChannelFrame);
    frame.resize(from.pull(frame, now));
    if (frame.empty()) return false;
    bytes += frame.size();
    const auto taken = to.receive(frame, now);
    if (!taken) error = taken.error().code;
    if (std::exchange(host.log_grew, false)) to.refresh(now);
    if (std::exchange(host.data_grew, false)) to.data_changed(host.category());
    return true;
  }
  bool a_to_b() { return move_frame(*a, *b, host_b); }
  bool b_to_a() { return move_frame(*b, *a, host_a); }
  // Until nobody has anything to say, letting time pass for what is told at most every 20 ms.
  void settle() {
    for (int quiet = 0; quiet < 3 && !error;) {
      const bool sent = a_to_b();
      const bool answered = b_to_a();
      quiet = sent || answered ? 0 : quiet + 1;
      now.mono.ms += 10;
    }
  }

  Now now{WallMs{1000}, MonoMs{1000}};
  FakeHost host_a{1};
  FakeHost host_b{2};
  std::optional<Session> a;
  std::optional<Session> b;
  std::size_t bytes = 0;
  std::optional<Errc> error;
};

TEST(SessionTest, EqualDevicesSayOneHelloEach) {
  Two two;
  two.settle();
  EXPECT_TRUE(two.a->level() && two.b->level());
  EXPECT_TRUE(two.a->equal() && two.b->equal());
  EXPECT_GE(two.host_a.equal_told, 1);
  EXPECT_GE(two.host_b.equal_told, 1);
  EXPECT_EQ(two.host_a.hellos, 1);
  EXPECT_LE(two.bytes + 209 + 98, 700u);  // gate idle_reconnect, with the handshake
}

TEST(SessionTest, EachSideGetsWhatItLacks) {
  Two two;
  for (int i = 0; i < 50; ++i) two.host_a.write_batch("from a " + std::to_string(i));
  for (int i = 0; i < 30; ++i) two.host_b.write_batch(std::string(3000, 'b'));
  two.settle();
  EXPECT_FALSE(two.error);
  EXPECT_EQ(two.host_a.batches(), 80u);
  EXPECT_EQ(two.host_b.batches(), 80u);
  EXPECT_TRUE(two.a->equal() && two.b->equal());
}

TEST(SessionTest, TheLogComesBeforeTheData) {
  Two two;
  two.host_a.write_entry("Bob");
  two.host_a.write_entry("Carol!");
  two.host_b.write_batch("data");
  while (two.host_a.batches() == 0) {
    ASSERT_TRUE(two.a_to_b() | two.b_to_a());
    if (two.host_a.batches() == 0) continue;
    EXPECT_EQ(two.host_a.log().heads(), two.host_b.log().heads());
  }
  two.settle();
  EXPECT_EQ(two.host_b.entries_offered, 2u);
  EXPECT_TRUE(two.a->equal() && two.b->equal());
}

// Equal vectors say that the items are here. The files may not be, and only the peer knows.
TEST(SessionTest, FilesThatAreLackedAreToldBeforeTheItemsCountAsHere) {
  Two two;
  two.settle();
  two.host_a.write_batch("a file");
  two.a->data_changed(two.host_a.category());
  two.host_b.left = {{two.host_b.category(), 3, 5000}};
  ASSERT_TRUE(two.a_to_b());
  while (two.b_to_a()) EXPECT_FALSE(two.a->equal() && two.a->files_left().empty());
  EXPECT_EQ(two.a->files_left(), two.host_b.left);
  two.settle();
  EXPECT_TRUE(two.a->equal());
  two.host_b.left[0].files = 2;  // at intervals
  two.b->data_changed(two.host_b.category());
  EXPECT_TRUE(two.b->deadline().has_value());
  two.now.mono.ms += limits::kProgressMs;
  two.settle();
  EXPECT_EQ(two.a->files_left(), two.host_b.left);
  two.host_b.left.clear();  // at once
  two.settle();
  EXPECT_TRUE(two.a->files_left().empty());
  EXPECT_FALSE(two.error);
}

TEST(SessionTest, FilesOfCategoriesThatAreNotSharedAreNotTold) {
  Two two;
  CategoryId other;
  other.bytes[0] = 9;
  two.host_b.left = {{other, 3, 5000}};
  two.settle();
  EXPECT_TRUE(two.a->files_left().empty());
}

TEST(SessionTest, BothLogsGrewApart) {
  Two two;
  two.host_a.write_entry("Bob");
  two.host_b.write_entry("Carol!");
  two.settle();
  EXPECT_FALSE(two.error);
  EXPECT_EQ(two.host_a.log().size(), 4u);
  EXPECT_EQ(two.host_a.log().heads(), two.host_b.log().heads());
  EXPECT_TRUE(two.a->level() && two.b->level());
}

TEST(SessionTest, AnEditTravelsInALiveSession) {
  Two two;
  two.settle();
  two.host_a.write_batch("now");
  two.a->data_changed(two.host_a.category());
  ASSERT_TRUE(two.a_to_b());  // at once, with the next frame
  EXPECT_EQ(two.host_b.batches(), 1u);
  two.settle();
  EXPECT_TRUE(two.a->equal() && two.b->equal());
  EXPECT_EQ(two.a->acked(two.host_a.category())->at(two.host_a.self()).counter, 1u);
}

// The receiver writes an entry while batches are on their way: they are not taken, and must come
// again when both logs agree.
// The last word of a side that has nothing more to say vanished: only an answer shows the hole in
// the channel, and a new connection heals it.
TEST(SessionTest, ALostLastWordIsFoundOut) {
  Two two;
  two.settle();
  two.host_a.write_batch("now");
  two.a->data_changed(two.host_a.category());
  while (two.a_to_b()) continue;
  Bytes lost(limits::kChannelFrame);
  for (int i = 0; i < 10; ++i, two.now.mono.ms += 10) (void)two.b->pull(lost, two.now);
  two.settle();
  ASSERT_TRUE(two.b->equal());
  ASSERT_FALSE(two.a->equal());
  for (int i = 0; i < 4 && !two.error; ++i, two.now.mono.ms += limits::kCompareMs) two.settle();
  EXPECT_TRUE(two.error);
}

TEST(SessionTest, BatchesThatArriveWhileTheLogGrewComeAgain) {
  for (int before = 0; before < 12; ++before) {
    Two two;
    for (int i = 0; i < 40; ++i) two.host_a.write_batch(std::string(4000, 'x'));
    for (int i = 0; i < before; ++i) (void)(two.a_to_b() | two.b_to_a());
    two.host_b.write_entry("Bob");
    two.b->refresh(two.now);
    for (int i = 0; i < 3; ++i) (void)two.a_to_b();  // they cross the news
    two.settle();
    EXPECT_FALSE(two.error);
    EXPECT_EQ(two.host_b.batches(), 40u) << before;
    EXPECT_TRUE(two.a->equal() && two.b->equal()) << before;
  }
}

TEST(SessionTest, AGapIsFilled) {
  Two two;
  for (int i = 0; i < 5; ++i) two.host_a.write_batch("x");
  two.settle();
  ASSERT_EQ(two.host_b.batches(), 5u);
  two.host_b.forget_last(two.host_a.self());  // as after a crash that lost what was not durable
  two.host_a.write_batch("y");
  two.a->data_changed(two.host_a.category());
  two.settle();
  EXPECT_EQ(two.host_b.gaps, 1);
  EXPECT_EQ(two.host_b.batches(), 6u);
}

TEST(SessionTest, ABadBatchEndsTheSession) {
  Two two;
  two.settle();
  two.host_b.call_everything_bad = true;
  two.host_a.write_batch("x");
  two.a->data_changed(two.host_a.category());
  two.settle();
  EXPECT_EQ(two.error, Errc::auth_failed);
}

TEST(SessionTest, NothingIsQueuedAfterConsentEnds) {
  Two two;
  for (int i = 0; i < 400; ++i) two.host_a.write_batch(std::string(4000, 'x'));
  while (two.host_b.batches() == 0) ASSERT_TRUE(two.a_to_b() | two.b_to_a());
  two.host_a.send_allowed = false;
  const auto at_withdrawal = two.host_b.batches();
  two.settle();
  // Only what waited in the short queue and the frame under way.
  EXPECT_LE(two.host_b.batches() - at_withdrawal, limits::kBulkQueue / 4000 + 8);
}

TEST(SessionTest, CatchUpMovesTheLogAndNoData) {
  Two two(Mode::catch_up, Mode::catch_up);
  two.host_a.write_entry("Bob");
  two.host_a.write_batch("secret");
  two.settle();
  EXPECT_FALSE(two.error);
  EXPECT_EQ(two.host_b.log().size(), 3u);
  EXPECT_EQ(two.host_b.batches(), 0u);
  EXPECT_EQ(two.host_b.hellos, 0);
}

TEST(SessionTest, DataFromAPeerInAnotherModeIsAnError) {
  Two two(Mode::full, Mode::catch_up);
  two.host_a.write_batch("x");
  two.settle();
  EXPECT_EQ(two.error, Errc::unexpected_message);
}

TEST(SessionTest, AStrangerGetsNothing) {
  Two two(Mode::catch_up, Mode::stranger);  // b does not know a
  two.host_a.write_entry("Bob");
  two.host_b.write_entry("Carol!");
  two.settle();
  EXPECT_EQ(two.host_b.log().size(), 4u);  // a's entry was taken
  EXPECT_EQ(two.host_a.log().size(), 3u);  // b's was not given
}

TEST(SessionTest, ARemovedDeviceHearsItsRemovalOnly) {
  Two two(Mode::catch_up, Mode::removed);
  two.host_b.write_entry("Carol!");
  two.b->tell_removed(genesis());
  two.settle();
  EXPECT_EQ(two.host_a.removed_told, 1);
  EXPECT_EQ(two.host_a.log().size(), 2u);
}

TEST(SessionTest, OnlyWhoDialledACatchUpTakesARemoval) {
  for (const auto mode : {Mode::full, Mode::catch_up, Mode::stranger, Mode::removed}) {
    Two two(mode, mode == Mode::full ? Mode::full : Mode::catch_up);
    two.a->tell_removed(genesis());  // who dialled tells who answers
    two.settle();
    EXPECT_EQ(two.error, Errc::unexpected_message);
    EXPECT_EQ(two.host_b.removed_told, 0);
  }
  Two full;
  full.b->tell_removed(genesis());
  full.settle();
  EXPECT_EQ(full.error, Errc::unexpected_message);
  EXPECT_EQ(full.host_a.removed_told, 0);
}

TEST(SessionTest, ChunksComeWhenAskedForAndAllowed) {
  Two two;
  ChunkRef ref{two.host_a.category(), {}, {}};
  ChunkRef other = ref;
  other.chunk.bytes[0] = 9;
  two.host_b.wants = {ref, other};
  two.settle();
  ASSERT_EQ(two.host_a.asked.size(), 2u);
  two.a->give_chunk(ref, Bytes(300000, 5));
  two.a->give_chunk(other, fail(Errc::not_found));
  two.settle();
  EXPECT_EQ(two.host_b.chunks[ref].size(), 300000u);
  EXPECT_EQ(two.host_b.chunks_refused, 1);
  two.a->give_chunk(ref, Bytes(1));  // nobody asked again
  two.settle();
  EXPECT_EQ(two.host_b.chunks[ref].size(), 300000u);
}

// A file that changes on its way needs the same chunks again, before they came.
TEST(SessionTest, WhatIsOwedAlreadyIsNotAskedForAgain) {
  Two two;
  const auto nth = [&](std::uint8_t n) {
    ChunkRef ref{two.host_a.category(), {}, {}};
    ref.chunk.bytes[0] = n;
    return ref;
  };
  for (int again = 0; again < 3; ++again) {
    for (std::uint8_t n = 0; n < 20; ++n) two.host_b.wants.push_back(nth(n));
    two.settle();
  }
  EXPECT_EQ(two.host_a.asked.size(), 20u);
  for (const auto& ref : two.host_a.asked) two.a->give_chunk(ref, Bytes(10));
  two.settle();
  EXPECT_EQ(two.host_b.chunks.size(), 20u);
  two.host_b.wants = {nth(99)};
  two.settle();
  EXPECT_EQ(two.host_a.asked.size(), 21u);
}

// A link that is still writing pulls nothing: what is due meanwhile wakes nobody again and again.
TEST(SessionTest, WhatIsDueIsSaidOnceAndDoneByTheNextPull) {
  Two two;
  two.settle();
  two.host_a.write_batch("one");
  two.a->data_changed(two.host_a.category());
  two.settle();
  two.host_a.write_batch("two");
  two.a->data_changed(two.host_a.category());
  ASSERT_TRUE(two.a->deadline());
  two.now.mono.ms = two.a->deadline()->ms + 5;
  EXPECT_LE(*two.a->deadline(), two.now.mono);
  two.a->woken(two.now);
  EXPECT_FALSE(two.a->deadline());
  two.settle();
  EXPECT_TRUE(two.a->equal());
  EXPECT_EQ(two.host_b.batches(), 2u);
}

TEST(SessionTest, WithdrawnBetweenReadAndSendIsRefused) {
  Two two;
  two.host_b.wants = {ChunkRef{two.host_a.category(), {}, {}}};
  two.settle();
  two.host_a.send_allowed = false;
  two.a->give_chunk(two.host_a.asked.at(0), Bytes(100));
  two.settle();
  EXPECT_TRUE(two.host_b.chunks.empty());
  EXPECT_EQ(two.host_b.chunks_refused, 1);
}

// Up to 2 MiB wait for room in the stream: consent is asked once more when each of them goes in.
TEST(SessionTest, WithdrawnWhileChunksWaitStopsAllThatTheStreamHasNotTaken) {
  Two two;
  for (std::uint8_t n = 0; n < 8; ++n) {
    two.host_b.wants.push_back({two.host_a.category(), {}, {}});
    two.host_b.wants.back().chunk.bytes[0] = n;
  }
  two.settle();
  ASSERT_EQ(two.host_a.asked.size(), 8u);
  for (const auto& ref : two.host_a.asked) two.a->give_chunk(ref, Bytes(100'000));
  ASSERT_TRUE(two.a_to_b());
  ASSERT_GT(two.a->bulk_bytes(), 400'000u);
  two.host_a.send_allowed = false;
  two.settle();
  EXPECT_LE(two.host_b.chunks.size(), limits::kBulkQueue / 100'000 + 1);
  EXPECT_EQ(two.host_b.chunks.size() + static_cast<std::size_t>(two.host_b.chunks_refused), 8u);
  EXPECT_EQ(two.a->bulk_bytes(), 0u);
  EXPECT_FALSE(two.error);
}

}  // namespace
}  // namespace troth::session::test
