// One message = one struct with one line a field (spec 01 §3). Encode, decode, size and the JSON
// view are made from that list, so they cannot disagree; what decodes re-encodes to the same bytes.
//
//   struct Offer {
//     std::uint64_t version{};
//     std::optional<std::string> name;
//     using Fields = wire::FieldList<wire::Field<1, &Offer::version>,
//                                    wire::Field<2, &Offer::name, limits::kNameBytes>>;
//   };
//
// Max bounds the bytes of a string and the count of a vector; Inner bounds a vector's elements.
// Types of the public API, which must not know this header, specialise FieldsOf instead.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <type_traits>

namespace troth::wire {

inline constexpr std::size_t kNoBound = 0;

template <auto Member>
struct MemberOf;
template <class C, class T, T C::*Member>
struct MemberOf<Member> {
  using Class = C;
  using Type = T;
};

template <std::uint64_t Key, auto Member, std::size_t Max = kNoBound, std::size_t Inner = kNoBound>
struct Field {
  static constexpr std::uint64_t kKey = Key;
  static constexpr auto kMember = Member;
  static constexpr std::size_t kMax = Max;
  static constexpr std::size_t kInner = Inner;
  using Type = typename MemberOf<Member>::Type;
};

template <class... F>
struct FieldList {
  static constexpr std::size_t kCount = sizeof...(F);
  static constexpr bool ascending() {
    [[maybe_unused]] std::uint64_t last = 0;  // a list may be empty
    bool ok = true;
    ((ok = ok && F::kKey > last, last = F::kKey), ...);
    return ok;
  }
  static_assert(ascending(), "keys start at 1 and ascend; a retired key is never used again");
};

template <class T, class = void>
struct FieldsOf {};
template <class T>
struct FieldsOf<T, std::void_t<typename T::Fields>> {
  using type = typename T::Fields;
};
template <class T, class = void>
inline constexpr bool kHasFields = false;
template <class T>
inline constexpr bool kHasFields<T, std::void_t<typename FieldsOf<T>::type>> = true;

}  // namespace troth::wire
