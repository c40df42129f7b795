// X25519 (RFC 7748). No suite uses it: it exists so that the Noise and HPKE code, generic over the
// group, can be held against the published 25519 vectors.
#pragma once

#include <array>

#include "base/ports.hpp"
#include "base/secret.hpp"
#include "troth/result.hpp"

namespace troth::crypto {

using X25519Public = std::array<std::uint8_t, 32>;

[[nodiscard]] X25519Public x25519_public(const Secret32& scalar);
// bad_point when the shared secret is all zero (low-order peer key).
[[nodiscard]] Result<Secret32> x25519(const Secret32& scalar, ByteView peer32);

}  // namespace troth::crypto
