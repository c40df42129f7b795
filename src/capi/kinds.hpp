// A variant crosses as [kind number, map of fields] (spec 14 §2). The numbers stand in a KindList
// beside the field lists; a number is never used again after its kind was retired.
#pragma once

#include <variant>

#include "wire/codec.hpp"

namespace troth::wire {

template <std::uint64_t Number, class T>
struct Kind {
  static constexpr std::uint64_t kNumber = Number;
  using Type = T;
};

template <class... K>
struct KindList {
  using Variant = std::variant<typename K::Type...>;
  static constexpr bool ascending() {
    std::uint64_t last = 0;
    bool ok = true;
    ((ok = ok && K::kNumber > last, last = K::kNumber), ...);
    return ok;
  }
  static_assert(ascending(), "kind numbers start at 1 and ascend");
};

// Specialised for each variant that crosses: `using type = KindList<…>` in the variant's own order.
template <class Variant>
struct KindsOf {};
template <class T, class = void>
inline constexpr bool kHasKinds = false;
template <class T>
inline constexpr bool kHasKinds<T, std::void_t<typename KindsOf<T>::type>> = true;

namespace detail {

template <class V, class... K>
void put_kind(Writer& w, const V& value, KindList<K...>*) {
  static_assert(std::is_same_v<V, typename KindList<K...>::Variant>, "every alternative, in order");
  static constexpr std::array<std::uint64_t, sizeof...(K)> kNumbers{K::kNumber...};
  w.array(2);
  w.uint(kNumbers[value.index()]);
  std::visit([&w](const auto& one) { Codec<std::decay_t<decltype(one)>>::put(w, one); }, value);
}

template <class V, class K>
Result<V> get_kind(Reader& r) {
  TROTH_TRY(auto one, Codec<typename K::Type>::get(r, {}));
  return V(std::move(one));
}

template <class V, class... K>
Result<V> get_kinds(Reader& r, KindList<K...>*) {
  TROTH_TRY(const auto count, r.array(2));
  TROTH_CHECK(require(count == 2, Errc::missing_field));
  TROTH_TRY(const auto number, r.uint());
  Result<V> out = fail(Errc::unknown_kind);
  ((number == K::kNumber ? void(out = get_kind<V, K>(r)) : void()), ...);
  return out;
}

}  // namespace detail

template <class V>
struct Codec<V, std::enable_if_t<kHasKinds<V>>> {
  using Kinds = typename KindsOf<V>::type;
  static void put(Writer& w, const V& value) {
    detail::put_kind(w, value, static_cast<Kinds*>(nullptr));
  }
  static Result<V> get(Reader& r, Bound) {
    return detail::get_kinds<V>(r, static_cast<Kinds*>(nullptr));
  }
  static void json(Json& out, const V& value) {
    std::visit([&out](const auto& one) { Codec<std::decay_t<decltype(one)>>::json(out, one); },
               value);
  }
};

}  // namespace troth::wire

// One line a type: TROTH_FIELDS(Type, F<1, &Type::a>, …). Only inside namespace troth::wire.
#define TROTH_FIELDS(T, ...)             \
  template <>                            \
  struct FieldsOf<T> {                   \
    using type = FieldList<__VA_ARGS__>; \
  }
