#include "apps/troth-vectors/encoding.hpp"

#include <algorithm>

namespace troth::vectors {

namespace {

std::optional<Bytes> after_prefix(ByteView der, std::string_view prefix_hex, std::size_t size) {
  const Bytes prefix = *from_hex(prefix_hex);
  if (der.size() != prefix.size() + size || !equal(der.first(prefix.size()), prefix))
    return std::nullopt;
  return to_bytes(der.subspan(prefix.size()));
}

std::string with_oid(std::string_view before, std::uint8_t last_oid_byte, std::string_view after) {
  std::string out(before);
  out.append(to_hex(ByteView(&last_oid_byte, 1))).append(after);
  return out;
}

// Takes one element of less than 256 bytes off the front and answers its content.
std::optional<ByteView> take_element(ByteView& der, std::uint8_t tag) {
  if (der.size() < 2 || der[0] != tag) return std::nullopt;
  const bool is_long = der[1] == 0x81;
  if (der[1] > 0x81 || der[1] == 0x80 || (is_long && der.size() < 3)) return std::nullopt;
  const std::size_t head = is_long ? 3 : 2;
  const std::size_t size = is_long ? der[2] : der[1];
  if (der.size() < head + size) return std::nullopt;
  const ByteView content = der.subspan(head, size);
  der = der.subspan(head + size);
  return content;
}

// Takes one INTEGER off the front: positive, shortest form, at most 32 bytes of value.
std::optional<Bytes> take_integer(ByteView& der) {
  if (der.size() < 3 || der[0] != 0x02) return std::nullopt;
  const std::size_t size = der[1];
  if (size == 0 || size > 33 || der.size() < 2 + size) return std::nullopt;
  const ByteView value = der.subspan(2, size);
  der = der.subspan(2 + size);
  const bool negative = (value[0] & 0x80) != 0;
  const bool padded = size > 1 && value[0] == 0 && (value[1] & 0x80) == 0;
  if (negative || padded) return std::nullopt;
  return fixed32(value);
}

int base64_value(char c) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (c == '-') c = '+';
  if (c == '_') c = '/';
  const auto at = kDigits.find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

}  // namespace

std::optional<Bytes> fixed32(ByteView integer) {
  while (integer.size() > 32 && integer[0] == 0) integer = integer.subspan(1);
  if (integer.size() > 32) return std::nullopt;
  Bytes out(32 - integer.size(), 0);
  append(out, integer);
  return out;
}

std::optional<Bytes> spki_p256(ByteView der) {
  return after_prefix(der, "3059301306072a8648ce3d020106082a8648ce3d030107034200", 65);
}

std::optional<Bytes> spki_25519(ByteView der, std::uint8_t last_oid_byte) {
  return after_prefix(der, with_oid("302a300506032b65", last_oid_byte, "032100"), 32);
}

// Walks PrivateKeyInfo down to the OCTET STRING of ECPrivateKey; what may follow it (the public
// key) is not read. Vectors are no attackers: only the structure that is used is checked.
std::optional<Bytes> pkcs8_p256(ByteView der) {
  auto info = take_element(der, 0x30);
  if (!info || !take_element(*info, 0x02)) return std::nullopt;
  const auto algorithm = take_element(*info, 0x30);
  if (!algorithm || to_hex(*algorithm) != "06072a8648ce3d020106082a8648ce3d030107")
    return std::nullopt;
  auto wrapped = take_element(*info, 0x04);
  if (!wrapped) return std::nullopt;
  auto key = take_element(*wrapped, 0x30);
  if (!key || !take_element(*key, 0x02)) return std::nullopt;
  const auto scalar = take_element(*key, 0x04);
  if (!scalar) return std::nullopt;
  return fixed32(*scalar);
}

std::optional<Bytes> pkcs8_25519(ByteView der, std::uint8_t last_oid_byte) {
  return after_prefix(der, with_oid("302e020100300506032b65", last_oid_byte, "04220420"), 32);
}

std::optional<Bytes> ecdsa_der(ByteView der) {
  if (der.size() < 2 || der[0] != 0x30 || der[1] != der.size() - 2 || der[1] >= 0x80)
    return std::nullopt;
  der = der.subspan(2);
  auto r = take_integer(der);
  if (!r) return std::nullopt;
  const auto s = take_integer(der);
  if (!s || !der.empty()) return std::nullopt;
  append(*r, *s);
  return r;
}

std::optional<Bytes> base64(std::string_view text) {
  Bytes out;
  std::uint32_t bits = 0;
  unsigned have = 0;
  for (const char c : text) {
    if (c == '\n' || c == '\r' || c == '=') continue;
    const int value = base64_value(c);
    if (value < 0) return std::nullopt;
    bits = (bits << 6) | static_cast<std::uint32_t>(value);
    have += 6;
    if (have < 8) continue;
    have -= 8;
    out.push_back(static_cast<std::uint8_t>(bits >> have));
  }
  return out;
}

std::optional<Bytes> pem(std::string_view text) {
  const auto head = text.find("-----\n");
  const auto tail = text.find("-----END");
  if (!text.starts_with("-----BEGIN ") || head == std::string_view::npos ||
      tail == std::string_view::npos) {
    return std::nullopt;
  }
  return base64(text.substr(head + 6, tail - head - 6));
}

}  // namespace troth::vectors
