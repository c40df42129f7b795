#include "crypto/aead.hpp"

#include <gtest/gtest.h>

#include "tests/unit/crypto/support.hpp"

namespace troth::crypto {
namespace {

using test::hex;

class AeadBoth : public testing::TestWithParam<Aead> {};
INSTANTIATE_TEST_SUITE_P(Suites, AeadBoth,
                         testing::Values(Aead::aes256gcm, Aead::chacha20poly1305));

TEST(Aead, CounterNonceIsBigEndianInTheLastEightBytes) {
  EXPECT_EQ(to_hex(counter_nonce(0)), "000000000000000000000000");
  EXPECT_EQ(to_hex(counter_nonce(0x0102030405060708)), "000000000102030405060708");
}

TEST(Aead, PublishedAesGcm) {  // GCM specification, test case 16
  const AeadKey key(Aead::aes256gcm,
                    hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"));
  Nonce nonce{};
  const Bytes iv = hex("cafebabefacedbaddecaf888");
  std::copy(iv.begin(), iv.end(), nonce.begin());
  Bytes out;
  key.seal(nonce, hex("feedfacedeadbeeffeedfacedeadbeefabaddad2"),
           hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
               "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"),
           out);
  EXPECT_EQ(to_hex(out),
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
            "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
            "76fc6ece0f4e1768cddf8853bb2d551b");
}

TEST(Aead, PublishedChaCha20Poly1305) {  // RFC 8439 2.8.2
  const AeadKey key(Aead::chacha20poly1305,
                    hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"));
  Nonce nonce{};
  const Bytes iv = hex("070000004041424344454647");
  std::copy(iv.begin(), iv.end(), nonce.begin());
  Bytes out;
  key.seal(
      nonce, hex("50515253c0c1c2c3c4c5c6c7"),
      as_bytes(
          "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the "
          "future, sunscreen would be it."),
      out);
  EXPECT_EQ(to_hex(out).substr(0, 32), "d31a8d34648e60db7b86afbc53ef7ec2");
  EXPECT_EQ(to_hex(ByteView(out).last(16)), "1ae10b594f09e26a7e902ecbd0600691");
}

TEST_P(AeadBoth, RoundTripsAppendAndKeepWhatWasThere) {
  const AeadKey key(GetParam(), Bytes(32, 3));
  for (const std::size_t size : {0U, 1U, 15U, 16U, 17U, 255U, 4096U}) {
    const Bytes plain(size, 0x5a);
    Bytes sealed{1, 2, 3};
    key.seal(counter_nonce(size), as_bytes("head"), plain, sealed);
    ASSERT_EQ(sealed.size(), 3 + size + kAeadTag);
    Bytes opened{9};
    ASSERT_TRUE(
        key.open(counter_nonce(size), as_bytes("head"), ByteView(sealed).subspan(3), opened));
    EXPECT_EQ(opened[0], 9);
    EXPECT_TRUE(equal(ByteView(opened).subspan(1), plain));
    const auto secret =
        key.open_secret(counter_nonce(size), as_bytes("head"), ByteView(sealed).subspan(3));
    ASSERT_TRUE(secret);
    EXPECT_TRUE(ct_equal(secret->expose(), plain));
  }
}

TEST_P(AeadBoth, InPlaceGivesTheSameBytes) {
  const AeadKey key(GetParam(), Bytes(32, 8));
  for (const std::size_t size : {0U, 1U, 16U, 100U, 16384U}) {
    const Bytes plain(size, 0x77);
    Bytes apart;
    key.seal(counter_nonce(3), as_bytes("a"), plain, apart);
    Bytes buffer = plain;
    buffer.resize(size + kAeadTag);
    key.seal_into(counter_nonce(3), as_bytes("a"), ByteView(buffer).first(size), buffer);
    EXPECT_EQ(buffer, apart);
    const auto room = MutableBytes(buffer).first(size);
    ASSERT_TRUE(key.open_into(counter_nonce(3), as_bytes("a"), buffer, room));
    EXPECT_TRUE(equal(room, plain));
    buffer = apart;
    buffer.back() ^= 1;
    EXPECT_FALSE(key.open_into(counter_nonce(3), as_bytes("a"), buffer, room));
    EXPECT_TRUE(equal(room, Bytes(size, 0)));  // nothing unverified stays behind
  }
}

TEST_P(AeadBoth, EveryChangedBitIsRefusedAndLeavesNothing) {
  const AeadKey key(GetParam(), Bytes(32, 4));
  const Bytes aad = to_bytes("header");
  Bytes sealed;
  key.seal(counter_nonce(1), aad, as_bytes("a short text"), sealed);
  const auto refused = [&](const Nonce& nonce, ByteView with_aad, ByteView bytes) {
    Bytes out{7};
    const auto result = key.open(nonce, with_aad, bytes, out);
    return !result && result.error().code == Errc::auth_failed && out == Bytes{7} &&
           !key.open_secret(nonce, with_aad, bytes);
  };
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    Bytes bad = sealed;
    bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ (1U << (bit % 8)));
    EXPECT_TRUE(refused(counter_nonce(1), aad, bad)) << bit;
  }
  for (std::size_t i = 0; i < aad.size(); ++i) {
    Bytes bad = aad;
    bad[i] ^= 1;
    EXPECT_TRUE(refused(counter_nonce(1), bad, sealed));
  }
  EXPECT_TRUE(refused(counter_nonce(2), aad, sealed));
  EXPECT_TRUE(refused(counter_nonce(1), {}, sealed));
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_TRUE(refused(counter_nonce(1), aad, ByteView(sealed).first(size)));
  }
  Bytes out;
  EXPECT_TRUE(key.open(counter_nonce(1), aad, sealed, out));  // a refusal does not spoil the key
}

TEST_P(AeadBoth, OtherKeyOrAlgorithmIsRefused) {
  Bytes sealed;
  AeadKey(GetParam(), Bytes(32, 5)).seal(counter_nonce(0), {}, as_bytes("x"), sealed);
  Bytes out;
  EXPECT_FALSE(AeadKey(GetParam(), Bytes(32, 6)).open(counter_nonce(0), {}, sealed, out));
  const Aead other = GetParam() == Aead::aes256gcm ? Aead::chacha20poly1305 : Aead::aes256gcm;
  EXPECT_FALSE(AeadKey(other, Bytes(32, 5)).open(counter_nonce(0), {}, sealed, out));
  EXPECT_TRUE(out.empty());
}

}  // namespace
}  // namespace troth::crypto
