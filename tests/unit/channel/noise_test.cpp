// The Noise engine against published vectors. Three are here as facts (cacophony set);
// TROTH_VECTORS names a folder with all of them.
#include "channel/noise.hpp"

#include <gtest/gtest.h>

#include "tests/unit/channel/support.hpp"

namespace troth::channel::test {
namespace {

struct Side {
  NoiseHandshake<X25519Dh> noise;
  std::optional<Secret32> fixed;

  void answer_all() {
    while (noise.waiting_for()) {
      auto dh = crypto::x25519(*fixed, *noise.waiting_for());
      ASSERT_TRUE(dh);
      ASSERT_TRUE(noise.answer(*dh));
    }
  }
};

constexpr std::string_view kInitStatic =
    "e61ef9919cde45dd5f82166404bd08e38bceb5dfdfded0a34c8df7ed542214d1";
constexpr std::string_view kRespStatic =
    "4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114246e4893";
constexpr std::string_view kInitEphemeral =
    "893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a";
constexpr std::string_view kRespEphemeral =
    "bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b";

Side make_side(const NoisePattern& pattern, bool initiator, ByteView psk) {
  const Secret32 init{hex(kInitStatic)};
  const Secret32 resp{hex(kRespStatic)};
  const auto prologue = hex("4a6f686e2047616c74");
  NoiseHandshake<X25519Dh>::Config config;
  config.pattern = &pattern;
  config.initiator = initiator;
  config.prologue = prologue;
  config.own_static = crypto::x25519_public(initiator ? init : resp);
  const bool known = initiator ? pattern.responder_known : pattern.initiator_known;
  if (known) config.peer_static = crypto::x25519_public(initiator ? resp : init);
  if (!psk.empty()) config.psk.emplace(psk);
  Side side{NoiseHandshake<X25519Dh>(std::move(config)), initiator ? init.clone() : resp.clone()};
  side.noise.set_ephemeral(Secret32{hex(initiator ? kInitEphemeral : kRespEphemeral)});
  return side;
}

struct Case {
  const NoisePattern* pattern;
  std::string_view hash;
  std::vector<std::string_view> ciphertexts;
};

const std::array<std::string_view, 6> kPayloads{"4c756477696720766f6e204d69736573",
                                                "4d757272617920526f746862617264",
                                                "462e20412e20486179656b",
                                                "4361726c204d656e676572",
                                                "4a65616e2d426170746973746520536179",
                                                "457567656e2042f6686d20766f6e2042617765726b"};

#include "tests/unit/channel/noise_vectors.inc"

class NoiseVector : public testing::TestWithParam<Case> {};

TEST_P(NoiseVector, BothSidesMatchThePublishedBytes) {
  const Case& c = GetParam();
  const Bytes psk = c.pattern->has_psk ? hex(kPsk) : Bytes{};
  Side a = make_side(*c.pattern, true, psk);
  Side b = make_side(*c.pattern, false, psk);
  std::size_t at = 0;
  for (; at < c.pattern->message_count(); ++at) {
    Side& from = at % 2 == 0 ? a : b;
    Side& to = at % 2 == 0 ? b : a;
    ASSERT_TRUE(from.noise.write(hex(kPayloads[at])));
    from.answer_all();
    const Bytes message = from.noise.take_message();
    EXPECT_EQ(to_hex(message), c.ciphertexts[at]);
    ASSERT_TRUE(to.noise.read(message));
    to.answer_all();
    EXPECT_EQ(to_hex(to.noise.take_payload()), kPayloads[at]);
  }
  ASSERT_TRUE(a.noise.finished() && b.noise.finished());
  EXPECT_EQ(to_hex(a.noise.hash().view()), c.hash);
  auto ka = std::move(a.noise).split();
  auto kb = std::move(b.noise).split();
  for (; at < kPayloads.size(); ++at) {
    const bool initiator = at % 2 == 0;
    const Bytes plain = hex(kPayloads[at]);
    Bytes sealed(plain.size() + crypto::kAeadTag);
    ASSERT_TRUE((initiator ? ka.initiator : kb.responder).seal({}, plain, sealed));
    EXPECT_EQ(to_hex(sealed), c.ciphertexts[at]);
    Bytes opened(plain.size());
    ASSERT_TRUE((initiator ? kb.initiator : ka.responder).open({}, sealed, opened));
    EXPECT_EQ(opened, plain);
  }
}

INSTANTIATE_TEST_SUITE_P(Cacophony, NoiseVector, testing::ValuesIn(kCases),
                         [](const auto& test) { return std::string(test.param.pattern->name); });

TEST(Noise, NameSaysPatternGroupCipherAndHash) {
  EXPECT_EQ(noise_name(kIKpsk1, P256Dh::kName, crypto::Aead::aes256gcm),
            "Noise_IKpsk1_P256_AESGCM_SHA256");
  EXPECT_EQ(noise_name(kIKpsk1, P256Dh::kName, crypto::Aead::chacha20poly1305),
            "Noise_IKpsk1_P256_ChaChaPoly_SHA256");
}

TEST(Noise, OutOfTurnIsRefused) {
  Side a = make_side(kNN, true, {});
  EXPECT_EQ(a.noise.read(Bytes(48)).error().code, Errc::unexpected_message);
  ASSERT_TRUE(a.noise.write({}));
  EXPECT_EQ(a.noise.write({}).error().code, Errc::unexpected_message);
  EXPECT_EQ(a.noise.answer(Secret32{}).error().code, Errc::unexpected_message);
}

TEST(Noise, EveryTruncationOfAMessageIsRefused) {
  const Bytes psk = hex(kPsk);
  Side a = make_side(kIKpsk1, true, psk);
  ASSERT_TRUE(a.noise.write(as_bytes("x")));
  a.answer_all();
  const Bytes message = a.noise.take_message();
  for (std::size_t size = 0; size < message.size(); ++size) {
    Side b = make_side(kIKpsk1, false, psk);
    auto status = b.noise.read(Bytes(message.begin(), message.begin() + static_cast<long>(size)));
    while (status && b.noise.waiting_for()) {
      status = b.noise.answer(*crypto::x25519(*b.fixed, *b.noise.waiting_for()));
    }
    EXPECT_FALSE(status) << size;
  }
}

TEST(CipherStateTest, RekeyIsOneWayAndTheCounterRunsOn) {
  CipherState a(crypto::Aead::chacha20poly1305, Bytes(32, 1));
  CipherState b(crypto::Aead::chacha20poly1305, Bytes(32, 1));
  CipherState old(crypto::Aead::chacha20poly1305, Bytes(32, 1));
  const Bytes plain = to_bytes("after");
  Bytes sealed(plain.size() + crypto::kAeadTag);
  Bytes opened(plain.size());
  a.rekey();
  ASSERT_TRUE(a.seal({}, plain, sealed));
  EXPECT_EQ(old.open({}, sealed, opened).error().code, Errc::auth_failed);
  b.rekey();
  ASSERT_TRUE(b.open({}, sealed, opened));
  EXPECT_EQ(opened, plain);
  EXPECT_EQ(a.counter(), 1u);
  a.rekey();
  EXPECT_EQ(a.counter(), 1u);
}

}  // namespace
}  // namespace troth::channel::test
