#include "circle/kinds.hpp"

namespace troth::circle {

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::genesis:
      return "genesis";
    case Kind::member_add:
      return "member_add";
    case Kind::member_remove:
      return "member_remove";
    case Kind::role_set:
      return "role_set";
    case Kind::device_add:
      return "device_add";
    case Kind::device_remove:
      return "device_remove";
    case Kind::device_rekey:
      return "device_rekey";
    case Kind::device_rename:
      return "device_rename";
    case Kind::category_create:
      return "category_create";
    case Kind::category_update:
      return "category_update";
    case Kind::category_retire:
      return "category_retire";
    case Kind::grant:
      return "grant";
    case Kind::accept:
      return "accept";
    case Kind::withdraw:
      return "withdraw";
    case Kind::expire:
      return "expire";
    case Kind::keys:
      return "keys";
    case Kind::ack:
      return "ack";
    case Kind::policy_set:
      return "policy_set";
    case Kind::recovery_set:
      return "recovery_set";
    case Kind::backup_opt:
      return "backup_opt";
    case Kind::fork_proof:
      return "fork_proof";
    case Kind::checkpoint:
      return "checkpoint";
    case Kind::circle_reset:
      return "circle_reset";
  }
  return "unknown";
}

}  // namespace troth::circle
