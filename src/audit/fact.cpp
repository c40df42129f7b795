#include "audit/fact.hpp"

namespace troth::audit {

std::string_view name_of(FactKind kind) {
  switch (kind) {
    case FactKind::pairing_started:
      return "pairing_started";
    case FactKind::pairing_failed:
      return "pairing_failed";
    case FactKind::paired:
      return "paired";
    case FactKind::grant:
      return "grant";
    case FactKind::accept:
      return "accept";
    case FactKind::decline:
      return "decline";
    case FactKind::withdraw:
      return "withdraw";
    case FactKind::expire:
      return "expire";
    case FactKind::removed:
      return "removed";
    case FactKind::rotated:
      return "rotated";
    case FactKind::unlocked:
      return "unlocked";
    case FactKind::locked:
      return "locked";
    case FactKind::wrong_passphrase:
      return "wrong_passphrase";
    case FactKind::anomaly:
      return "anomaly";
    case FactKind::quarantined:
      return "quarantined";
    case FactKind::rolled_back:
      return "rolled_back";
    case FactKind::suite_refused:
      return "suite_refused";
    case FactKind::lockout:
      return "lockout";
  }
  return "unknown";
}

}  // namespace troth::audit
