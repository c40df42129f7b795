#include "crypto/ed25519.hpp"

#include <sodium.h>

namespace troth::crypto {

Ed25519KeyPair Ed25519KeyPair::generate(Rng& rng) {
  Secret32 seed;
  rng.fill(seed.expose_mutable());
  return from_seed(seed.expose());
}

Ed25519KeyPair Ed25519KeyPair::from_seed(ByteView seed32) {
  TROTH_ASSERT(seed32.size() == crypto_sign_ed25519_SEEDBYTES);
  Ed25519KeyPair pair;
  TROTH_ASSERT(crypto_sign_ed25519_seed_keypair(
                   pair.public_.data(), pair.secret_.expose_mutable().data(), seed32.data()) == 0);
  return pair;
}

Ed25519Signature Ed25519KeyPair::sign(ByteView message) const {
  TROTH_ASSERT(secret_.size() == crypto_sign_ed25519_SECRETKEYBYTES);
  Ed25519Signature signature{};
  TROTH_ASSERT(crypto_sign_ed25519_detached(signature.data(), nullptr, message.data(),
                                            message.size(), secret_.expose().data()) == 0);
  return signature;
}

Result<> ed25519_verify(const Ed25519Public& key, ByteView message, ByteView signature64) {
  if (signature64.size() != crypto_sign_ed25519_BYTES) return fail(Errc::bad_signature);
  if (crypto_sign_ed25519_verify_detached(signature64.data(), message.data(), message.size(),
                                          key.data()) != 0) {
    return fail(Errc::bad_signature);
  }
  return {};
}

bool ed25519_is_low_order(const Ed25519Public& key) {
  // Stricter than its name: also true for mixed order, off the curve and non-canonical encodings.
  return crypto_core_ed25519_is_valid_point(key.data()) != 1;
}

}  // namespace troth::crypto
