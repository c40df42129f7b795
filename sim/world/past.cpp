#include "sim/world/past.hpp"

#include <algorithm>

namespace troth::sim {

std::optional<circle::Log> log_at(const circle::Log& log, const std::vector<EntryId>& heads) {
  std::vector<circle::Entry> past;
  for (const auto& id : log.order()) {
    const bool seen = std::any_of(heads.begin(), heads.end(), [&](const EntryId& head) {
      return head == id || log.is_ancestor(id, head);
    });
    if (seen) past.push_back(*log.entry(id));
  }
  auto then = circle::Log::restore(past);
  if (!then) return std::nullopt;
  return std::move(*then);
}

}  // namespace troth::sim
