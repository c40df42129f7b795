#include <sodium.h>

#include <algorithm>

#include "crypto/portable/platform.h"
#include "crypto/sha256_core.hpp"

namespace troth::crypto::detail {

void sha256_compress(ShaChain& chain, const std::uint8_t* blocks, std::size_t count) {
  if (const auto* platform = troth_platform_crypto_get(); platform->sha256_blocks != nullptr) {
    platform->sha256_blocks(chain.data(), blocks, count);
    return;
  }
  crypto_hash_sha256_state state{};  // nothing buffered: whole blocks go straight into state.state
  std::copy(chain.begin(), chain.end(), state.state);
  crypto_hash_sha256_update(&state, blocks, count * kShaBlock);
  std::copy_n(state.state, chain.size(), chain.begin());
  sodium_memzero(&state, sizeof state);
}

}  // namespace troth::crypto::detail
