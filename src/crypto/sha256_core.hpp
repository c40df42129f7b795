// Internal to src/crypto: streaming SHA-256 over a compression function that the backend supplies.
// HMAC and HKDF resume from a stored chaining value, which is 32 bytes and fits a locked slot; a
// library's whole context would not.
#pragma once

#include <array>

#include "base/bytes.hpp"

namespace troth::crypto::detail {

using ShaChain = std::array<std::uint32_t, 8>;
inline constexpr std::size_t kShaBlock = 64;

// Backend: absorbs whole 64-byte blocks into the chaining value.
void sha256_compress(ShaChain& chain, const std::uint8_t* blocks, std::size_t count);

class Sha256Core {
 public:
  Sha256Core() { reset(); }
  // Goes on after one block that is already inside `chain` (the padded key of HMAC).
  explicit Sha256Core(const ShaChain& chain) : chain_(chain), total_(kShaBlock) {}

  void reset();
  void update(ByteView data);
  void update(std::uint8_t byte) { update(ByteView(&byte, 1)); }
  void finish(std::uint8_t* out32);  // leaves it spent: reset() or destroy
  void wipe();
  [[nodiscard]] const ShaChain& chain() const { return chain_; }

 private:
  ShaChain chain_{};
  std::array<std::uint8_t, kShaBlock> block_{};
  std::size_t used_ = 0;
  std::uint64_t total_ = 0;  // bytes
};

}  // namespace troth::crypto::detail
