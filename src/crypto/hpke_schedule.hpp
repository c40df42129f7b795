// Internal to src/crypto and the vector runner: the key schedule of HPKE (RFC 9180), by algorithm
// numbers, so that modes and KEMs which no suite uses can be held against the published vectors
// too.
#pragma once

#include "crypto/aead.hpp"
#include "crypto/hpke.hpp"

namespace troth::crypto::hpke {

inline constexpr std::uint16_t kKemP256 = 0x0010;
inline constexpr std::uint16_t kKdfSha256 = 0x0001;
inline constexpr std::uint16_t kAeadAes256Gcm = 0x0002;
inline constexpr std::uint16_t kAeadChaCha20Poly1305 = 0x0003;
enum class Mode : std::uint8_t { base = 0, psk = 1, auth = 2, auth_psk = 3 };

// ExtractAndExpand of DHKEM. dh and context as section 4.1 joins them for the mode.
[[nodiscard]] Secret32 kem_secret(std::uint16_t kem, ByteView dh, ByteView context);

struct Schedule {
  SecretBytes key;  // Nk bytes; empty for an export-only AEAD
  Nonce base_nonce{};
  Secret32 exporter;
  Bytes suite;  // "HPKE" | ids
};
[[nodiscard]] Schedule key_schedule(std::uint16_t kem, std::uint16_t aead, std::size_t key_size,
                                    Mode mode, const Secret32& shared, HpkePsk psk, ByteView info);
// Nonce of message number `sequence`.
[[nodiscard]] Nonce message_nonce(const Schedule& schedule, std::uint64_t sequence);
// Section 5.3.
void export_secret(const Schedule& schedule, ByteView context, MutableBytes out);

}  // namespace troth::crypto::hpke
