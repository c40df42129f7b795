#include "sync/runs.hpp"

#include <algorithm>

namespace troth::sync {

void Runs::add(const BatchPlace& place) {
  auto& runs = runs_[place.author];
  const auto after =
      std::upper_bound(runs.begin(), runs.end(), place.first,
                       [](std::uint64_t first, const EpochRun& run) { return first < run.first; });
  if (after != runs.begin()) {
    auto& before = *std::prev(after);
    if (before.epoch == place.mailbox && before.last + 1 == place.first) {
      before.last = place.last;
      before.chain = place.chain;
      return;
    }
  }
  runs.insert(after, {place.mailbox, place.first, place.last, place.chain});
}

const std::vector<EpochRun>& Runs::of(const AuthorId& author) const {
  static const std::vector<EpochRun> kNone;
  const auto it = runs_.find(author);
  return it == runs_.end() ? kNone : it->second;
}

std::optional<VectorEntry> Runs::newest(const AuthorId& author, const VectorEntry& held,
                                        const Choice& choice) const {
  const auto& runs = of(author);
  for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
    if (run->first > held.counter || !choice.epochs.contains(run->epoch)) continue;
    return run->last <= held.counter ? VectorEntry{run->last, run->chain} : held;
  }
  return std::nullopt;
}

void Runs::append_ranges(const AuthorId& author, std::uint64_t have, const Choice& choice,
                         std::vector<BatchRange>& out) const {
  std::uint64_t at = have;     // none of ours is missing up to here
  std::uint64_t after = have;  // what the peer holds before the next range
  for (const auto& run : of(author)) {
    if (run.last <= have) continue;
    if (run.first > at + 1 && !choice.over_gaps) return;
    at = run.last;
    if (!choice.epochs.contains(run.epoch)) continue;
    out.push_back({author, std::max(run.first - 1, have), run.last, after});
    after = run.last;
  }
}

}  // namespace troth::sync
