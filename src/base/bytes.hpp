// Helpers over byte views: hex, append, conversions. No function here knows a format.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "troth/result.hpp"
#include "troth/types.hpp"

namespace troth {

[[nodiscard]] inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
[[nodiscard]] inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
[[nodiscard]] inline Bytes to_bytes(ByteView view) { return {view.begin(), view.end()}; }
[[nodiscard]] inline Bytes to_bytes(std::string_view text) { return to_bytes(as_bytes(text)); }
inline void append(Bytes& out, ByteView more) { out.insert(out.end(), more.begin(), more.end()); }
inline void append(Bytes& out, std::string_view more) { append(out, as_bytes(more)); }

// Big-endian fixed-width integers.
void append_be16(Bytes& out, std::uint16_t value);
void append_be32(Bytes& out, std::uint32_t value);
void append_be64(Bytes& out, std::uint64_t value);
[[nodiscard]] std::uint64_t read_be(ByteView bytes);  // at most 8 bytes

[[nodiscard]] std::string to_hex(ByteView bytes);
[[nodiscard]] std::optional<Bytes> from_hex(
    std::string_view hex);  // lower or upper case, even length
// Not constant time: ids and hashes only. Secrets use ct_equal.
[[nodiscard]] bool equal(ByteView a, ByteView b);

// Copies exactly N bytes into an id; wrong length is a typed error.
template <class IdType>
[[nodiscard]] Result<IdType> id_from(ByteView bytes) {
  if (bytes.size() != IdType::kSize) return fail(Errc::bad_value);
  IdType id;
  std::copy(bytes.begin(), bytes.end(), id.bytes.begin());
  return id;
}
template <class IdType, class OtherId>
[[nodiscard]] IdType id_prefix(const OtherId& other) {
  static_assert(OtherId::kSize >= IdType::kSize);
  IdType id;
  std::copy_n(other.bytes.begin(), IdType::kSize, id.bytes.begin());
  return id;
}

// True when text is valid UTF-8 without surrogates or overlong forms.
[[nodiscard]] bool is_utf8(ByteView bytes);

}  // namespace troth
