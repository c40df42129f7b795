// Ed25519, libsodium's verifier only: two libraries disagree on 165 of 914 edge-case signatures,
// and a signed log that two devices judge differently forks.
#pragma once

#include <array>

#include "base/ports.hpp"
#include "base/secret.hpp"
#include "troth/result.hpp"

namespace troth::crypto {

using Ed25519Public = std::array<std::uint8_t, 32>;
using Ed25519Signature = std::array<std::uint8_t, 64>;

class Ed25519KeyPair {
 public:
  [[nodiscard]] static Ed25519KeyPair generate(Rng& rng);
  [[nodiscard]] static Ed25519KeyPair from_seed(ByteView seed32);
  [[nodiscard]] const Ed25519Public& public_key() const { return public_; }
  [[nodiscard]] Ed25519Signature sign(ByteView message) const;

 private:
  Ed25519KeyPair() : secret_(64) {}
  Ed25519Public public_{};
  SecretBytes secret_;
};

[[nodiscard]] Result<> ed25519_verify(const Ed25519Public& key, ByteView message,
                                      ByteView signature64);
// True for every key that is not a canonical point of the prime-order group: low and mixed order,
// off the curve. Refused when a certificate is read; a key pair made here never is.
[[nodiscard]] bool ed25519_is_low_order(const Ed25519Public& key);

}  // namespace troth::crypto
