#include "shell/keystore/seal.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "crypto/aead.hpp"
#include "crypto/kdf.hpp"
#include "crypto/labels.hpp"

namespace troth::shell {

namespace {

std::string_view part_name(SealedPart part) {
  return part == SealedPart::body ? "body" : "approve";
}

SecretBytes join(const Secret32& a, const Secret32& b, const Secret32& c) {
  SecretBytes out(96);
  auto to = out.expose_mutable().begin();
  for (const auto* part : {&a, &b, &c})
    to = std::copy(part->expose().begin(), part->expose().end(), to);
  return out;
}

}  // namespace

Result<PartKey> PartKey::derive(const SecretBytes& passphrase, const Salt& salt,
                                crypto::Argon2Params kdf, SealedPart part) {
  TROTH_TRY(const Secret32 stretched, crypto::argon2id(passphrase.expose(), salt, kdf));
  const crypto::Prk prk(stretched.expose());
  const std::string name(part_name(part));
  const Secret32 check = prk.expand32(crypto::labels::kKeystore, as_bytes(name + "-check"));
  Hash check_value;
  std::copy(check.expose().begin(), check.expose().end(), check_value.bytes.begin());
  return PartKey(check_value, prk.expand32(crypto::labels::kKeystore, as_bytes(name + "-key")));
}

Bytes PartKey::seal(ByteView header, const SecretBytes& plain) const {
  Bytes out;
  crypto::AeadKey(crypto::Aead::aes256gcm, key_.expose())
      .seal(crypto::counter_nonce(0), header, plain.expose(), out);
  return out;
}

Result<SecretBytes> PartKey::open(ByteView header, ByteView sealed) const {
  auto plain = crypto::AeadKey(crypto::Aead::aes256gcm, key_.expose())
                   .open_secret(crypto::counter_nonce(0), header, sealed);
  if (!plain) return fail(Errc::damaged);
  return std::move(*plain);
}

Result<KeystoreImage> seal_keystore(const PlainKeys& plain, const DevicePublicKeys& keys,
                                    const SecretBytes& passphrase, crypto::Argon2Params kdf,
                                    Rng& rng) {
  KeystoreImage image;
  image.protection = passphrase.empty() ? Protection::file_open : Protection::file;
  image.kdf = kdf;
  image.keys = keys;
  rng.fill(image.unlock_salt);
  rng.fill(image.approve_salt);
  TROTH_TRY(const PartKey body,
            PartKey::derive(passphrase, image.unlock_salt, kdf, SealedPart::body));
  TROTH_TRY(const PartKey approve,
            PartKey::derive(passphrase, image.approve_salt, kdf, SealedPart::approve));
  image.unlock_check = body.check();
  image.approve_check = approve.check();
  const Bytes header = keystore_header(image);
  const Bytes sealed_body = body.seal(header, join(plain.sign, plain.agree, plain.at_rest));
  const Bytes sealed_approve = approve.seal(header, SecretBytes(plain.approve.expose()));
  TROTH_ASSERT(sealed_body.size() == image.sealed_body.size());
  TROTH_ASSERT(sealed_approve.size() == image.sealed_approve.size());
  std::copy(sealed_body.begin(), sealed_body.end(), image.sealed_body.begin());
  std::copy(sealed_approve.begin(), sealed_approve.end(), image.sealed_approve.begin());
  return image;
}

Result<SecretBytes> open_part(const KeystoreImage& image, SealedPart part,
                              const SecretBytes& passphrase) {
  const bool body = part == SealedPart::body;
  TROTH_TRY(
      const PartKey key,
      PartKey::derive(passphrase, body ? image.unlock_salt : image.approve_salt, image.kdf, part));
  const Hash& expected = body ? image.unlock_check : image.approve_check;
  if (!ct_equal(key.check().view(), expected.view())) return fail(Errc::wrong_passphrase);
  return key.open(keystore_header(image),
                  body ? ByteView(image.sealed_body) : image.sealed_approve);
}

}  // namespace troth::shell
