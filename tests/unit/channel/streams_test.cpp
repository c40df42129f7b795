// Messages, credit, priority and memory of a channel.
#include <gtest/gtest.h>

#include "channel/reassembly.hpp"
#include "tests/unit/channel/support.hpp"

namespace troth::channel::test {
namespace {

Bytes pattern(std::size_t size, std::uint8_t seed) {
  Bytes out(size);
  for (std::size_t i = 0; i < size; ++i)
    out[i] = static_cast<std::uint8_t>(seed + i * 31 + i / 253);
  return out;
}

// Until neither side has anything to send; messages that arrive are taken at once.
std::vector<Message> drain(Channel& a, Channel& b, std::size_t piece = SIZE_MAX) {
  std::vector<Message> out;
  for (bool moved = true; moved;) {
    moved = move_frame(a, b, {}, piece) > 0;
    while (auto message = b.next_message()) out.push_back(std::move(*message));
    moved = move_frame(b, a, {}, piece) > 0 || moved;
  }
  return out;
}

TEST(Streams, MessagesOfAllSizesComeWhole) {
  World world;
  auto channels = make_channels(world);
  const std::size_t sizes[] = {1,     2,     100,   16353,  16354,
                               16355, 16356, 16357, 16358,  16359,
                               16360, 16361, 32720, 100000, limits::kMessageBytes};
  std::uint8_t seed = 0;
  for (const auto cls : kByPriority) {
    for (const auto size : sizes) {
      const Bytes message = pattern(size, ++seed);
      ASSERT_TRUE(channels.a.queue(cls, message));
      const auto got = drain(channels.a, channels.b);
      ASSERT_EQ(got.size(), 1u) << size;
      EXPECT_EQ(got[0].cls, cls);
      EXPECT_TRUE(got[0].bytes == message) << size;
    }
  }
}

TEST(Streams, OneByteReadsGiveTheSame) {
  World world;
  auto channels = make_channels(world);
  const Bytes big = pattern(40000, 1);
  const Bytes small = pattern(3, 2);
  ASSERT_TRUE(channels.a.queue(StreamClass::bulk, big));
  ASSERT_TRUE(channels.a.queue(StreamClass::control, small));
  const auto got = drain(channels.a, channels.b, 1);
  ASSERT_EQ(got.size(), 2u);
  EXPECT_EQ(got[0].bytes, small);
  EXPECT_EQ(got[1].bytes, big);
}

TEST(Streams, EverySplitOfTwoFrames) {
  World world;
  auto channels = make_channels(world);
  for (std::size_t cut = 0; cut < 80; ++cut) {
    ASSERT_TRUE(channels.a.queue(StreamClass::normal, to_bytes("one")));
    Bytes both = pull_frame(channels.a);
    ASSERT_TRUE(channels.a.queue(StreamClass::normal, to_bytes("two")));
    append(both, pull_frame(channels.a));
    const auto at = std::min(cut, both.size());
    ASSERT_TRUE(channels.b.receive(ByteView(both).first(at), {}));
    ASSERT_TRUE(channels.b.receive(ByteView(both).subspan(at), {}));
    EXPECT_EQ(as_text(channels.b.next_message()->bytes), "one");
    EXPECT_EQ(as_text(channels.b.next_message()->bytes), "two");
  }
}

TEST(Streams, SmallMessagesShareAFrame) {
  World world;
  auto channels = make_channels(world);
  for (int i = 0; i < 100; ++i)
    ASSERT_TRUE(channels.a.queue(StreamClass::interactive, pattern(50, 1)));
  EXPECT_EQ(drain(channels.a, channels.b).size(), 100u);
  EXPECT_EQ(channels.a.stats().frames_sent, 1u);
}

TEST(Streams, ControlWaitsForAtMostOneFrameOfBulk) {
  World world;
  auto channels = make_channels(world);
  ASSERT_TRUE(channels.a.queue(StreamClass::bulk, pattern(limits::kMessageBytes, 1)));
  ASSERT_GT(move_frame(channels.a, channels.b), 0u);
  ASSERT_TRUE(channels.a.queue(StreamClass::control, to_bytes("stop")));
  const auto size = move_frame(channels.a, channels.b);
  EXPECT_LE(size, limits::kChannelFrame);
  const auto message = channels.b.next_message();
  ASSERT_TRUE(message);
  EXPECT_EQ(message->cls, StreamClass::control);
}

TEST(Streams, PriorityIsStrictAcrossAllClasses) {
  World world;
  auto channels = make_channels(world);
  for (auto cls = kByPriority.rbegin(); cls != kByPriority.rend(); ++cls) {
    ASSERT_TRUE(channels.a.queue(*cls, pattern(20000, 1)));
  }
  std::vector<StreamClass> order;
  while (move_frame(channels.a, channels.b) > 0) {
    while (auto message = channels.b.next_message()) order.push_back(message->cls);
  }
  EXPECT_EQ(order, std::vector<StreamClass>(kByPriority.begin(), kByPriority.end()));
}

TEST(Streams, NothingIsSentBeyondTheCreditAndItComesBack) {
  World world;
  ChannelLimits small;
  small.windows = {4096, 4096, 4096, 4096};
  auto channels = make_channels(world, small);
  std::uint64_t queued = 0;
  while (channels.a.credit(StreamClass::normal) > 0) {
    ASSERT_TRUE(channels.a.queue(StreamClass::normal, pattern(500, 1)));
    queued += 500;
  }
  while (move_frame(channels.a, channels.b) > 0) {
  }
  EXPECT_TRUE(channels.a.has_queued());  // the last did not fit
  EXPECT_FALSE(channels.a.wants_pull({}));
  std::uint64_t held = 0;
  while (auto message = channels.b.next_message())
    held += message->bytes.size() + limits::kMessageCharge;
  EXPECT_LE(held, 4096u);
  // Control has credit of its own.
  ASSERT_TRUE(channels.a.queue(StreamClass::control, to_bytes("x")));
  EXPECT_GT(move_frame(channels.a, channels.b), 0u);
  // What was taken comes back as credit, and the rest arrives.
  ASSERT_GT(move_frame(channels.b, channels.a), 0u);
  EXPECT_FALSE(drain(channels.a, channels.b).empty());
  EXPECT_FALSE(channels.a.has_queued());
}

TEST(Streams, EveryAllowedMessagePassesAWindowHoweverCreditStands) {
  World world;
  ChannelLimits small;
  small.windows = {1024, 1024, 1024, 1024};
  for (std::size_t before = 0; before < 300; before += 7) {
    auto channels = make_channels(world, small);
    if (before > 0) {
      ASSERT_TRUE(channels.a.queue(StreamClass::bulk, pattern(before, 1)));
    }
    (void)drain(channels.a, channels.b);
    const std::size_t longest = 768 - limits::kMessageCharge;
    EXPECT_EQ(channels.a.queue(StreamClass::bulk, pattern(longest + 1, 1)).error().code,
              Errc::too_long);
    ASSERT_TRUE(channels.a.queue(StreamClass::bulk, pattern(longest, 1)));
    EXPECT_EQ(drain(channels.a, channels.b).size(), 1u) << before;
  }
}

// Else a peer that says so much and sends one byte has the memory for all of it.
TEST(Streams, AMessageThatCouldNeverEndIsRefusedAtItsFirstPiece) {
  Reassembly stream(StreamClass::bulk, 1024);
  const Bytes one(1, 7);
  DataRecord piece;
  piece.cls = StreamClass::bulk;
  piece.first = true;
  piece.bytes = one;
  const auto longest = static_cast<std::uint32_t>(longest_message(1024));
  piece.total = longest + 1;
  const auto taken = stream.add(piece);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, Errc::too_long);
  piece.total = longest;
  Reassembly other(StreamClass::bulk, 1024);
  EXPECT_TRUE(other.add(piece));
}

TEST(Streams, APeerThatSendsBeyondItsCreditIsRefused) {
  World world;
  ChannelLimits narrow;
  narrow.windows = {1024, 1024, 1024, 1024};
  auto config = world.responder();
  config.limits = narrow;
  auto uneven = make_pair(world, world.initiator(), std::move(config));
  ASSERT_TRUE(run(uneven, world.alice, world.bob));
  auto a = std::move(uneven.initiator).take(MonoMs{0});
  auto b = std::move(uneven.responder).take(MonoMs{0});
  ASSERT_TRUE(a->channel.queue(StreamClass::normal, pattern(2000, 1)));
  const Bytes frame = pull_frame(a->channel);
  EXPECT_EQ(b->channel.receive(frame, {}).error().code, Errc::no_credit);
  ASSERT_TRUE(b->channel.failed());
  EXPECT_EQ(b->channel.receive(frame, {}).error().code, Errc::no_credit);  // dead for good
  EXPECT_TRUE(pull_frame(b->channel).empty());
}

TEST(Streams, BulkQueueIsShortSoThatSealingIsLate) {
  World world;
  auto channels = make_channels(world);
  std::size_t queued = 0;
  while (channels.a.can_queue(StreamClass::bulk)) {
    ASSERT_TRUE(channels.a.queue(StreamClass::bulk, pattern(64 * 1024, 1)));
    queued += 64 * 1024;
  }
  EXPECT_LE(queued, limits::kBulkQueue + 64 * 1024);
  EXPECT_EQ(channels.a.queue(StreamClass::bulk, pattern(1, 1)).error().code, Errc::no_credit);
  EXPECT_TRUE(channels.a.can_queue(StreamClass::control));
}

TEST(Streams, EmptyAndOverlongMessagesAreRefused) {
  World world;
  auto channels = make_channels(world);
  EXPECT_EQ(channels.a.queue(StreamClass::normal, {}).error().code, Errc::bad_value);
  EXPECT_EQ(channels.a.queue(StreamClass::normal, Bytes(limits::kMessageBytes + 1)).error().code,
            Errc::too_long);
}

TEST(Streams, ASmallBufferGivesSmallFrames) {
  World world;
  auto channels = make_channels(world);
  const Bytes message = pattern(5000, 3);
  ASSERT_TRUE(channels.a.queue(StreamClass::bulk, message));
  Bytes out(200);
  EXPECT_EQ(channels.a.pull(MutableBytes(out).first(20), {}), 0u);
  for (std::size_t size; (size = channels.a.pull(out, {})) > 0;) {
    EXPECT_LE(size, out.size());
    ASSERT_TRUE(channels.b.receive(ByteView(out).first(size), {}));
  }
  EXPECT_EQ(channels.b.next_message()->bytes, message);
}

}  // namespace
}  // namespace troth::channel::test
