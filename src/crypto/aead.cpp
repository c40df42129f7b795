#include "crypto/aead.hpp"

namespace troth::crypto {

Nonce counter_nonce(std::uint64_t counter) {
  Nonce nonce{};
  for (std::size_t i = 0; i < 8; ++i) {
    nonce[nonce.size() - 1 - i] = static_cast<std::uint8_t>(counter >> (8 * i));
  }
  return nonce;
}

// The backends seal and open into room that is there; these make the room.
void AeadKey::seal(const Nonce& nonce, ByteView aad, ByteView plaintext, Bytes& out) const {
  const std::size_t at = out.size();
  out.resize(at + plaintext.size() + kAeadTag);
  seal_into(nonce, aad, plaintext, MutableBytes(out).subspan(at));
}

Result<> AeadKey::open(const Nonce& nonce, ByteView aad, ByteView sealed, Bytes& out) const {
  if (sealed.size() < kAeadTag) return fail(Errc::auth_failed);
  const std::size_t at = out.size();
  out.resize(at + sealed.size() - kAeadTag);
  auto opened = open_into(nonce, aad, sealed, MutableBytes(out).subspan(at));
  if (!opened) out.resize(at);
  return opened;
}

Result<SecretBytes> AeadKey::open_secret(const Nonce& nonce, ByteView aad, ByteView sealed) const {
  if (sealed.size() < kAeadTag) return fail(Errc::auth_failed);
  SecretBytes out(sealed.size() - kAeadTag);
  TROTH_CHECK(open_into(nonce, aad, sealed, out.expose_mutable()));
  return out;
}

}  // namespace troth::crypto
