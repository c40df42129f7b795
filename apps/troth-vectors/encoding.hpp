// The encodings that vectors wrap keys and signatures in. All strict: one accepted form each.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.hpp"

namespace troth::vectors {

// Big-endian integer with any number of leading zeros -> 32 bytes.
[[nodiscard]] std::optional<Bytes> fixed32(ByteView integer);
// SubjectPublicKeyInfo of P-256 (named curve, uncompressed) -> 65 bytes; of X25519 and Ed25519
// -> 32.
[[nodiscard]] std::optional<Bytes> spki_p256(ByteView der);
[[nodiscard]] std::optional<Bytes> spki_25519(ByteView der, std::uint8_t last_oid_byte);
// PKCS #8 of P-256 and X25519 -> 32 bytes.
[[nodiscard]] std::optional<Bytes> pkcs8_p256(ByteView der);
[[nodiscard]] std::optional<Bytes> pkcs8_25519(ByteView der, std::uint8_t last_oid_byte);
// DER SEQUENCE of two INTEGERs -> r | s, 64 bytes.
[[nodiscard]] std::optional<Bytes> ecdsa_der(ByteView der);
// Base64 and base64url, padding optional; line breaks ignored.
[[nodiscard]] std::optional<Bytes> base64(std::string_view text);
[[nodiscard]] std::optional<Bytes> pem(std::string_view text);

}  // namespace troth::vectors
