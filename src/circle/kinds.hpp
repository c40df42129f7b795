// The kinds of circle log entries (design 6, spec 04 §3). Numbers are frozen; a kind that this
// program does not know may still be in the log, so a Kind can hold any number from 1 to 255.
#pragma once

#include <cstdint>
#include <string_view>

namespace troth::circle {

enum class Kind : std::uint8_t {
  genesis = 1,
  member_add = 2,
  member_remove = 3,
  role_set = 4,
  device_add = 5,
  device_remove = 6,
  device_rekey = 7,
  device_rename = 8,
  category_create = 9,
  category_update = 10,
  category_retire = 11,
  grant = 12,
  accept = 13,
  withdraw = 14,
  expire = 15,
  keys = 16,
  ack = 17,
  policy_set = 18,
  recovery_set = 19,
  backup_opt = 20,
  fork_proof = 21,
  checkpoint = 22,
  circle_reset = 23,
};

[[nodiscard]] constexpr bool wire_known(Kind kind) { return static_cast<std::uint8_t>(kind) != 0; }

// True for the kinds whose effect this program computes. The others are kept and passed on; where
// such an entry says it is critical, data stops until the program is upgraded.
[[nodiscard]] constexpr bool is_built(Kind kind) {
  switch (kind) {
    case Kind::genesis:
    case Kind::member_add:
    case Kind::device_add:
    case Kind::device_remove:
    case Kind::device_rename:
    case Kind::category_create:
    case Kind::category_update:
    case Kind::category_retire:
    case Kind::grant:
    case Kind::accept:
    case Kind::withdraw:
    case Kind::expire:
    case Kind::keys:
    case Kind::ack:
    case Kind::policy_set:
    case Kind::fork_proof:
    case Kind::checkpoint:
      return true;
    case Kind::member_remove:
    case Kind::role_set:
    case Kind::device_rekey:
    case Kind::recovery_set:
    case Kind::backup_opt:
    case Kind::circle_reset:
      return false;
  }
  return false;
}

// The name in the specification, for audit and dumps; "unknown" for the rest.
[[nodiscard]] std::string_view kind_name(Kind kind);

}  // namespace troth::circle
