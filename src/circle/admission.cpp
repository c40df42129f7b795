// Admission (rule 4.4): the only way into a log.
#include <algorithm>
#include <set>

#include "base/assert.hpp"
#include "base/plant.hpp"
#include "circle/log_impl.hpp"

namespace troth::circle {

OfferResult Admission::run(std::span<const Entry> entries) {
  collect(entries);
  push_all();
  report_missing();
  judge();
  settle();
  return std::move(result_);
}

void Admission::collect(std::span<const Entry> entries) {
  for (const auto& entry : entries) add(entry);
  // What was held outside comes back in as an ancestor of what is offered now.
  std::vector<EntryId> wanted;
  for (const auto& [id, pending] : pending_) {
    wanted.insert(wanted.end(), pending.in.body.parents.begin(), pending.in.body.parents.end());
  }
  while (!wanted.empty()) {
    const EntryId id = wanted.back();
    wanted.pop_back();
    const auto held = log_.held.find(id);
    if (held == log_.held.end() || pending_.contains(id)) continue;
    add(held->second.entry);
    if (const auto at = pending_.find(id); at != pending_.end()) {
      const auto& parents = at->second.in.body.parents;
      wanted.insert(wanted.end(), parents.begin(), parents.end());
    }
  }
}

void Admission::add(Entry entry) {
  const EntryId id = entry.id();
  if (log_.state.find(id) != kNoNode) return;
  if (const auto at = pending_.find(id); at != pending_.end()) {
    at->second.copies.push_back(std::move(entry));
    return;
  }
  auto decoded = decode_entry(entry);
  if (!decoded) {
    result_.refused.push_back({id, decoded.error().code});
    return;
  }
  pending_.emplace(id, Pending{std::move(*decoded), {}, {}, {}});
}

void Admission::push_all() {
  for (auto& [id, pending] : pending_) {
    for (const auto& parent : pending.in.body.parents) {
      if (log_.state.find(parent) != kNoNode) continue;
      if (pending_.contains(parent)) {
        pending.waiting.push_back(parent);
        children_[parent].push_back(id);
      } else {
        pending.missing.push_back(parent);
      }
    }
  }
  for (const auto& [id, pending] : pending_) {
    if (pending.waiting.empty() && pending.missing.empty()) ready_.push_back(id);
  }
  while (!ready_.empty()) {
    const EntryId id = ready_.back();
    ready_.pop_back();
    if (!push_ready(id)) continue;
    for (const auto& child : children_[id]) {
      auto& waiting = pending_.at(child).waiting;
      std::erase(waiting, id);
      if (waiting.empty() && pending_.at(child).missing.empty()) ready_.push_back(child);
    }
    pending_.erase(id);
  }
}

bool Admission::push_ready(const EntryId& id) {
  const auto at = pending_.find(id);
  auto pushed = log_.state.push(std::move(at->second.in), false);
  for (const auto& copy : at->second.copies) {
    if (pushed) break;
    auto decoded = decode_entry(copy);
    if (decoded) pushed = log_.state.push(std::move(*decoded), false);
  }
  if (pushed) return true;
  result_.refused.push_back({id, pushed.error().code});
  pending_.erase(at);
  return false;
}

// What is left waits for an entry that nobody sent, or builds on one that was refused.
void Admission::report_missing() {
  std::set<EntryId> refused;
  for (const auto& entry : result_.refused) refused.insert(entry.id);
  std::map<EntryId, std::vector<EntryId>> children;
  for (const auto& [id, pending] : pending_) {
    for (const auto& parent : pending.in.body.parents) children[parent].push_back(id);
  }
  std::vector<EntryId> open(refused.begin(), refused.end());
  while (!open.empty()) {
    const EntryId parent = open.back();
    open.pop_back();
    for (const auto& child : children[parent]) {
      if (!refused.insert(child).second) continue;
      result_.refused.push_back({child, Errc::bad_entry});
      open.push_back(child);
    }
  }
  std::set<EntryId> missing;
  for (const auto& [id, pending] : pending_) {
    if (refused.contains(id)) continue;
    result_.held.push_back({id, Reason::missing_parent, false});
    for (const auto& parent : pending.missing) missing.insert(parent);
  }
  result_.missing.assign(missing.begin(), missing.end());
}

// (ii) The log holds an own entry of the author that is not in this one's past. The other way round
// cannot be: the log is closed under parents, and this entry is not in it.
bool Admission::forks(Node node) const {
  const auto& state = log_.state;
  const auto& branches = state.device(state.at(node).author())->branches;
  return std::any_of(branches.begin(), branches.end(), [&](std::uint32_t b) {
    const auto count = state.log.count(b);
    return count > 0 && !state.in_past(state.branch(b)[count - 1], node);
  });
}

Reason Admission::judge_one(Node node, const Scope& scope) const {
  const Reason birth = log_.state.at(node).birth;
  if (birth != Reason::ok) return birth;
  if (scope.cut_off(node) && !planted(Plant::admit_without_rule_4_4))
    return Reason::author_removed_here;
  return forks(node) ? Reason::fork : Reason::ok;
}

// Of lines of entries that one author begins in one offer only so many pass by themselves: without
// a bound, one offer could make each later question about the author as long as its list of lines.
void Admission::hold_branches() {
  const auto& state = log_.state;
  std::map<DeviceId, std::vector<std::uint32_t>> begun;  // in the order of the arena
  for (Node node = base_; node < state.size(); ++node) {
    const auto& data = state.at(node);
    if (data.seq == 0) begun[data.author()].push_back(data.branch);
  }
  for (Node node = base_; node < state.size(); ++node) {
    const auto& data = state.at(node);
    const auto& all = begun[data.author()];
    if (all.size() <= limits::kBranchesPerOffer || verdicts_[node - base_] != Reason::ok) continue;
    const bool over =
        std::any_of(all.begin() + limits::kBranchesPerOffer, all.end(),
                    [&](std::uint32_t b) { return b == data.branch || data.past.count(b) > 0; });
    if (over) verdicts_[node - base_] = Reason::fork;
  }
}

void Admission::judge() {
  const auto& state = log_.state;
  const Scope scope(state, state.log);
  const std::size_t count = state.size() - base_;
  taken_.assign(count, false);
  for (std::size_t i = 0; i < count; ++i) {
    verdicts_.push_back(judge_one(base_ + static_cast<Node>(i), scope));
  }
  hold_branches();
  // From the youngest back, so that a passing entry carries all its ancestors.
  for (std::size_t i = count; i-- > 0;) {
    if (verdicts_[i] == Reason::ok) taken_[i] = true;
    if (!taken_[i]) continue;
    for (const Node parent : state.at(base_ + static_cast<Node>(i)).parents) {
      if (parent >= base_) taken_[parent - base_] = true;
    }
  }
}

void Admission::settle() {
  auto& state = log_.state;
  const std::size_t count = taken_.size();
  std::vector<Decoded> taken;
  const bool all = std::find(taken_.begin(), taken_.end(), false) == taken_.end();
  for (std::size_t i = 0; i < count; ++i) {
    const auto& in = state.at(base_ + static_cast<Node>(i)).in;
    if (taken_[i]) {
      result_.admitted.push_back(in.id);
      if (!all) taken.push_back(in);
      if (log_.unhold(in.id)) result_.released.push_back(in.id);
    } else {
      const bool fresh = log_.hold(in.id, in.entry, verdicts_[i], result_.released);
      result_.held.push_back({in.id, verdicts_[i], fresh});
    }
  }
  if (!all) {
    // What is held must not stay in the arena: the log's entries are all of it.
    state.pop_to(base_);
    for (auto& in : taken) {
      const auto pushed = state.push(std::move(in), true);
      TROTH_ASSERT(pushed.has_value());
    }
  }
  std::vector<Node> nodes;
  for (Node node = base_; node < state.size(); ++node) {
    state.log.merge(state.closure(node));
    nodes.push_back(node);
  }
  if (!nodes.empty()) Folder(state, log_.view).take(nodes);
}

}  // namespace troth::circle
