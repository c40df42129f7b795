// Walks the field lists: samples of every type, and the tables of spec 14.
#pragma once

#include <deque>
#include <string>

#include "capi/command_fields.hpp"
#include "capi/event_fields.hpp"
#include "capi/input_fields.hpp"
#include "capi/query_fields.hpp"

namespace troth::capi_test {

template <class T>
inline constexpr bool kVector = false;
template <class T>
inline constexpr bool kVector<std::vector<T>> = !std::is_same_v<T, std::uint8_t>;

// ---- samples: no member keeps its default ------------------------------------------------------
template <class T>
void fill(T& value, [[maybe_unused]] std::uint8_t seed);

template <class T, class... F>
void fill_all([[maybe_unused]] T& object, [[maybe_unused]] std::uint8_t seed,
              wire::FieldList<F...>*) {
  (fill(object.*F::kMember, static_cast<std::uint8_t>(seed + F::kKey)), ...);
}

template <class T>
void fill(T& value, [[maybe_unused]] std::uint8_t seed) {
  static const Bytes kLent{7, 8, 9};
  if constexpr (wire::kHasFields<T>) {
    fill_all(value, seed, static_cast<typename wire::FieldsOf<T>::type*>(nullptr));
  } else if constexpr (wire::detail::kOptional<T>) {
    fill(value.emplace(), seed);
  } else if constexpr (kVector<T>) {
    fill(value.emplace_back(), seed);
  } else if constexpr (std::is_same_v<T, std::string>) {
    value = "text" + std::to_string(seed);
  } else if constexpr (std::is_same_v<T, const char*>) {
    value = "key";
  } else if constexpr (std::is_same_v<T, Bytes>) {
    value = {seed, 1};
  } else if constexpr (std::is_same_v<T, ByteView>) {
    value = kLent;
  } else if constexpr (std::is_same_v<T, std::int64_t>) {
    value = -3;
  } else if constexpr (std::is_same_v<T, bool>) {
    value = true;
  } else if constexpr (std::is_unsigned_v<T>) {
    value = static_cast<T>(seed + 1u);
  } else if constexpr (std::is_same_v<T, Ticket> || std::is_same_v<T, ConnId>) {
    value.value = seed + 1u;
  } else if constexpr (std::is_enum_v<T>) {
    // Every enum that crosses has a second value that is no default of a field.
    value = static_cast<T>(std::is_same_v<T, Errc> ? 202 : 2);
  } else if constexpr (requires { value.bytes; }) {
    value.bytes.fill(seed);
  } else {
    value.fill(seed);
  }
}

// ---- the tables --------------------------------------------------------------------------------
template <class T>
std::string short_name() {
  std::string all = __PRETTY_FUNCTION__;
  all = all.substr(all.find("T = ") + 4);
  all = all.substr(0, all.find_first_of(";]"));
  while (all.find("troth::") == 0) all = all.substr(7);
  return all;
}

template <class T>
std::string wire_type(wire::Bound bound = {wire::kAny, wire::kAny}) {
  const auto most = bound.max == wire::kAny || bound.max == wire::kNoBound
                        ? std::string()
                        : " ≤ " + std::to_string(bound.max);
  if constexpr (wire::kHasFields<T>) {
    return short_name<T>();
  } else if constexpr (wire::detail::kOptional<T>) {
    return wire_type<typename T::value_type>(bound) + ", optional";
  } else if constexpr (kVector<T>) {
    return "array of " + wire_type<typename T::value_type>() + most;
  } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, const char*>) {
    return "text" + most;
  } else if constexpr (std::is_same_v<T, Bytes> || std::is_same_v<T, ByteView>) {
    return "bytes" + most;
  } else if constexpr (std::is_same_v<T, bool>) {
    return "boolean";
  } else if constexpr (std::is_same_v<T, std::int64_t>) {
    return "signed";
  } else if constexpr (std::is_enum_v<T>) {
    return short_name<T>();
  } else if constexpr (std::is_unsigned_v<T>) {
    return "number";
  } else if constexpr (requires(T one) { one.value; }) {
    return short_name<T>();
  } else {
    return std::to_string(sizeof(T)) + " bytes";
  }
}

template <class... F>
std::string fields_of(wire::FieldList<F...>*) {
  std::string out;
  [[maybe_unused]] const auto add = [&out](std::uint64_t key, std::string_view name,
                                           const std::string& type) {
    out += (out.empty() ? "" : "; ") + std::to_string(key) + " " + std::string(name) + ": " + type;
  };
  (add(F::kKey, wire::member_name<F::kMember>(), wire_type<typename F::Type>({F::kMax, F::kInner})),
   ...);
  return out.empty() ? "none" : out;
}

template <class T>
std::string row_of() {
  return "| " + short_name<T>() + " | " +
         fields_of(static_cast<typename wire::FieldsOf<T>::type*>(nullptr)) + " |\n";
}
template <class... K>
std::string rows_of(wire::KindList<K...>*) {
  return (std::string() + ... +
          ("| " + std::to_string(K::kNumber) + " " + row_of<typename K::Type>()));
}
template <class Variant>
std::string rows() {
  return rows_of(static_cast<typename wire::KindsOf<Variant>::type*>(nullptr));
}

}  // namespace troth::capi_test
