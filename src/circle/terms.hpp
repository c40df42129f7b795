// What a grant of consent says, and how entries, grants and epochs are named (spec 04 §4).
#pragma once

#include <compare>
#include <optional>
#include <string>

#include "base/limits.hpp"
#include "troth/command.hpp"
#include "wire/wire.hpp"

namespace troth {

[[nodiscard]] constexpr bool wire_known(Direction d) {
  return d == Direction::send || d == Direction::receive || d == Direction::both;
}
[[nodiscard]] constexpr bool wire_known(History h) {
  return h == History::all || h == History::from_now;
}
[[nodiscard]] constexpr bool wire_known(Protection p) {
  return p == Protection::enclave || p == Protection::tpm || p == Protection::file ||
         p == Protection::file_open;
}
// both covers send and receive; a direction covers itself.
[[nodiscard]] constexpr bool covers(Direction outer, Direction inner) {
  return (static_cast<unsigned>(outer) & static_cast<unsigned>(inner)) ==
         static_cast<unsigned>(inner);
}
[[nodiscard]] constexpr bool overlaps(Direction a, Direction b) {
  return (static_cast<unsigned>(a) & static_cast<unsigned>(b)) != 0;
}

}  // namespace troth

namespace troth::circle {

inline constexpr CategoryId kControl{};  // rule 13: held by membership, never granted

// One grant: an entry that carries terms, and which of them.
struct GrantRef {
  EntryId entry;
  std::uint32_t index = 0;
  friend auto operator<=>(const GrantRef&, const GrantRef&) = default;
  using Fields =
      wire::FieldList<wire::Field<1, &GrantRef::entry>, wire::Field<2, &GrantRef::index>>;
};

using CommitmentPrefix = Id<struct CommitmentPrefixTag, 16>;
// Rule 16: an epoch on the wire is its number and the first 16 bytes of its commitment.
struct EpochId {
  std::uint64_t number = 0;
  CommitmentPrefix prefix;
  friend auto operator<=>(const EpochId&, const EpochId&) = default;
  using Fields =
      wire::FieldList<wire::Field<1, &EpochId::number>, wire::Field<2, &EpochId::prefix>>;
};

// Signed consent for a device (design 9). until absent: until withdrawn. notice: hash of the words
// that were shown, in the language `locale` (BCP 47).
struct GrantTerms {
  DeviceId subject;
  CategoryId category;
  Direction direction = Direction::both;
  std::string purpose;
  Hash notice;
  std::string locale;
  std::optional<WallMs> until;
  History history = History::all;
  friend bool operator==(const GrantTerms&, const GrantTerms&) = default;
  using Fields =
      wire::FieldList<wire::Field<1, &GrantTerms::subject>, wire::Field<2, &GrantTerms::category>,
                      wire::Field<3, &GrantTerms::direction>,
                      wire::Field<4, &GrantTerms::purpose, limits::kPurposeBytes>,
                      wire::Field<5, &GrantTerms::notice>,
                      wire::Field<6, &GrantTerms::locale, limits::kLocaleBytes>,
                      wire::Field<7, &GrantTerms::until>, wire::Field<8, &GrantTerms::history>>;
};

// How far a device had applied an author's batches in a category (rule 10): the last counter and
// the hash of the batch that ends there. counter 0: nothing, and the chain hash is zero.
struct Cut {
  CategoryId category;
  AuthorId author;
  std::uint64_t counter = 0;
  ChainHash chain;
  friend bool operator==(const Cut&, const Cut&) = default;
  using Fields = wire::FieldList<wire::Field<1, &Cut::category>, wire::Field<2, &Cut::author>,
                                 wire::Field<3, &Cut::counter>, wire::Field<4, &Cut::chain>>;
};

}  // namespace troth::circle
