// What one backend makes, the other takes, in both directions: a device with the platform's crypto
// and a device with OpenSSL are in one circle.
#include <gtest/gtest.h>

#include <tuple>

#include "tests/support/platform_openssl.hpp"
#include "tests/unit/crypto/side.hpp"
#include "tests/unit/crypto/support.hpp"

namespace troth::crypto {
namespace {

using troth::test::Box;
using troth::test::BoxInputs;
using troth::test::PlatformUse;
using troth::test::Side;

// (forward?, platform SHA-256?, platform AES?)
class Cross : public testing::TestWithParam<std::tuple<bool, bool, bool>> {
 protected:
  void SetUp() override {
    troth::test::platform_uses(PlatformUse{std::get<1>(GetParam()), std::get<2>(GetParam())});
  }
  void TearDown() override { troth::test::platform_uses({}); }
  [[nodiscard]] const Side& a() const {
    return forward() ? troth::test::openssl_side() : troth::test::portable_side();
  }
  [[nodiscard]] const Side& b() const {
    return forward() ? troth::test::portable_side() : troth::test::openssl_side();
  }
  Bytes bytes(std::size_t size) {
    Bytes out(size);
    rng_.fill(out);
    return out;
  }
  test::SeededRng rng_{17};

 private:
  [[nodiscard]] static bool forward() { return std::get<0>(GetParam()); }
};
INSTANTIATE_TEST_SUITE_P(BothWays, Cross,
                         testing::Combine(testing::Bool(), testing::Bool(), testing::Bool()));

TEST_P(Cross, HashHmacAndHkdfAgree) {
  for (const std::size_t size : {0U, 1U, 55U, 56U, 63U, 64U, 65U, 119U, 128U, 1000U}) {
    const Bytes data = bytes(size);
    EXPECT_EQ(a().hash(data), b().hash(data));
    EXPECT_EQ(a().hmac(data, as_bytes("m")), b().hmac(data, as_bytes("m")));
    EXPECT_EQ(a().hkdf(data, as_bytes("key"), data, size + 1),
              b().hkdf(data, as_bytes("key"), data, size + 1));
  }
}

TEST_P(Cross, AeadOfBothSuitesOpens) {
  for (const int suite : {1, 2}) {
    for (const std::size_t size : {0U, 1U, 16U, 31U, 256U, 20000U}) {
      const Bytes key = bytes(32);
      const Bytes plain = bytes(size);
      const Bytes aad = bytes(size % 40);
      const Bytes sealed = a().seal(suite, key, size, aad, plain);
      EXPECT_EQ(sealed, b().seal(suite, key, size, aad, plain));
      EXPECT_EQ(b().open(suite, key, size, aad, sealed), plain);
      Bytes bad = sealed;
      bad[size / 2] ^= 0x80;
      EXPECT_FALSE(b().open(suite, key, size, aad, bad));
      EXPECT_FALSE(b().open(suite, key, size + 1, aad, sealed));
    }
  }
}

TEST_P(Cross, P256KeysSignaturesAndAgreement) {
  for (int i = 0; i < 10; ++i) {
    const Bytes one = bytes(32);
    const Bytes two = bytes(32);
    const Bytes point = a().public_of(one);
    EXPECT_EQ(point, b().public_of(one));
    EXPECT_TRUE(b().point_ok(point));
    EXPECT_EQ(a().agree(one, b().public_of(two)), b().agree(two, point));
    const Bytes message = bytes(static_cast<std::size_t>(i) * 9);
    Bytes signature = a().sign(one, message, rng_);
    EXPECT_TRUE(b().verify(point, message, signature));
    signature[40] ^= 1;
    EXPECT_FALSE(b().verify(point, message, signature));
  }
}

// The simulation repeats a run from its seed. A platform may make nonces of its own, so this holds
// for the OpenSSL backend only.
TEST(OpensslBackend, SignsRepeatablyForOneStateOfTheRng) {
#ifdef TROTH_CRYPTO_PORTABLE
  GTEST_SKIP() << "this build has the portable backend on both sides";
#endif
  const Side& side = troth::test::openssl_side();
  for (std::uint8_t seed = 0; seed < 20; ++seed) {
    test::SeededRng one(seed);
    test::SeededRng two(seed);
    EXPECT_EQ(side.sign(Bytes(32, 1), as_bytes("m"), one),
              side.sign(Bytes(32, 1), as_bytes("m"), two));
  }
}

TEST_P(Cross, BothRefuseTheSamePoints) {
  const Bytes good = a().public_of(Bytes(32, 3));
  for (std::size_t i = 0; i < good.size(); ++i) {
    Bytes bad = good;
    bad[i] ^= 0x10;
    EXPECT_FALSE(a().point_ok(bad));
    EXPECT_FALSE(b().point_ok(bad));
  }
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(b().point_ok(ByteView(good).first(size)));
  }
}

TEST_P(Cross, HpkeOfBothSuitesOpens) {
  for (const int suite : {1, 2}) {
    for (const bool with_psk : {false, true}) {
      const Bytes scalar = bytes(32);
      BoxInputs in{{}, {}, bytes(20), bytes(5)};
      if (with_psk) in.psk = bytes(32);
      if (with_psk) in.psk_id = to_bytes("box");
      const Bytes plain = bytes(64);
      Box box = a().box(suite, b().public_of(scalar), in, plain, rng_);
      EXPECT_EQ(b().unbox(suite, scalar, box, in), plain);
      box.ciphertext[0] ^= 1;
      EXPECT_FALSE(b().unbox(suite, scalar, box, in));
    }
  }
}

TEST_P(Cross, CpaceMeets) {
  const auto left = a().cpace(as_bytes("code"), as_bytes("ci"), as_bytes("sid"), rng_);
  const auto right = b().cpace(as_bytes("code"), as_bytes("ci"), as_bytes("sid"), rng_);
  const Bytes left_share = left->share();
  const Bytes right_share = right->share();
  const auto left_key = left->finish(true, right_share, as_bytes("l"), as_bytes("r"));
  ASSERT_TRUE(left_key);
  EXPECT_EQ(left_key, right->finish(false, left_share, as_bytes("r"), as_bytes("l")));
}

}  // namespace
}  // namespace troth::crypto
