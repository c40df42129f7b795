#include "crypto/ed25519.hpp"

#include <gtest/gtest.h>

#include "crypto/x25519.hpp"
#include "tests/unit/crypto/support.hpp"

namespace troth::crypto {
namespace {

using test::hex;

Ed25519Public key_of(std::string_view text) {
  const Bytes bytes = hex(text);
  Ed25519Public out{};
  std::copy_n(bytes.begin(), out.size(), out.begin());
  return out;
}

TEST(Ed25519, PublishedSignature) {  // RFC 8032 7.1 test 2
  const auto pair = Ed25519KeyPair::from_seed(
      hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
  EXPECT_EQ(to_hex(pair.public_key()),
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  const auto signature = pair.sign(hex("72"));
  EXPECT_EQ(to_hex(signature),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
  EXPECT_TRUE(ed25519_verify(pair.public_key(), hex("72"), signature));
}

TEST(Ed25519, AnyChangedBitIsRefused) {
  test::SeededRng rng;
  const auto pair = Ed25519KeyPair::generate(rng);
  const auto good = pair.sign(as_bytes("batch"));
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    auto bad = good;
    bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ (1U << (bit % 8)));
    EXPECT_FALSE(ed25519_verify(pair.public_key(), as_bytes("batch"), bad)) << bit;
  }
  EXPECT_FALSE(ed25519_verify(pair.public_key(), as_bytes("botch"), good));
  EXPECT_FALSE(ed25519_verify(pair.public_key(), as_bytes("batch"), ByteView(good).first(63)));
}

TEST(Ed25519, SPlusOrderIsRefused) {
  const auto pair = Ed25519KeyPair::from_seed(Bytes(32, 1));
  auto signature = pair.sign(as_bytes("m"));
  const Bytes order = hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    const unsigned sum = unsigned{signature[32 + i]} + order[i] + carry;
    signature[32 + i] = static_cast<std::uint8_t>(sum);
    carry = sum >> 8;
  }
  EXPECT_FALSE(ed25519_verify(pair.public_key(), as_bytes("m"), signature));
}

TEST(Ed25519, KeysThatAreNoFullOrderPointAreFlagged) {
  for (const char* low :
       {"0100000000000000000000000000000000000000000000000000000000000000",     // identity
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",     // order 2
        "0000000000000000000000000000000000000000000000000000000000000000",     // order 4
        "0000000000000000000000000000000000000000000000000000000000000080",     // order 4
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",     // order 8
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",     // order 8
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",     // identity, not
                                                                                // canonical
        "0200000000000000000000000000000000000000000000000000000000000000"}) {  // off the curve
    EXPECT_TRUE(ed25519_is_low_order(key_of(low))) << low;
    EXPECT_FALSE(ed25519_verify(key_of(low), as_bytes("m"), Bytes(64, 0))) << low;
  }
  EXPECT_FALSE(ed25519_is_low_order(Ed25519KeyPair::from_seed(Bytes(32, 2)).public_key()));
}

TEST(X25519, PublishedExchange) {  // RFC 7748 6.1, Bob's side
  const Secret32 bob(hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"));
  EXPECT_EQ(to_hex(x25519_public(bob)),
            "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
  const auto shared =
      x25519(bob, hex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"));
  ASSERT_TRUE(shared);
  EXPECT_EQ(to_hex(shared->expose()),
            "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
}

TEST(X25519, LowOrderPeerIsRefused) {
  const Secret32 alice(Bytes(32, 8));
  EXPECT_EQ(x25519(alice, Bytes(32, 0)).error().code, Errc::bad_point);
  EXPECT_EQ(x25519(alice, Bytes(31, 9)).error().code, Errc::bad_point);
}

}  // namespace
}  // namespace troth::crypto
