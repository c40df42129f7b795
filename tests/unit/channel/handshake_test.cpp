#include <gtest/gtest.h>

#include "tests/unit/channel/support.hpp"

namespace troth::channel::test {
namespace {

// The first frame of a fresh initiator.
Bytes first_frame(World& world, InitiatorConfig config) {
  auto initiator = Handshake::initiate(std::move(config), world.alice.rng);
  answer_all(initiator, world.alice);
  return pull_all(initiator);
}

Errc code_of(const Handshake& side) { return side.failed() ? side.failed()->code : Errc::internal; }

TEST(Handshake, BothSidesAgree) {
  World world;
  auto pair = make_pair(world, world.initiator(), world.responder());
  ASSERT_TRUE(run(pair, world.alice, world.bob));
  auto a = std::move(pair.initiator).take(MonoMs{0});
  auto b = std::move(pair.responder).take(MonoMs{0});
  ASSERT_TRUE(a && b);
  EXPECT_EQ(a->peer, world.bob.key.public_key());
  EXPECT_EQ(b->peer, world.alice.key.public_key());
  EXPECT_EQ(a->suite, 1);
  EXPECT_EQ(b->version, 1u);
  EXPECT_EQ(a->channel.binding(), b->channel.binding());
  EXPECT_EQ(world.alice.key_operations, 2);
  EXPECT_EQ(world.bob.key_operations, 2);
}

TEST(Handshake, OneByteReads) {
  World world;
  auto pair = make_pair(world, world.initiator(), world.responder());
  EXPECT_TRUE(run(pair, world.alice, world.bob, 1));
}

TEST(Handshake, NothingIsConfirmedBeforeTheFirstRecord) {
  World world;
  auto channels = make_channels(world);
  EXPECT_TRUE(channels.a.confirmed());
  EXPECT_FALSE(channels.b.confirmed());
  ASSERT_TRUE(channels.a.queue(StreamClass::control, to_bytes("hello")));
  ASSERT_GT(move_frame(channels.a, channels.b), 0u);
  EXPECT_TRUE(channels.b.confirmed());
}

TEST(Handshake, BytesBehindTheLastFrameAreLeftForTheChannel) {
  World world;
  auto pair = make_pair(world, world.initiator(), world.responder());
  answer_all(pair.initiator, world.alice);
  ASSERT_TRUE(feed(pair.responder, pull_all(pair.initiator), world.bob));
  ASSERT_TRUE(pair.responder.admit(world.bob.rng));
  Bytes second = pull_all(pair.responder);
  auto b = std::move(pair.responder).take(MonoMs{0});
  ASSERT_TRUE(b->channel.queue(StreamClass::control, to_bytes("early")));
  const std::size_t frame = second.size();
  append(second, pull_frame(b->channel));
  auto taken = pair.initiator.receive(second, world.alice.rng);
  ASSERT_TRUE(taken);
  EXPECT_EQ(*taken, frame);
  answer_all(pair.initiator, world.alice);
  auto a = std::move(pair.initiator).take(MonoMs{0});
  ASSERT_TRUE(a);
  ASSERT_TRUE(a->channel.receive(ByteView(second).subspan(frame), MonoMs{0}));
  EXPECT_EQ(as_text(a->channel.next_message()->bytes), "early");
}

TEST(Handshake, EveryBitOfMessageOneMatters) {
  World world;
  const Bytes frame = first_frame(world, world.initiator());
  for (std::size_t bit = 0; bit < frame.size() * 8; ++bit) {
    Bytes bad = frame;
    bad[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    auto responder = Handshake::respond(world.responder());
    (void)feed(responder, bad, world.bob);
    EXPECT_FALSE(responder.undecided()) << bit;
  }
  EXPECT_EQ(world.bob.key_operations, 0);  // the mac stands before every key operation
}

TEST(Handshake, EveryBitOfMessageTwoMatters) {
  World world;
  auto proto = make_pair(world, world.initiator(), world.responder());
  answer_all(proto.initiator, world.alice);
  const Bytes first = pull_all(proto.initiator);
  ASSERT_TRUE(feed(proto.responder, first, world.bob));
  ASSERT_TRUE(proto.responder.admit(world.bob.rng));
  const Bytes second = pull_all(proto.responder);
  for (std::size_t bit = 0; bit < second.size() * 8; ++bit) {
    // A handshake cannot be copied, so each try makes the same initiator from the same seed again.
    World again;
    auto initiator = Handshake::initiate(again.initiator(), again.alice.rng);
    answer_all(initiator, again.alice);
    ASSERT_EQ(pull_all(initiator), first);
    Bytes bad = second;
    bad[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    (void)feed(initiator, bad, again.alice);
    EXPECT_FALSE(initiator.done()) << bit;
  }
}

TEST(Handshake, WrongPskIsRefusedBeforeAnyKeyRequest) {
  World world;
  auto config = world.responder();
  config.psks.clear();
  config.psks.push_back(Secret32(Bytes(32, 8)));
  auto responder = Handshake::respond(std::move(config));
  (void)feed(responder, first_frame(world, world.initiator()), world.bob);
  EXPECT_EQ(code_of(responder), Errc::auth_failed);
  EXPECT_EQ(world.bob.key_operations, 0);
  const Bytes answer = pull_all(responder);
  ASSERT_EQ(answer.size(), limits::kFrameHead);  // a plain close and nothing else
  EXPECT_EQ(answer[3], static_cast<std::uint8_t>(wire::FrameKind::close));
}

TEST(Handshake, ResponderTriesTheNewestFourPsks) {
  World world;
  for (std::size_t at = 0; at < 6; ++at) {
    auto config = world.responder();
    config.psks.clear();
    for (std::size_t i = 0; i < 6; ++i) {
      config.psks.push_back(i == at ? world.psk.clone()
                                    : Secret32(Bytes(32, static_cast<std::uint8_t>(100 + i))));
    }
    auto responder = Handshake::respond(std::move(config));
    (void)feed(responder, first_frame(world, world.initiator()), world.bob);
    ASSERT_EQ(responder.undecided().has_value(), at < limits::kPskCandidates) << at;
    if (const auto caller = responder.undecided()) {
      EXPECT_EQ(caller->psk_index, at);
    }
  }
}

TEST(Handshake, ReplayOfMessageOneCostsNoKeyOperationWhenSeen) {
  World world;
  SeenFirstMessages seen;
  const Bytes frame = first_frame(world, world.initiator());
  auto config = world.responder();
  config.seen = &seen;
  auto first = Handshake::respond(std::move(config));
  (void)feed(first, frame, world.bob);
  ASSERT_TRUE(first.undecided());
  const int before = world.bob.key_operations;
  config = world.responder();
  config.seen = &seen;
  auto second = Handshake::respond(std::move(config));
  (void)feed(second, frame, world.bob);
  EXPECT_EQ(code_of(second), Errc::unexpected_message);
  EXPECT_EQ(world.bob.key_operations, before);
}

TEST(Handshake, ReplayedMessageOneNeverBecomesConfirmed) {
  World world;
  const Bytes frame = first_frame(world, world.initiator());
  std::vector<Bytes> old_records;
  auto honest = make_channels(world);
  ASSERT_TRUE(honest.a.queue(StreamClass::control, to_bytes("do it")));
  const Bytes record = pull_frame(honest.a);
  auto responder = Handshake::respond(world.responder());
  ASSERT_TRUE(feed(responder, frame, world.bob));
  ASSERT_TRUE(responder.admit(world.bob.rng));
  (void)pull_all(responder);
  auto established = std::move(responder).take(MonoMs{0});
  EXPECT_FALSE(established->channel.receive(record, MonoMs{0}));
  EXPECT_FALSE(established->channel.confirmed());
}

TEST(Handshake, ReflectionFails) {
  World world;
  auto initiator = Handshake::initiate(world.initiator(), world.alice.rng);
  answer_all(initiator, world.alice);
  const Bytes frame = pull_all(initiator);
  (void)feed(initiator, frame, world.alice);
  EXPECT_EQ(code_of(initiator), Errc::unexpected_message);
  // To a responder on the same device: the mac names another key.
  auto config = world.responder();
  config.own = world.alice.key.public_key();
  auto responder = Handshake::respond(std::move(config));
  const int before = world.alice.key_operations;
  (void)feed(responder, frame, world.alice);
  EXPECT_EQ(code_of(responder), Errc::auth_failed);
  EXPECT_EQ(world.alice.key_operations, before);
}

TEST(Handshake, CallingOneselfIsRefused) {
  World world;
  auto config = world.initiator();
  config.peer = world.alice.key.public_key();
  const Bytes frame = first_frame(world, std::move(config));
  auto self = world.responder();
  self.own = world.alice.key.public_key();
  auto responder = Handshake::respond(std::move(self));
  (void)feed(responder, frame, world.alice);
  EXPECT_EQ(code_of(responder), Errc::auth_failed);
}

TEST(Handshake, AnotherCircleFails) {
  World world;
  auto config = world.initiator();
  config.circle.bytes[0] ^= 1;
  auto responder = Handshake::respond(world.responder());
  (void)feed(responder, first_frame(world, std::move(config)), world.bob);
  EXPECT_EQ(code_of(responder), Errc::auth_failed);
}

TEST(Handshake, CatchUpNeedsOnlyTheCircleIdAndHasOnlyControl) {
  World world;
  auto config = world.initiator();
  config.kind = ConnectKind::catch_up;
  config.psk = catch_up_psk(world.circle);
  auto responder_config = world.responder();
  responder_config.psks.clear();
  auto pair = make_pair(world, std::move(config), std::move(responder_config));
  ASSERT_TRUE(run(pair, world.alice, world.bob));
  auto a = std::move(pair.initiator).take(MonoMs{0});
  auto b = std::move(pair.responder).take(MonoMs{0});
  EXPECT_EQ(b->kind, ConnectKind::catch_up);
  EXPECT_EQ(a->channel.queue(StreamClass::bulk, to_bytes("x")).error().code, Errc::not_permitted);
  EXPECT_FALSE(a->channel.can_queue(StreamClass::interactive));
  ASSERT_TRUE(a->channel.queue(StreamClass::control, to_bytes("log")));
  ASSERT_GT(move_frame(a->channel, b->channel), 0u);
  EXPECT_EQ(as_text(b->channel.next_message()->bytes), "log");
}

TEST(Handshake, KindsDoNotMix) {
  World world;
  auto config = world.initiator();
  config.kind = ConnectKind::catch_up;  // with the full psk
  auto responder = Handshake::respond(world.responder());
  (void)feed(responder, first_frame(world, std::move(config)), world.bob);
  EXPECT_EQ(code_of(responder), Errc::auth_failed);
  config = world.initiator();
  config.psk = catch_up_psk(world.circle);  // as kind full
  auto second = Handshake::respond(world.responder());
  (void)feed(second, first_frame(world, std::move(config)), world.bob);
  EXPECT_EQ(code_of(second), Errc::auth_failed);
}

TEST(Handshake, CatchUpMayBeSwitchedOff) {
  World world;
  auto config = world.initiator();
  config.kind = ConnectKind::catch_up;
  config.psk = catch_up_psk(world.circle);
  auto off = world.responder();
  off.allow_catch_up = false;
  auto responder = Handshake::respond(std::move(off));
  (void)feed(responder, first_frame(world, std::move(config)), world.bob);
  EXPECT_EQ(code_of(responder), Errc::refused);
}

TEST(Handshake, RefusedCallerSeesAPlainClose) {
  World world;
  auto initiator = Handshake::initiate(world.initiator(), world.alice.rng);
  answer_all(initiator, world.alice);
  auto responder = Handshake::respond(world.responder());
  ASSERT_TRUE(feed(responder, pull_all(initiator), world.bob));
  ASSERT_TRUE(responder.undecided());
  EXPECT_EQ(responder.undecided()->peer, world.alice.key.public_key());
  responder.refuse();
  EXPECT_FALSE(responder.admit(world.bob.rng));
  (void)feed(initiator, pull_all(responder), world.alice);
  EXPECT_EQ(code_of(initiator), Errc::refused);
  EXPECT_FALSE(initiator.wants_pull());
}

TEST(Handshake, ACloseWithABodyIsNoClose) {
  World world;
  auto responder = Handshake::respond(world.responder());
  const Bytes close{0xE7, 0x54, 1, 4, 0, 0, 0, 1, 0};
  EXPECT_EQ(feed(responder, close, world.bob).error().code, Errc::trailing_bytes);
}

TEST(Handshake, AKeystoreThatCannotEndsIt) {
  World world;
  auto initiator = Handshake::initiate(world.initiator(), world.alice.rng);
  ASSERT_TRUE(initiator.next_key_request());
  EXPECT_EQ(initiator.answer(fail(Errc::locked), world.alice.rng).error().code, Errc::locked);
  EXPECT_EQ(code_of(initiator), Errc::locked);
}

TEST(Handshake, AnswersNobodyAskedForAreRefused) {
  World world;
  auto initiator = Handshake::initiate(world.initiator(), world.alice.rng);
  // Asked, but the request was never handed out: this answer belongs to nothing.
  EXPECT_EQ(initiator.answer(Secret32{}, world.alice.rng).error().code, Errc::unexpected_message);
  auto responder = Handshake::respond(world.responder());
  EXPECT_EQ(responder.answer(Secret32{}, world.bob.rng).error().code, Errc::unexpected_message);
  EXPECT_EQ(responder.admit(world.bob.rng).error().code, Errc::unexpected_message);
}

TEST(Handshake, AWrongAgreementFailsOnBothSides) {
  World world;
  auto initiator = Handshake::initiate(world.initiator(), world.alice.rng);
  ASSERT_TRUE(initiator.next_key_request());
  ASSERT_TRUE(initiator.answer(Secret32(Bytes(32, 1)), world.alice.rng));
  auto responder = Handshake::respond(world.responder());
  (void)feed(responder, pull_all(initiator), world.bob);
  EXPECT_EQ(code_of(responder), Errc::auth_failed);
}

TEST(Handshake, StrangerWithThePskButNoKeyCannotBeTheResponder) {
  World world;
  auto initiator = Handshake::initiate(world.initiator(), world.alice.rng);
  answer_all(initiator, world.alice);
  Device mallory(66);
  auto config = world.responder();  // claims bob's key, has another
  auto responder = Handshake::respond(std::move(config));
  (void)feed(responder, pull_all(initiator), mallory);
  EXPECT_EQ(code_of(responder), Errc::auth_failed);
}

}  // namespace
}  // namespace troth::channel::test
