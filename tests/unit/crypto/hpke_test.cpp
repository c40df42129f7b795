#include "crypto/hpke.hpp"

#include <gtest/gtest.h>

#include "tests/unit/crypto/support.hpp"

namespace troth::crypto {
namespace {

using test::FixedRng;
using test::hex;
using test::SeededRng;

struct Published {
  const char* recipient;
  const char* ephemeral;
  const char* psk;
  const char* psk_id;
  const char* enc;
  const char* ciphertext;
};
constexpr const char* kInfo = "4f6465206f6e2061204772656369616e2055726e";
constexpr const char* kAad = "436f756e742d30";
constexpr const char* kPlain = "4265617574792069732074727574682c20747275746820626561757479";

void check(const Published& v) {
  const auto recipient = P256KeyPair::from_scalar(hex(v.recipient));
  ASSERT_TRUE(recipient);
  FixedRng rng(hex(v.ephemeral));
  const Bytes psk = hex(v.psk);
  const Bytes psk_id = hex(v.psk_id);
  const auto sealed = hpke_seal(Aead::chacha20poly1305, recipient->public_key(), {psk, psk_id},
                                hex(kInfo), hex(kAad), hex(kPlain), rng);
  ASSERT_TRUE(sealed);
  EXPECT_EQ(to_hex(sealed->enc.view()), v.enc);
  EXPECT_EQ(to_hex(sealed->ciphertext), v.ciphertext);
  const auto opened =
      hpke_open(Aead::chacha20poly1305, recipient->agree(sealed->enc), sealed->enc,
                recipient->public_key(), {psk, psk_id}, hex(kInfo), hex(kAad), sealed->ciphertext);
  ASSERT_TRUE(opened);
  EXPECT_EQ(to_hex(opened->expose()), kPlain);
}

TEST(Hpke, PublishedBaseAndPsk) {  // RFC 9180, KEM 16, KDF 1, AEAD 3
  check({"a4d1c55836aa30f9b3fbb6ac98d338c877c2867dd3a77396d13f68d3ab150d3b",
         "7550253e1147aae48839c1f8af80d2770fb7a4c763afe7d0afa7e0f42a5b3689", "", "",
         "04c07836a0206e04e31d8ae99bfd549380b072a1b1b82e563c935c095827824fc1"
         "559eac6fb9e3c70cd3193968994e7fe9781aa103f5b50e934b5b2f387e381291",
         "6469c41c5c81d3aa85432531ecf6460ec945bde1eb428cb2fedf7a29f5a685b4ccb0d057f03ea2952a27bb458"
         "b"});
  check({"12ecde2c8bc2d5d7ed2219c71f27e3943d92b344174436af833337c557c300b3",
         "7d6e4e006cee68af9b3fdd583a0ee8962df9d59fab029997ee3f456cbc857904",
         "0247fd33b913760fa1fa51e1892d9f307fbe65eb171e8132c2af18555a738b82",
         "456e6e796e20447572696e206172616e204d6f726961",
         "04f336578b72ad7932fe867cc4d2d44a718a318037a0ec271163699cee653fa805"
         "c1fec955e562663e0c2061bb96a87d78892bff0cc0bad7906c2d998ebe1a7246",
         "21433eaff24d7706f3ed5b9b2e709b07230e2b11df1f2b1fe07b3c70d5948a53d6fa5c8bed194020bd9df0877"
         "b"});
}

class HpkeBoth : public testing::TestWithParam<Aead> {
 protected:
  [[nodiscard]] Result<SecretBytes> open(const HpkeSealed& sealed, HpkePsk psk, ByteView info,
                                         ByteView aad) const {
    return hpke_open(GetParam(), recipient_.agree(sealed.enc), sealed.enc, recipient_.public_key(),
                     psk, info, aad, sealed.ciphertext);
  }
  SeededRng rng_;
  P256KeyPair recipient_ = P256KeyPair::generate(rng_);
  Bytes psk_ = Bytes(32, 7);
  Bytes id_ = to_bytes("box");
};
INSTANTIATE_TEST_SUITE_P(Suites, HpkeBoth,
                         testing::Values(Aead::aes256gcm, Aead::chacha20poly1305));

TEST_P(HpkeBoth, EveryInputIsBound) {
  const auto sealed = hpke_seal(GetParam(), recipient_.public_key(), {psk_, id_}, as_bytes("info"),
                                as_bytes("aad"), as_bytes("epoch key"), rng_);
  ASSERT_TRUE(sealed);
  EXPECT_EQ(as_text(open(*sealed, {psk_, id_}, as_bytes("info"), as_bytes("aad"))->expose()),
            "epoch key");
  const Bytes other_psk(32, 8);
  const Bytes other_id = to_bytes("bex");
  EXPECT_FALSE(open(*sealed, {other_psk, id_}, as_bytes("info"), as_bytes("aad")));
  EXPECT_FALSE(open(*sealed, {psk_, other_id}, as_bytes("info"), as_bytes("aad")));
  EXPECT_FALSE(open(*sealed, {}, as_bytes("info"), as_bytes("aad")));
  EXPECT_FALSE(open(*sealed, {psk_, id_}, as_bytes("inf0"), as_bytes("aad")));
  EXPECT_FALSE(open(*sealed, {psk_, id_}, as_bytes("info"), as_bytes("aab")));
  for (std::size_t i = 0; i < sealed->ciphertext.size(); ++i) {
    HpkeSealed bad = *sealed;
    bad.ciphertext[i] ^= 1;
    EXPECT_EQ(open(bad, {psk_, id_}, as_bytes("info"), as_bytes("aad")).error().code,
              Errc::auth_failed);
  }
  HpkeSealed bad = *sealed;
  bad.enc = P256KeyPair::generate(rng_).public_key();
  EXPECT_FALSE(open(bad, {psk_, id_}, as_bytes("info"), as_bytes("aad")));
}

TEST_P(HpkeBoth, AnotherRecipientCannotOpen) {
  const auto sealed =
      hpke_seal(GetParam(), recipient_.public_key(), {}, {}, {}, as_bytes("k"), rng_);
  const auto other = P256KeyPair::generate(rng_);
  EXPECT_FALSE(hpke_open(GetParam(), other.agree(sealed->enc), sealed->enc, other.public_key(), {},
                         {}, {}, sealed->ciphertext));
  EXPECT_FALSE(hpke_open(GetParam(), other.agree(sealed->enc), sealed->enc, recipient_.public_key(),
                         {}, {}, {}, sealed->ciphertext));
}

TEST_P(HpkeBoth, WeakOrHalfAPskAndEmptyKeysAreRefused) {
  const Bytes weak(31, 1);
  const auto key = recipient_.public_key();
  EXPECT_EQ(hpke_seal(GetParam(), key, {weak, id_}, {}, {}, {}, rng_).error().code,
            Errc::bad_value);
  EXPECT_EQ(hpke_seal(GetParam(), key, {psk_, {}}, {}, {}, {}, rng_).error().code, Errc::bad_value);
  EXPECT_EQ(hpke_seal(GetParam(), key, {{}, id_}, {}, {}, {}, rng_).error().code, Errc::bad_value);
  EXPECT_EQ(hpke_seal(GetParam(), P256Public(), {}, {}, {}, {}, rng_).error().code,
            Errc::bad_point);
  EXPECT_EQ(
      hpke_open(GetParam(), Secret32(), P256Public(), key, {}, {}, {}, Bytes(16)).error().code,
      Errc::bad_point);
}

}  // namespace
}  // namespace troth::crypto
