// The low-level SHA-256 calls are deprecated but not going away in 3.x, and they are the only way
// to reach the compression function: an EVP context costs more to copy than a block costs to hash.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <algorithm>

#include "base/assert.hpp"
#include "crypto/sha256_core.hpp"

namespace troth::crypto::detail {

void sha256_compress(ShaChain& chain, const std::uint8_t* blocks, std::size_t count) {
  SHA256_CTX context{};
  std::copy(chain.begin(), chain.end(), context.h);
  context.md_len = SHA256_DIGEST_LENGTH;
  // Nothing is buffered, so whole blocks go straight into h.
  TROTH_ASSERT(SHA256_Update(&context, blocks, count * kShaBlock) == 1);
  std::copy_n(context.h, chain.size(), chain.begin());
}

}  // namespace troth::crypto::detail
