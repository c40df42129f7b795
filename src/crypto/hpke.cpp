#include "crypto/hpke.hpp"

#include "crypto/hpke_schedule.hpp"

namespace troth::crypto {

namespace {

constexpr std::size_t kPskLeast = 32;  // RFC 9180 9.5: less entropy than this can be guessed

Result<> check_psk(HpkePsk psk) {
  if (psk.psk.empty() != psk.psk_id.empty()) return fail(Errc::bad_value);
  if (!psk.psk.empty() && psk.psk.size() < kPskLeast) return fail(Errc::bad_value);
  return {};
}

struct OneShot {
  AeadKey key;
  Nonce nonce;
};

OneShot one_shot(Aead aead, const Secret32& dh, const P256Public& enc, const P256Public& recipient,
                 HpkePsk psk, ByteView info) {
  Bytes context = to_bytes(enc.view());
  append(context, recipient.view());
  const Secret32 shared = hpke::kem_secret(hpke::kKemP256, dh.expose(), context);
  const auto id = aead == Aead::aes256gcm ? hpke::kAeadAes256Gcm : hpke::kAeadChaCha20Poly1305;
  const auto mode = psk.psk.empty() ? hpke::Mode::base : hpke::Mode::psk;
  const auto schedule = hpke::key_schedule(hpke::kKemP256, id, 32, mode, shared, psk, info);
  return {AeadKey(aead, schedule.key.expose()), schedule.base_nonce};
}

}  // namespace

Result<HpkeSealed> hpke_seal(Aead aead, const P256Public& recipient, HpkePsk psk, ByteView info,
                             ByteView aad, ByteView plaintext, Rng& rng) {
  TROTH_CHECK(check_psk(psk));
  if (recipient == P256Public()) return fail(Errc::bad_point);
  const P256KeyPair ephemeral = P256KeyPair::generate(rng);
  const Secret32 dh = ephemeral.agree(recipient);
  const OneShot shot = one_shot(aead, dh, ephemeral.public_key(), recipient, psk, info);
  HpkeSealed sealed{ephemeral.public_key(), {}};
  shot.key.seal(shot.nonce, aad, plaintext, sealed.ciphertext);
  return sealed;
}

Result<SecretBytes> hpke_open(Aead aead, const Secret32& dh, const P256Public& enc,
                              const P256Public& recipient, HpkePsk psk, ByteView info, ByteView aad,
                              ByteView ciphertext) {
  TROTH_CHECK(check_psk(psk));
  if (enc == P256Public() || recipient == P256Public()) return fail(Errc::bad_point);
  const OneShot shot = one_shot(aead, dh, enc, recipient, psk, info);
  return shot.key.open_secret(shot.nonce, aad, ciphertext);
}

}  // namespace troth::crypto
