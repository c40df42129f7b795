// Integrity, rekey, close and secrecy of an established channel.
#include <gtest/gtest.h>

#include "tests/unit/channel/support.hpp"

namespace troth::channel::test {
namespace {

TEST(ChannelTest, EveryBitOfARecordMatters) {
  World world;
  auto proto = make_channels(world);
  ASSERT_TRUE(proto.a.queue(StreamClass::control, to_bytes("pay")));
  const Bytes frame = pull_frame(proto.a);
  for (std::size_t bit = 0; bit < frame.size() * 8; ++bit) {
    World again;
    auto channels = make_channels(again);
    Bytes bad = frame;
    bad[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    (void)channels.b.receive(bad, {});
    EXPECT_FALSE(channels.b.next_message()) << bit;
    EXPECT_FALSE(channels.b.confirmed()) << bit;
  }
}

TEST(ChannelTest, ReplayReorderAndDropAreRefused) {
  for (int fault = 0; fault < 3; ++fault) {
    World world;
    auto channels = make_channels(world);
    Bytes frames[3];
    for (auto& frame : frames) {
      ASSERT_TRUE(channels.a.queue(StreamClass::control, to_bytes("n")));
      frame = pull_frame(channels.a);
    }
    ASSERT_TRUE(channels.b.receive(frames[0], {}));
    const Bytes& next = fault == 0 ? frames[0] : frames[2];
    EXPECT_EQ(channels.b.receive(next, {}).error().code, Errc::auth_failed);
    EXPECT_EQ(channels.b.receive(frames[1], {}).error().code, Errc::auth_failed);  // dead
  }
}

TEST(ChannelTest, ReflectedRecordsAreRefused) {
  World world;
  auto channels = make_channels(world);
  ASSERT_TRUE(channels.a.queue(StreamClass::control, to_bytes("n")));
  EXPECT_EQ(channels.a.receive(pull_frame(channels.a), {}).error().code, Errc::auth_failed);
}

TEST(ChannelTest, RecordsOfAnotherChannelAreRefused) {
  World world;
  auto first = make_channels(world);
  auto second = make_channels(world);
  EXPECT_NE(first.a.binding(), second.a.binding());
  ASSERT_TRUE(first.a.queue(StreamClass::control, to_bytes("n")));
  EXPECT_EQ(second.b.receive(pull_frame(first.a), {}).error().code, Errc::auth_failed);
}

TEST(ChannelTest, CloseIsAuthenticatedAndTruncationIsAnError) {
  World world;
  auto channels = make_channels(world);
  EXPECT_EQ(channels.b.transport_ended().error().code, Errc::truncated_stream);
  ASSERT_TRUE(channels.a.queue(StreamClass::control, to_bytes("last")));
  ASSERT_GT(move_frame(channels.a, channels.b), 0u);
  EXPECT_EQ(channels.b.transport_ended().error().code, Errc::truncated_stream);
  channels.a.close(CloseReason::locked);
  EXPECT_EQ(channels.a.queue(StreamClass::control, to_bytes("x")).error().code, Errc::closed);
  EXPECT_FALSE(channels.a.close_sent());
  ASSERT_GT(move_frame(channels.a, channels.b), 0u);
  EXPECT_TRUE(channels.a.close_sent());
  EXPECT_TRUE(pull_frame(channels.a).empty());
  EXPECT_EQ(channels.b.peer_closed(), CloseReason::locked);
  EXPECT_TRUE(channels.b.transport_ended());
  EXPECT_EQ(as_text(channels.b.next_message()->bytes), "last");  // what came before counts
  EXPECT_EQ(*channels.b.receive(as_bytes("more"), {}), 0u);      // what comes after is not read
}

TEST(ChannelTest, CloseComesAtOnceAlsoDuringBulk) {
  World world;
  auto channels = make_channels(world);
  ASSERT_TRUE(channels.a.queue(StreamClass::bulk, Bytes(500000, 1)));
  ASSERT_GT(move_frame(channels.a, channels.b), 0u);
  channels.a.close(CloseReason::done);
  ASSERT_GT(move_frame(channels.a, channels.b), 0u);
  EXPECT_EQ(channels.b.peer_closed(), CloseReason::done);
  EXPECT_FALSE(channels.b.next_message());
}

TEST(ChannelTest, APlainCloseIsNoClose) {
  World world;
  auto channels = make_channels(world);
  const Bytes plain{0xE7, 0x54, 1, 4, 0, 0, 0, 0};
  EXPECT_EQ(channels.b.receive(plain, {}).error().code, Errc::truncated_stream);
  EXPECT_EQ(channels.b.transport_ended().error().code, Errc::truncated_stream);
}

TEST(ChannelTest, EveryTruncationOfTheByteStreamIsToldApart) {
  World world;
  auto channels = make_channels(world);
  ASSERT_TRUE(channels.a.queue(StreamClass::control, to_bytes("x")));
  Bytes stream = pull_frame(channels.a);
  channels.a.close(CloseReason::done);
  append(stream, pull_frame(channels.a));
  for (std::size_t size = 0; size < stream.size(); ++size) {
    ASSERT_TRUE(channels.b.receive(ByteView(stream).subspan(size, 1), {}));
    EXPECT_EQ(channels.b.transport_ended().has_value(), size + 1 == stream.size()) << size;
  }
}

TEST(ChannelTest, RekeyByFramesInBothDirectionsAtOnce) {
  World world;
  ChannelLimits limits;
  limits.rekey_frames = 3;
  auto channels = make_channels(world, limits);
  for (int i = 0; i < 50; ++i) {
    const Bytes text = to_bytes("message " + std::to_string(i));
    ASSERT_TRUE(channels.a.queue(StreamClass::normal, text));
    ASSERT_TRUE(channels.b.queue(StreamClass::normal, text));
    const Bytes from_a = pull_frame(channels.a);  // both in flight
    const Bytes from_b = pull_frame(channels.b);
    ASSERT_TRUE(channels.b.receive(from_a, {}));
    ASSERT_TRUE(channels.a.receive(from_b, {}));
    EXPECT_EQ(channels.a.next_message()->bytes, text);
    EXPECT_EQ(channels.b.next_message()->bytes, text);
  }
  EXPECT_EQ(channels.a.stats().rekeys_sent, 50u / 3);
  EXPECT_EQ(channels.b.stats().rekeys_received, channels.a.stats().rekeys_sent);
  EXPECT_EQ(channels.a.stats().rekeys_received, channels.b.stats().rekeys_sent);
}

TEST(ChannelTest, RekeyByBytes) {
  World world;
  ChannelLimits limits;
  limits.rekey_bytes = 40000;
  auto channels = make_channels(world, limits);
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(channels.a.queue(StreamClass::bulk, Bytes(20000, 1)));
    while (move_frame(channels.a, channels.b) > 0) {
    }
    ASSERT_TRUE(channels.b.next_message());
  }
  EXPECT_GE(channels.a.stats().rekeys_sent, 3u);
  EXPECT_EQ(channels.b.stats().rekeys_received, channels.a.stats().rekeys_sent);
}

TEST(ChannelTest, RekeyByTimeNeedsNoMessage) {
  World world;
  auto channels = make_channels(world);
  EXPECT_FALSE(channels.a.deadline());  // a key that sealed nothing does not age
  ASSERT_TRUE(channels.a.queue(StreamClass::control, to_bytes("x")));
  ASSERT_GT(move_frame(channels.a, channels.b), 0u);
  ASSERT_TRUE(channels.a.deadline());
  const MonoMs due = *channels.a.deadline();
  EXPECT_EQ(due.ms, limits::kRekeyMs);
  EXPECT_FALSE(channels.a.wants_pull(MonoMs{due.ms - 1}));
  EXPECT_TRUE(channels.a.wants_pull(due));
  ASSERT_GT(move_frame(channels.a, channels.b, due), 0u);
  EXPECT_EQ(channels.b.stats().rekeys_received, 1u);
  EXPECT_FALSE(channels.a.wants_pull(due));
  ASSERT_TRUE(channels.a.queue(StreamClass::control, to_bytes("y")));
  ASSERT_GT(move_frame(channels.a, channels.b, due), 0u);
  EXPECT_EQ(as_text(channels.b.next_message()->bytes), "x");
  EXPECT_EQ(as_text(channels.b.next_message()->bytes), "y");
}

TEST(ChannelTest, APeerThatNeverRekeysIsRefused) {
  World world;
  ChannelLimits lazy;
  ChannelLimits strict;
  strict.rekey_frames = 2;
  auto initiator = world.initiator();
  auto responder = world.responder();
  initiator.limits = lazy;
  responder.limits = strict;
  auto pair = make_pair(world, std::move(initiator), std::move(responder));
  ASSERT_TRUE(run(pair, world.alice, world.bob));
  auto a = std::move(pair.initiator).take(MonoMs{0});
  auto b = std::move(pair.responder).take(MonoMs{0});
  for (std::uint64_t i = 0; i <= 2 * limits::kRekeySlack; ++i) {
    ASSERT_TRUE(a->channel.queue(StreamClass::control, to_bytes("x")));
    const auto taken = b->channel.receive(pull_frame(a->channel), {});
    EXPECT_EQ(taken.has_value(), i < 2 * limits::kRekeySlack) << i;
  }
  EXPECT_EQ(b->channel.failed()->code, Errc::limit);
}

TEST(ChannelTest, LoweredCreditIsRefused) {
  // Built from the cipher states, because no honest channel sends it.
  const Bytes key(32, 9);
  CipherState sealer(crypto::Aead::aes256gcm, key);
  Channel victim(CipherState(crypto::Aead::aes256gcm, Bytes(32, 8)),
                 CipherState(crypto::Aead::aes256gcm, key), Hash{}, {}, true, {});
  Bytes frame(limits::kFrameHead + kCreditSize + crypto::kAeadTag);
  RecordWriter writer(MutableBytes(frame).subspan(limits::kFrameHead));
  writer.credit({StreamClass::bulk, 1});
  const auto head = MutableBytes(frame).first<limits::kFrameHead>();
  wire::write_head(head, {wire::kProtocolVersion, wire::FrameKind::record,
                          static_cast<std::uint32_t>(kCreditSize + crypto::kAeadTag)});
  const auto body = MutableBytes(frame).subspan(limits::kFrameHead);
  ASSERT_TRUE(sealer.seal(head, body.first(kCreditSize), body));
  EXPECT_EQ(victim.receive(frame, {}).error().code, Errc::bad_value);
}

TEST(ChannelTest, HeadsOfOtherProtocolsAreToldApart) {
  World world;
  auto one = make_channels(world);
  EXPECT_EQ(one.b.receive(as_bytes("HTTP/1.1 "), {}).error().code, Errc::bad_magic);
  auto two = make_channels(world);
  const Bytes newer{0xE7, 0x54, 9, 3, 0, 0, 0, 32};
  EXPECT_EQ(two.b.receive(newer, {}).error().code, Errc::unknown_version);
  auto three = make_channels(world);
  const Bytes huge{0xE7, 0x54, 1, 3, 0x7F, 0xFF, 0xFF, 0xFF};
  EXPECT_EQ(three.b.receive(huge, {}).error().code, Errc::too_long);
  auto four = make_channels(world);
  const Bytes handshake{0xE7, 0x54, 1, 1, 0, 0, 0, 0};
  EXPECT_EQ(four.b.receive(handshake, {}).error().code, Errc::unexpected_message);
  auto five = make_channels(world);
  const Bytes hollow{0xE7, 0x54, 1, 3, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  EXPECT_EQ(five.b.receive(hollow, {}).error().code, Errc::truncated);
}

}  // namespace
}  // namespace troth::channel::test
