// The circle log as it stood at some heads.
#pragma once

#include <optional>
#include <vector>

#include "circle/log.hpp"

namespace troth::sim {

// Folded anew from what only that past holds; nothing if it forms no log.
[[nodiscard]] std::optional<circle::Log> log_at(const circle::Log& log,
                                                const std::vector<EntryId>& heads);

}  // namespace troth::sim
