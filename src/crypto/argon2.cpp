#include "crypto/argon2.hpp"

#include <sodium.h>

namespace troth::crypto {

Result<Secret32> argon2id(ByteView passphrase, ByteView salt16, Argon2Params params) {
  if (salt16.size() != crypto_pwhash_argon2id_SALTBYTES) return fail(Errc::bad_value);
  if (params.passes < 1 || params.memory_kib < 8) return fail(Errc::bad_value);
  if (params.passes > kArgon2Ceiling.passes) return fail(Errc::limit);
  if (params.memory_kib > kArgon2Ceiling.memory_kib) return fail(Errc::limit);
  Secret32 out;
  // An empty view may be null, which libsodium declares it never is.
  const auto* text = passphrase.empty() ? "" : reinterpret_cast<const char*>(passphrase.data());
  if (crypto_pwhash_argon2id(out.expose_mutable().data(), 32, text, passphrase.size(),
                             salt16.data(), params.passes, std::size_t{params.memory_kib} * 1024,
                             crypto_pwhash_argon2id_ALG_ARGON2ID13) != 0) {
    return fail(Errc::crypto_failed);  // the memory could not be had
  }
  return out;
}

}  // namespace troth::crypto
