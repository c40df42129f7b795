#include "base/bytes.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace troth {

namespace {

void append_be(Bytes& out, std::uint64_t value, unsigned width) {
  for (unsigned i = width; i-- > 0;) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Length of the UTF-8 sequence that a lead byte starts; 0 when no sequence starts so.
unsigned utf8_length(std::uint8_t lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

bool utf8_second_ok(std::uint8_t lead, std::uint8_t second) {
  switch (lead) {
    case 0xE0: return second >= 0xA0;  // overlong
    case 0xED: return second <= 0x9F;  // surrogates
    case 0xF0: return second >= 0x90;  // overlong
    case 0xF4: return second <= 0x8F;  // above U+10FFFF
    default: return true;
  }
}

}  // namespace

void append_be16(Bytes& out, std::uint16_t value) { append_be(out, value, 2); }
void append_be32(Bytes& out, std::uint32_t value) { append_be(out, value, 4); }
void append_be64(Bytes& out, std::uint64_t value) { append_be(out, value, 8); }

std::uint64_t read_be(ByteView bytes) {
  TROTH_ASSERT(bytes.size() <= 8);
  std::uint64_t value = 0;
  for (const auto byte : bytes) value = (value << 8) | byte;
  return value;
}

std::string to_hex(ByteView bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const auto byte : bytes) {
    out.push_back(kDigits[byte >> 4]);
    out.push_back(kDigits[byte & 15]);
  }
  return out;
}

std::optional<Bytes> from_hex(std::string_view hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  Bytes out;
  out.reserve(hex.size() / 2);
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = hex_digit(hex[i]);
    const int low = hex_digit(hex[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<std::uint8_t>(high * 16 + low));
  }
  return out;
}

bool equal(ByteView a, ByteView b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin());
}

bool is_utf8(ByteView bytes) {
  std::size_t i = 0;
  while (i < bytes.size()) {
    const unsigned length = utf8_length(bytes[i]);
    if (length == 0 || bytes.size() - i < length) return false;
    if (length > 1 && !utf8_second_ok(bytes[i], bytes[i + 1])) return false;
    for (unsigned k = 1; k < length; ++k) {
      if ((bytes[i + k] & 0xC0) != 0x80) return false;
    }
    i += length;
  }
  return true;
}

}  // namespace troth
