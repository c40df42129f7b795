// Nonces for ECDSA on P-256 (RFC 6979), so that a signature never depends on the quality of random
// numbers at the moment of signing.
#pragma once

#include <array>

#include "base/secret.hpp"

namespace troth::crypto {

// Order n of the curve and (n-1)/2, big-endian.
extern const std::array<std::uint8_t, 32> kP256Order;
extern const std::array<std::uint8_t, 32> kP256HalfOrder;
// Big-endian compare of equal lengths: -1, 0, 1. For public values.
[[nodiscard]] int compare_be(ByteView a, ByteView b);
// True for 1..n-1, without branches on the value.
[[nodiscard]] bool p256_scalar_ok(ByteView scalar32);

// value = n - value, for 1..n-1: the other s of a signature.
void negate_mod_order(MutableBytes value32);

// Candidates for k, each 1..n-1, for SHA-256. `extra` is the additional data of RFC 6979 §3.6:
// fresh random bytes there defend against injected faults, and an empty one gives the RFC's own
// vectors.
class EcdsaNonce {
 public:
  EcdsaNonce(ByteView scalar32, ByteView digest32, ByteView extra);
  [[nodiscard]] Secret32 next();

 private:
  void rekey(std::uint8_t separator, ByteView scalar32, ByteView digest32, ByteView extra);
  Secret32 key_;
  Secret32 value_;
  bool retry_ = false;
};

}  // namespace troth::crypto
