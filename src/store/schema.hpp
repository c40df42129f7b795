// Migrations (spec 11 §4). Each is one transaction and is frozen once released: a later change is
// a new version. A module's tables stand in schema/<module>.sql.hpp, one constant a version.
#pragma once

#include <span>

namespace troth::store {

struct Migration {
  int version;                         // ascending from 1, no gaps
  std::span<const char* const> parts;  // SQL scripts, run one after another
};

[[nodiscard]] std::span<const Migration> schema();

}  // namespace troth::store
