#include "crypto/x25519.hpp"

#include <sodium.h>

namespace troth::crypto {

X25519Public x25519_public(const Secret32& scalar) {
  X25519Public out{};
  TROTH_ASSERT(crypto_scalarmult_curve25519_base(out.data(), scalar.expose().data()) == 0);
  return out;
}

Result<Secret32> x25519(const Secret32& scalar, ByteView peer32) {
  if (peer32.size() != crypto_scalarmult_curve25519_BYTES) return fail(Errc::bad_point);
  Secret32 out;
  if (crypto_scalarmult_curve25519(out.expose_mutable().data(), scalar.expose().data(),
                                   peer32.data()) != 0) {
    return fail(Errc::bad_point);
  }
  return out;
}

}  // namespace troth::crypto
