#include "crypto/p256.hpp"

#include <gtest/gtest.h>

#include "crypto/ecdsa_nonce.hpp"
#include "tests/unit/crypto/support.hpp"

namespace troth::crypto {
namespace {

using test::FixedRng;
using test::hex;
using test::SeededRng;

// RFC 6979 A.2.5.
constexpr const char* kScalar = "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";
constexpr const char* kPublic =
    "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
    "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";

Bytes with_other_s(ByteView signature) {
  Bytes out = to_bytes(signature);
  negate_mod_order(MutableBytes(out).subspan(32));
  return out;
}

TEST(P256, PublishedKeyPair) {
  const auto pair = P256KeyPair::from_scalar(hex(kScalar));
  ASSERT_TRUE(pair);
  EXPECT_EQ(to_hex(pair->public_key().view()), kPublic);
}

TEST(P256, PublishedNonces) {
  const auto nonce = [](std::string_view message) {
    EcdsaNonce nonces(hex(kScalar), sha256(as_bytes(message)).view(), {});
    return to_hex(nonces.next().expose());
  };
  EXPECT_EQ(nonce("sample"), "a6e3c57dd01abe90086538398355dd4c3b17aa873382b0f24d6129493d8aad60");
  EXPECT_EQ(nonce("test"), "d16b6ae827f17175e040871a1c7ec3500192c4c92677336ec2537acaee0008e0");
}

TEST(P256, PublishedSignatureVerifiesOnlyInItsLowForm) {
  const auto key = P256Public::parse(hex(kPublic));
  ASSERT_TRUE(key);
  const Bytes high =
      hex("efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
          "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8");
  EXPECT_EQ(p256_verify(*key, as_bytes("sample"), high).error().code, Errc::bad_signature);
  EXPECT_TRUE(p256_verify(*key, as_bytes("sample"), with_other_s(high)));
}

TEST(P256, SignsInTheLowForm) {
  SeededRng rng;
  const auto pair = P256KeyPair::generate(rng);
  for (int i = 0; i < 50; ++i) {
    const Bytes message(static_cast<std::size_t>(i), 0x42);
    const auto signature = pair.sign(message, rng);
    EXPECT_TRUE(p256_verify(pair.public_key(), message, signature));
    EXPECT_FALSE(p256_verify(pair.public_key(), message, with_other_s(signature)));
    EXPECT_NE(signature, pair.sign(message, rng));  // fresh random bytes: another nonce
  }
}

TEST(P256, TamperedSignatureKeyOrMessageIsRefused) {
  SeededRng rng;
  const auto pair = P256KeyPair::generate(rng);
  const auto other = P256KeyPair::generate(rng);
  const auto good = pair.sign(as_bytes("pair my laptop"), rng);
  for (std::size_t i = 0; i < good.size(); ++i) {
    auto bad = good;
    bad[i] ^= 1;
    EXPECT_FALSE(p256_verify(pair.public_key(), as_bytes("pair my laptop"), bad)) << i;
  }
  EXPECT_FALSE(p256_verify(pair.public_key(), as_bytes("pair my laptap"), good));
  EXPECT_FALSE(p256_verify(other.public_key(), as_bytes("pair my laptop"), good));
  EXPECT_FALSE(p256_verify(P256Public(), as_bytes("pair my laptop"), good));
  EXPECT_FALSE(
      p256_verify(pair.public_key(), as_bytes("pair my laptop"), ByteView(good).first(63)));
}

TEST(P256, ValuesOutsideTheOrderAreRefused) {
  SeededRng rng;
  const auto pair = P256KeyPair::generate(rng);
  const Bytes zero(32, 0);
  const Bytes one = hex("0000000000000000000000000000000000000000000000000000000000000001");
  const Bytes order = to_bytes(kP256Order);
  for (const auto& [r, s] :
       {std::pair{zero, one}, {one, zero}, {order, one}, {one, order}, {zero, zero}}) {
    Bytes signature = r;
    append(signature, s);
    EXPECT_EQ(p256_verify(pair.public_key(), as_bytes("m"), signature).error().code,
              Errc::bad_signature);
  }
  EXPECT_FALSE(P256KeyPair::from_scalar(zero));
  EXPECT_FALSE(P256KeyPair::from_scalar(order));
  EXPECT_FALSE(P256KeyPair::from_scalar(Bytes(31, 1)));
  Bytes last = order;
  last.back() = static_cast<std::uint8_t>(last.back() - 1);
  EXPECT_TRUE(P256KeyPair::from_scalar(last));
}

TEST(P256, GenerateSkipsScalarsOutsideTheOrder) {
  Bytes stream(32, 0xff);        // above n
  append(stream, Bytes(32, 0));  // zero
  append(stream, hex(kScalar));
  FixedRng rng(stream);
  EXPECT_EQ(to_hex(P256KeyPair::generate(rng).public_key().view()), kPublic);
}

TEST(P256, OtherFormsOfPointsAreRefused) {
  const Bytes good = hex(kPublic);
  EXPECT_TRUE(P256Public::parse(good));
  const auto refused = [](ByteView bytes) {
    const auto key = P256Public::parse(bytes);
    return !key && key.error().code == Errc::bad_point;
  };
  EXPECT_TRUE(refused({}));
  EXPECT_TRUE(refused(Bytes{0}));      // infinity
  EXPECT_TRUE(refused(Bytes(65, 0)));  // infinity, padded
  Bytes zero_point(65, 0);
  zero_point[0] = 4;
  EXPECT_TRUE(refused(zero_point));  // (0, 0) is not on the curve
  Bytes compressed = to_bytes(ByteView(good).first(33));
  for (const std::uint8_t form : Bytes{2, 3}) {
    compressed[0] = form;
    EXPECT_TRUE(refused(compressed));
  }
  for (const std::uint8_t form : Bytes{0, 1, 2, 3, 5, 6, 7, 255}) {  // 6 and 7 are the hybrid forms
    Bytes hybrid = good;
    hybrid[0] = form;
    EXPECT_TRUE(refused(hybrid)) << int{form};
  }
  for (std::size_t i = 1; i < good.size(); ++i) {
    Bytes off = good;
    off[i] ^= 1;
    EXPECT_TRUE(refused(off)) << i;
  }
  Bytes longer = good;
  longer.push_back(0);
  EXPECT_TRUE(refused(longer));
  EXPECT_TRUE(refused(ByteView(good).first(64)));
}

TEST(P256, CoordinatesThatAreNotReducedAreRefused) {
  // x = p + 5 is the same field element as 5: only the reduced form counts.
  const Bytes y = hex("459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbcc");
  Bytes reduced = hex("040000000000000000000000000000000000000000000000000000000000000005");
  append(reduced, y);
  EXPECT_TRUE(P256Public::parse(reduced));
  Bytes larger = hex("04ffffffff00000001000000000000000000000001000000000000000000000004");
  append(larger, y);
  EXPECT_FALSE(P256Public::parse(larger));
}

TEST(P256, BothSidesAgree) {
  SeededRng rng;
  const auto a = P256KeyPair::generate(rng);
  const auto b = P256KeyPair::generate(rng);
  EXPECT_TRUE(ct_equal(a.agree(b.public_key()).expose(), b.agree(a.public_key()).expose()));
  // RFC 5903 8.1
  const auto i = P256KeyPair::from_scalar(
      hex("c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433"));
  const auto r = P256KeyPair::from_scalar(
      hex("c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53"));
  EXPECT_EQ(to_hex(i->agree(r->public_key()).expose()),
            "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de");
}

TEST(P256, ScalarRange) {
  Bytes value = to_bytes(kP256Order);
  EXPECT_FALSE(p256_scalar_ok(value));
  value[31] = static_cast<std::uint8_t>(value[31] + 1);
  EXPECT_FALSE(p256_scalar_ok(value));
  value[31] = static_cast<std::uint8_t>(value[31] - 2);
  EXPECT_TRUE(p256_scalar_ok(value));
  EXPECT_FALSE(p256_scalar_ok(Bytes(32, 0)));
  EXPECT_FALSE(p256_scalar_ok(Bytes(32, 0xff)));
  EXPECT_TRUE(p256_scalar_ok(Bytes(32, 1)));
  EXPECT_FALSE(p256_scalar_ok(Bytes(33, 1)));
}

}  // namespace
}  // namespace troth::crypto
