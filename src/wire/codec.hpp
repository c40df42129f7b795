// encode, decode, encoded_size and to_json over field lists (spec 01 §3). Decoding checks form only;
// meaning is checked by a validate() beside the struct, called by the state machine that uses it.
#pragma once

#include <optional>

#include "base/assert.hpp"
#include "base/limits.hpp"
#include "base/secret.hpp"
#include "wire/cbor.hpp"
#include "wire/fields.hpp"
#include "wire/json.hpp"

namespace troth::wire {

template <class T, class = void>
struct Codec;

// The bounds that a field's declaration gives to its value.
struct Bound {
  std::size_t max = kNoBound;
  std::size_t inner = kNoBound;
};

template <class T>
struct Codec<T, std::enable_if_t<std::is_unsigned_v<T> && !std::is_same_v<T, bool>>> {
  static void put(Writer& w, T value) { w.uint(value); }
  static Result<T> get(Reader& r, Bound) {
    TROTH_TRY(const auto value, r.uint());
    if (value > static_cast<T>(-1)) return fail(Errc::bad_value);
    return static_cast<T>(value);
  }
  static void json(Json& out, T value) { out.number(value); }
};

template <>
struct Codec<bool> {
  static void put(Writer& w, bool value) { w.boolean(value); }
  static Result<bool> get(Reader& r, Bound) { return r.boolean(); }
  static void json(Json& out, bool value) { out.boolean(value); }
};

// An enum is decoded only to a value that wire_known(E), found by its namespace, says exists.
template <class T>
struct Codec<T, std::enable_if_t<std::is_enum_v<T>>> {
  using Raw = std::underlying_type_t<T>;
  static void put(Writer& w, T value) { w.uint(static_cast<Raw>(value)); }
  static Result<T> get(Reader& r, Bound) {
    TROTH_TRY(const auto raw, Codec<Raw>::get(r, {}));
    const auto value = static_cast<T>(raw);
    if (!wire_known(value)) return fail(Errc::bad_value);
    return value;
  }
  static void json(Json& out, T value) { out.number(static_cast<Raw>(value)); }
};

template <>
struct Codec<std::string> {
  static void put(Writer& w, const std::string& value) { w.text(value); }
  static Result<std::string> get(Reader& r, Bound bound) {
    TROTH_TRY(const auto view, r.text(bound.max));
    return std::string(view);
  }
  static void json(Json& out, const std::string& value) { out.text(value); }
};

template <>
struct Codec<Bytes> {
  static void put(Writer& w, const Bytes& value) { w.bytes(value); }
  static Result<Bytes> get(Reader& r, Bound bound) {
    TROTH_TRY(const auto view, r.bytes(bound.max));
    return to_bytes(view);
  }
  static void json(Json& out, const Bytes& value) { out.hex(value); }
};

template <class Tag, std::size_t N>
struct Codec<Id<Tag, N>> {
  static void put(Writer& w, const Id<Tag, N>& value) { w.bytes(value.bytes); }
  static Result<Id<Tag, N>> get(Reader& r, Bound) {
    TROTH_TRY(const auto view, r.bytes(N));
    return id_from<Id<Tag, N>>(view);
  }
  static void json(Json& out, const Id<Tag, N>& value) { out.hex(value.bytes); }
};

template <std::size_t N>
struct Codec<std::array<std::uint8_t, N>> {
  static void put(Writer& w, const std::array<std::uint8_t, N>& value) { w.bytes(value); }
  static Result<std::array<std::uint8_t, N>> get(Reader& r, Bound) {
    TROTH_TRY(const auto view, r.bytes(N));
    if (view.size() != N) return fail(Errc::bad_value);
    std::array<std::uint8_t, N> out;
    std::copy(view.begin(), view.end(), out.begin());
    return out;
  }
  static void json(Json& out, const std::array<std::uint8_t, N>& value) { out.hex(value); }
};

template <>
struct Codec<WallMs> {
  static void put(Writer& w, WallMs value) { w.uint(value.ms); }
  static Result<WallMs> get(Reader& r, Bound) {
    TROTH_TRY(const auto ms, r.uint());
    return WallMs{ms};
  }
  static void json(Json& out, WallMs value) { out.number(value.ms); }
};

template <>
struct Codec<Ticket> {
  static void put(Writer& w, Ticket value) { w.uint(value.value); }
  static Result<Ticket> get(Reader& r, Bound) {
    TROTH_TRY(const auto value, r.uint());
    return Ticket{value};
  }
  static void json(Json& out, Ticket value) { out.number(value.value); }
};

template <std::size_t N>
struct Codec<Secret<N>> {
  static void put(Writer& w, const Secret<N>& value) { w.bytes(value.expose()); }
  static Result<Secret<N>> get(Reader& r, Bound) {
    TROTH_TRY(const auto view, r.bytes(N));
    if (view.size() != N) return fail(Errc::bad_value);
    return Secret<N>(view);
  }
  static void json(Json& out, const Secret<N>&) { out.text("(secret)"); }
};

// A type that checks itself: `static Result<T> parse(ByteView)` and `view()`; crypto's points.
template <class T>
struct Codec<T, std::void_t<decltype(T::parse(ByteView{})), decltype(std::declval<T>().view())>> {
  static void put(Writer& w, const T& value) { w.bytes(value.view()); }
  static Result<T> get(Reader& r, Bound) {
    TROTH_TRY(const auto view, r.bytes(T{}.view().size()));
    return T::parse(view);
  }
  static void json(Json& out, const T& value) { out.hex(value.view()); }
};

template <class T>
struct Codec<std::vector<T>, std::enable_if_t<!std::is_same_v<T, std::uint8_t>>> {
  static void put(Writer& w, const std::vector<T>& values) {
    w.array(values.size());
    for (const auto& value : values) Codec<T>::put(w, value);
  }
  static Result<std::vector<T>> get(Reader& r, Bound bound) {
    TROTH_TRY(const auto count, r.array(bound.max));
    std::vector<T> out;
    out.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      TROTH_TRY(auto value, Codec<T>::get(r, Bound{bound.inner, kNoBound}));
      out.push_back(std::move(value));
    }
    return out;
  }
  static void json(Json& out, const std::vector<T>& values) {
    out.open('[');
    for (const auto& value : values) Codec<T>::json(out, value);
    out.close(']');
  }
};

