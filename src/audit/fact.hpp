// Fact: one line of the local audit log (spec 11 §8). It says what was decided, about whom, and
// with what numbers; never a text that came from a peer or a person.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"
#include "wire/wire.hpp"

namespace troth::audit {

// Numbers are frozen.
enum class FactKind : std::uint8_t {
  pairing_started = 1,
  pairing_failed = 2,
  paired = 3,
  grant = 4,
  accept = 5,
  decline = 6,
  withdraw = 7,
  expire = 8,
  removed = 9,
  rotated = 10,
  unlocked = 11,
  locked = 12,
  wrong_passphrase = 13,
  anomaly = 14,
  quarantined = 15,
  rolled_back = 16,
  suite_refused = 18,
  lockout = 19,
};
inline constexpr std::uint8_t kFactKinds = 20;  // 17 and 20 are reserved
[[nodiscard]] constexpr bool wire_known(FactKind kind) {
  const auto number = static_cast<std::uint8_t>(kind);
  return number >= 1 && number <= kFactKinds;
}
[[nodiscard]] std::string_view name_of(FactKind kind);  // text key, such as "pairing_started"

struct Fact {
  FactKind kind{FactKind::anomaly};
  std::uint64_t at_ms{};           // corrected wall time
  std::optional<DeviceId> device;  // whom or what it is about
  std::optional<CategoryId> category;
  std::optional<EntryId> entry;         // the log entry that says the same, signed
  std::optional<std::uint16_t> reason;  // an Errc
  std::optional<std::uint64_t> number;  // of ops, bytes, attempts: what the kind says
  using Fields = wire::FieldList<wire::Field<1, &Fact::kind>, wire::Field<2, &Fact::at_ms>,
                                 wire::Field<3, &Fact::device>, wire::Field<4, &Fact::category>,
                                 wire::Field<5, &Fact::entry>, wire::Field<6, &Fact::reason>,
                                 wire::Field<7, &Fact::number>>;
};

// What is hashed into the tree. The salt hides a fact from whoever sees only its leaf: times and
// ids could be guessed.
struct Leaf {
  std::uint64_t version = 1;
  std::array<std::uint8_t, 16> salt{};
  Fact fact;
  using Fields = wire::FieldList<wire::Field<1, &Leaf::version>, wire::Field<2, &Leaf::salt>,
                                 wire::Field<3, &Leaf::fact>>;
};

}  // namespace troth::audit
