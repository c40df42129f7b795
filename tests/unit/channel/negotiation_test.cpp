#include <gtest/gtest.h>

#include "channel/messages.hpp"
#include "tests/unit/channel/support.hpp"

namespace troth::channel::test {
namespace {

struct Outcome {
  bool done = false;
  std::uint8_t suite = 0;
  std::uint64_t version = 0;
  Errc initiator = Errc::internal;
  Errc responder = Errc::internal;
};

Outcome negotiate_with(World& world, const Capabilities& initiator, const Capabilities& responder) {
  auto ic = world.initiator();
  auto rc = world.responder();
  ic.can = initiator;
  rc.can = responder;
  auto pair = make_pair(world, std::move(ic), std::move(rc));
  Outcome out;
  out.done = run(pair, world.alice, world.bob);
  if (pair.initiator.failed()) out.initiator = pair.initiator.failed()->code;
  if (pair.responder.failed()) out.responder = pair.responder.failed()->code;
  if (!out.done) return out;
  const auto a = std::move(pair.initiator).take(MonoMs{0});
  const auto b = std::move(pair.responder).take(MonoMs{0});
  EXPECT_EQ(a->suite, b->suite);
  EXPECT_EQ(a->version, b->version);
  out.suite = a->suite;
  out.version = a->version;
  return out;
}

TEST(Negotiation, ResponderPicksAndTheInitiatorStartsAgain) {
  World world;
  Capabilities aes_first;
  Capabilities chacha_first;
  chacha_first.suites = {2, 1};
  const auto out = negotiate_with(world, aes_first, chacha_first);
  ASSERT_TRUE(out.done);
  EXPECT_EQ(out.suite, 2);
  EXPECT_EQ(world.alice.key_operations, 2);  // the first agreement is not asked for twice
}

TEST(Negotiation, SuiteTwoAlone) {
  World world;
  Capabilities chacha;
  chacha.suites = {2};
  EXPECT_EQ(negotiate_with(world, chacha, chacha).suite, 2);
}

TEST(Negotiation, LeastSuiteOfThePolicyHolds) {
  World world;
  Capabilities strict;
  strict.least_suite = 2;
  Capabilities all;
  EXPECT_EQ(negotiate_with(world, all, strict).suite, 2);
  EXPECT_EQ(negotiate_with(world, strict, all).suite, 2);
}

TEST(Negotiation, NoCommonSuiteIsATypedErrorWithoutAFallback) {
  World world;
  Capabilities aes;
  Capabilities chacha;
  aes.suites = {1};
  chacha.suites = {2};
  const auto out = negotiate_with(world, aes, chacha);
  EXPECT_FALSE(out.done);
  EXPECT_EQ(out.responder, Errc::no_suite);
  EXPECT_EQ(out.initiator, Errc::refused);
  EXPECT_EQ(world.bob.key_operations, 0);
}

TEST(Negotiation, NothingToOfferFailsBeforeAnythingIsSent) {
  World world;
  Capabilities none;
  none.suites = {9};
  auto config = world.initiator();
  config.can = none;
  auto initiator = Handshake::initiate(std::move(config), world.alice.rng);
  ASSERT_TRUE(initiator.failed());
  EXPECT_EQ(initiator.failed()->code, Errc::no_suite);
  EXPECT_FALSE(initiator.wants_pull());
}

TEST(Negotiation, HighestVersionOfTheResponderThatBothHave) {
  World world;
  Capabilities older;
  Capabilities newer;
  older.versions = {2, 1};
  newer.versions = {3, 2, 1};
  EXPECT_EQ(negotiate_with(world, older, newer).version, 2u);
  newer.least_version = 3;
  const auto out = negotiate_with(world, older, newer);
  EXPECT_FALSE(out.done);
  EXPECT_EQ(out.responder, Errc::unknown_version);
}

TEST(Negotiation, OffersCarryValuesThatNobodyKnows) {
  for (unsigned random = 0; random < 256; ++random) {
    const auto offer = make_offer({}, ConnectKind::full, 0, static_cast<std::uint8_t>(random));
    ASSERT_TRUE(offer);
    EXPECT_EQ(offer->suites.back() & 0x0F, 0x0A);
    EXPECT_FALSE(crypto::usable_suite(offer->suites.back()));
    EXPECT_EQ(offer->versions.back() & 0x0F0Fu, 0x0A0Au);
    const auto chosen = choose({}, *offer);
    ASSERT_TRUE(chosen);
    EXPECT_EQ(chosen->suite, 1);
  }
}

TEST(Negotiation, OnlyUnknownSuitesIsNoSuite) {
  const Offer offer{ConnectKind::full, {1}, {0x1A, 0x2A}, false};
  EXPECT_EQ(choose({}, offer).error().code, Errc::no_suite);
}

TEST(Negotiation, AnInitiatorThatIgnoresTheRetryIsRefused) {
  Capabilities chacha_first;
  chacha_first.suites = {2, 1};
  World world;
  auto config = world.responder();
  config.can = chacha_first;
  auto responder = Handshake::respond(std::move(config));
  for (int round = 0; round < 2; ++round) {
    auto initiator = Handshake::initiate(world.initiator(), world.alice.rng);
    answer_all(initiator, world.alice);
    (void)feed(responder, pull_all(initiator), world.bob);
    (void)pull_all(responder);
  }
  ASSERT_TRUE(responder.failed());
  EXPECT_EQ(responder.failed()->code, Errc::suite_refused);
}

// A man in the middle with the psk (a removed device may hold it) forges a retry towards the suite
// that the responder likes less.
TEST(Negotiation, AForgedRetryDoesNotLowerTheChoice) {
  World world;
  auto initiator = Handshake::initiate(world.initiator(), world.alice.rng);
  answer_all(initiator, world.alice);
  const Bytes first = pull_all(initiator);
  const auto message = wire::decode<FirstMessage>(ByteView(first).subspan(limits::kFrameHead));
  ASSERT_TRUE(message);
  const auto forge = [&](const Secret32& psk) {
    const Bytes body =
        wire::encode(SecondMessage{std::nullopt, Retry{2, retry_mac(psk, message->mac, 2)}});
    Bytes out;
    wire::append_head(out, {wire::kProtocolVersion, wire::FrameKind::handshake2,
                            static_cast<std::uint32_t>(body.size())});
    append(out, body);
    return out;
  };
  ASSERT_TRUE(feed(initiator, forge(world.psk), world.alice));
  auto responder = Handshake::respond(world.responder());  // likes suite 1 more
  (void)feed(responder, pull_all(initiator), world.bob);
  ASSERT_TRUE(responder.failed());
  EXPECT_EQ(responder.failed()->code, Errc::suite_refused);
}

TEST(Negotiation, ARetryWithoutThePskIsRefused) {
  World world;
  auto initiator = Handshake::initiate(world.initiator(), world.alice.rng);
  answer_all(initiator, world.alice);
  (void)pull_all(initiator);
  const Bytes body = wire::encode(SecondMessage{std::nullopt, Retry{2, {}}});
  Bytes frame;
  wire::append_head(frame, {wire::kProtocolVersion, wire::FrameKind::handshake2,
                            static_cast<std::uint32_t>(body.size())});
  append(frame, body);
  EXPECT_EQ(feed(initiator, frame, world.alice).error().code, Errc::auth_failed);
}

TEST(Negotiation, AnotherFrameVersionIsToldApart) {
  World world;
  auto responder = Handshake::respond(world.responder());
  const Bytes frame{0xE7, 0x54, 2, 1, 0, 0, 0, 0};
  EXPECT_EQ(feed(responder, frame, world.bob).error().code, Errc::unknown_version);
  auto other = Handshake::respond(world.responder());
  EXPECT_EQ(feed(other, to_bytes("GET / HTTP/1.1\r\n\r\n"), world.bob).error().code,
            Errc::bad_magic);
}

}  // namespace
}  // namespace troth::channel::test
