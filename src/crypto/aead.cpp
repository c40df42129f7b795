#include "crypto/aead.hpp"

namespace troth::crypto {

Nonce counter_nonce(std::uint64_t counter) {
  Nonce nonce{};
  for (std::size_t i = 0; i < 8; ++i) {
    nonce[nonce.size() - 1 - i] = static_cast<std::uint8_t>(counter >> (8 * i));
  }
  return nonce;
}

}  // namespace troth::crypto
