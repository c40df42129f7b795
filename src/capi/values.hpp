// How the value types of the public headers that no message on the wire has are coded (spec 14 §2).
#pragma once

#include "capi/errors.hpp"
#include "capi/kinds.hpp"
#include "circle/terms.hpp"
#include "troth/query.hpp"

namespace troth {

[[nodiscard]] constexpr bool wire_known(EngineState s) { return s <= EngineState::damaged; }
[[nodiscard]] constexpr bool wire_known(DeviceState s) {
  return s >= DeviceState::live && s <= DeviceState::unaccepted;
}
[[nodiscard]] constexpr bool wire_known(GrantState s) {
  return s >= GrantState::active && s <= GrantState::waiting_for_key;
}
[[nodiscard]] constexpr bool wire_known(KeyOp op) {
  return op >= KeyOp::sign && op <= KeyOp::approve;
}

}  // namespace troth

namespace troth::wire {

// Bounds that only this interface has.
inline constexpr std::size_t kCodeBytes = 1024;  // the text of a QR is the longest code
inline constexpr std::size_t kPathBytes = 4096;
// What only leaves the engine has no bound of its own: it was bounded when it came in.
inline constexpr std::size_t kAny = ~std::size_t{0};
template <std::uint64_t Key, auto Member>
using Out = Field<Key, Member, kAny, kAny>;

template <>
struct Codec<ConnId> {
  static void put(Writer& w, ConnId value) { w.uint(value.value); }
  static Result<ConnId> get(Reader& r, Bound) {
    TROTH_TRY(const auto value, r.uint());
    return ConnId{value};
  }
  static void json(Json& out, ConnId value) { out.number(value.value); }
};

// The profile has no negative numbers: 0, -1, 1, -2 become 0, 1, 2, 3.
template <>
struct Codec<std::int64_t> {
  static void put(Writer& w, std::int64_t value) {
    const auto raw = static_cast<std::uint64_t>(value);
    w.uint((raw << 1) ^ (value < 0 ? ~std::uint64_t{0} : 0));
  }
  static Result<std::int64_t> get(Reader& r, Bound) {
    TROTH_TRY(const auto raw, r.uint());
    return static_cast<std::int64_t>((raw >> 1) ^ (~(raw & 1) + 1));
  }
  static void json(Json& out, std::int64_t value) { out.text(std::to_string(value)); }
};

// Borrowed from the input: answers are read inside one call.
template <>
struct Codec<ByteView> {
  static void put(Writer& w, ByteView value) { w.bytes(value); }
  static Result<ByteView> get(Reader& r, Bound bound) { return r.bytes(bound.max); }
  static void json(Json& out, ByteView value) { out.hex(value); }
};

// Static text keys leave the engine and never come back in; get() has no body in the library.
// A test that reads events says itself where their text lives.
template <>
struct Codec<const char*> {
  static void put(Writer& w, const char* value) { w.text(value); }
  static Result<const char*> get(Reader& r, Bound bound);
  static void json(Json& out, const char* value) { out.text(value); }
};

TROTH_FIELDS(FileStat, Field<1, &FileStat::size>, Field<2, &FileStat::mtime_ns>,
             Field<3, &FileStat::inode>, Field<4, &FileStat::executable>);
TROTH_FIELDS(FieldValue, Field<1, &FieldValue::name, limits::kFieldNameBytes>,
             Field<2, &FieldValue::value, limits::kValueBytes>);
TROTH_FIELDS(ShareTerms, Field<1, &ShareTerms::category>, Field<2, &ShareTerms::direction>,
             Field<3, &ShareTerms::until_ms>, Field<4, &ShareTerms::history>);
TROTH_FIELDS(OfferedCategory, Out<1, &OfferedCategory::category>, Out<2, &OfferedCategory::name>,
             Out<3, &OfferedCategory::purpose>, Out<4, &OfferedCategory::direction>,
             Out<5, &OfferedCategory::history>, Out<6, &OfferedCategory::until_ms>,
             Out<7, &OfferedCategory::items>, Out<8, &OfferedCategory::bytes>);

}  // namespace troth::wire
