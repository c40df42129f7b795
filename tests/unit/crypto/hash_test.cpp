#include "crypto/hash.hpp"

#include <gtest/gtest.h>

#include "crypto/kdf.hpp"
#include "tests/unit/crypto/support.hpp"

namespace troth::crypto {
namespace {

using test::hex;

TEST(Sha256, PublishedValues) {  // FIPS 180-4 examples
  EXPECT_EQ(to_hex(sha256(ByteView{}).view()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(sha256(as_bytes("abc")).view()),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(
      to_hex(sha256(as_bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")).view()),
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(to_hex(sha256(Bytes(1000000, 'a')).view()),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, EverySplitGivesTheSameHash) {
  Bytes message(200);
  for (std::size_t i = 0; i < message.size(); ++i) message[i] = static_cast<std::uint8_t>(i * 7);
  Sha256 running;
  for (std::size_t size = 0; size <= message.size(); ++size) {
    const ByteView whole = ByteView(message).first(size);
    const Hash expected = sha256(whole);
    for (std::size_t split = 0; split <= size; split += 13) {
      EXPECT_EQ(sha256({whole.first(split), whole.subspan(split)}), expected);
      running.update(whole.first(split));
      running.update(whole.subspan(split));
      EXPECT_EQ(running.finish(), expected) << size << " " << split;  // and it starts afresh
    }
  }
}

TEST(Hmac, PublishedValues) {  // RFC 4231 cases 1, 2 and 6
  EXPECT_EQ(to_hex(hmac_sha256(Bytes(20, 0x0b), as_bytes("Hi There")).view()),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(to_hex(hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?")).view()),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(to_hex(hmac_sha256(Bytes(131, 0xaa),
                               as_bytes("Test Using Larger Than Block-Size Key - Hash Key First"))
                       .view()),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Hkdf, PublishedValues) {  // RFC 5869 A.1 and A.3
  Bytes out(42);
  Prk::extract(hex("000102030405060708090a0b0c"), Bytes(22, 0x0b))
      .expand("", hex("f0f1f2f3f4f5f6f7f8f9"), out);
  EXPECT_EQ(to_hex(out),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  Prk::extract({}, Bytes(22, 0x0b)).expand("", {}, out);
  EXPECT_EQ(to_hex(out),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

TEST(Prk, LabelAndContextAreOneInfo) {
  const Prk prk(Bytes(32, 7));
  EXPECT_TRUE(ct_equal(prk.expand32("ab", as_bytes("cd")).expose(), prk.expand32("abcd").expose()));
  EXPECT_FALSE(ct_equal(prk.expand32("ab").expose(), prk.expand32("abcd").expose()));
}

TEST(Prk, ReuseAndMoveKeepTheKey) {
  Prk first(Bytes(32, 9));
  const Hash expected = hmac_sha256(Bytes(32, 9), as_bytes("message"));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(first.mac(as_bytes("message")), expected);
  const Prk second(std::move(first));
  EXPECT_EQ(second.mac(as_bytes("message")), expected);
}

TEST(Prk, LongestExpansionIsPrefixConsistent) {
  const Prk prk(Bytes(32, 1));
  Bytes longest(std::size_t{255} * 32);
  prk.expand("x", {}, longest);
  for (const std::size_t size : {1U, 31U, 32U, 33U, 1000U}) {
    Bytes shorter(size);
    prk.expand("x", {}, shorter);
    EXPECT_TRUE(equal(shorter, ByteView(longest).first(size)));
  }
}

}  // namespace
}  // namespace troth::crypto