namespace detail {

template <class T>
inline constexpr bool kOptional = false;
template <class T>
inline constexpr bool kOptional<std::optional<T>> = true;

template <class T>
bool present(const T& value) {
  if constexpr (kOptional<T>) {
    return value.has_value();
  } else {
    return true;
  }
}

template <class F, class T>
void put_field(Writer& w, const T& object) {
  const auto& value = object.*F::kMember;
  if (!present(value)) return;
  w.uint(F::kKey);
  if constexpr (kOptional<typename F::Type>) {
    Codec<typename F::Type::value_type>::put(w, *value);
  } else {
    Codec<typename F::Type>::put(w, value);
  }
}

// Keys ascend in the declaration, so one pass suffices: a key that is not the expected one belongs
// to a later field, or to nobody.
template <class F, class T>
Result<> get_field(Reader& r, T& object, std::size_t& left, std::optional<std::uint64_t>& key) {
  if (!key && left > 0) {
    TROTH_TRY(key, r.uint());
    --left;
  }
  if (key != F::kKey) {
    if constexpr (kOptional<typename F::Type>) return {};
    return fail(key && *key < F::kKey ? Errc::unknown_field : Errc::missing_field);
  }
  key.reset();
  constexpr Bound kBound{F::kMax, F::kInner};
  if constexpr (kOptional<typename F::Type>) {
    TROTH_TRY(object.*F::kMember, Codec<typename F::Type::value_type>::get(r, kBound));
  } else {
    TROTH_TRY(object.*F::kMember, Codec<typename F::Type>::get(r, kBound));
  }
  return {};
}

template <class F, class T>
void json_field(Json& out, const T& object) {
  const auto& value = object.*F::kMember;
  if (!present(value)) return;
  out.key(member_name<F::kMember>());
  if constexpr (kOptional<typename F::Type>) {
    Codec<typename F::Type::value_type>::json(out, *value);
  } else {
    Codec<typename F::Type>::json(out, value);
  }
}

template <class T, class... F>
void put_all(Writer& w, const T& object, FieldList<F...>*) {
  w.map((std::size_t{0} + ... + (present(object.*F::kMember) ? 1u : 0u)));
  (put_field<F>(w, object), ...);
}

template <class T, class... F>
Result<> get_all(Reader& r, T& object, FieldList<F...>*) {
  TROTH_TRY(auto left, r.map(sizeof...(F)));
  std::optional<std::uint64_t> key;
  Result<> status;
  ((status = status ? get_field<F>(r, object, left, key) : status), ...);
  TROTH_CHECK(std::move(status));
  return require(left == 0 && !key, Errc::unknown_field);
}

template <class T, class... F>
void json_all(Json& out, const T& object, FieldList<F...>*) {
  out.open('{');
  (json_field<F>(out, object), ...);
  out.close('}');
}

}  // namespace detail

template <class T>
struct Codec<T, std::enable_if_t<kHasFields<T>>> {
  using Fields = typename FieldsOf<T>::type;
  static void put(Writer& w, const T& object) {
    detail::put_all(w, object, static_cast<Fields*>(nullptr));
  }
  static Result<T> get(Reader& r, Bound) {
    T object{};
    TROTH_CHECK(detail::get_all(r, object, static_cast<Fields*>(nullptr)));
    return object;
  }
  static void json(Json& out, const T& object) {
    detail::json_all(out, object, static_cast<Fields*>(nullptr));
  }
};

template <class T>
[[nodiscard]] std::size_t encoded_size(const T& object) {
  Writer counter;
  Codec<T>::put(counter, object);
  return counter.size();
}

template <class T>
[[nodiscard]] Bytes encode(const T& object) {
  Bytes out;
  out.reserve(encoded_size(object));
  Writer writer(out);
  Codec<T>::put(writer, object);
  return out;
}

// For structs that hold secrets: one exact allocation in locked memory, no copies.
template <class T>
[[nodiscard]] SecretBytes encode_secret(const T& object) {
  SecretBytes out(encoded_size(object));
  Writer writer(out.expose_mutable());
  Codec<T>::put(writer, object);
  return out;
}

template <class T>
[[nodiscard]] Result<T> decode(ByteView in, std::size_t max = limits::kMessageBytes) {
  if (in.size() > max) return fail(Errc::too_long);
  Reader reader(in);
  TROTH_TRY(auto object, Codec<T>::get(reader, {}));
  TROTH_CHECK(reader.done());
  return object;
}

// The JSON view of a message: names of the fields, ids in hex, secrets withheld.
template <class T>
[[nodiscard]] std::string to_json(const T& object) {
  Json out;
  Codec<T>::json(out, object);
  return std::move(out).take();
}

}  // namespace troth::wire
