#include "circle/scope.hpp"

#include <algorithm>

namespace troth::circle {

bool revertible(Kind kind) { return kind != Kind::device_remove && kind != Kind::genesis; }

// A removal of the author that had not seen this entry.
bool Scope::removed_unseen(Node node) const {
  const auto* author = state_.device(state_.at(node).author());
  for (const Node removal : author->removals) {
    if (removal != node && valid(removal) && !state_.in_past(node, removal)) return true;
  }
  return false;
}

// True when the author was added at all in this entry's past and every such add is out. Only adds
// in the past count, so that the recursion goes strictly back and two adds cannot vouch for each
// other.
template <class Fn>
bool Scope::by_adds(Node node, Fn&& is_out) const {
  bool any = false;
  for (const Node add : state_.device(state_.at(node).author())->adds) {
    if (state_.at(add).birth != Reason::ok || !state_.in_past(add, node)) continue;
    if (state_.at(add).kind() == Kind::genesis || !is_out(add)) return false;
    any = true;
  }
  return any;
}

namespace {
template <class Fn>
bool remembered(std::map<Node, bool>& memory, Node node, Fn&& answer) {
  if (const auto at = memory.find(node); at != memory.end()) return at->second;
  return memory[node] = answer();
}
}  // namespace

bool Scope::late(Node node) const {
  if (state_.at(node).kind() == Kind::genesis) return false;
  if (removed_unseen(node)) return true;
  return by_adds(
      node, [this](Node add) { return remembered(late_adds_, add, [&] { return late(add); }); });
}

// A listing counts while it is not void itself. "Void" is rule 4.3 alone here, without reverts: two
// removals that revert each other's roots would otherwise have no answer, or two.
bool Scope::reverted(Node node) const {
  const auto& data = state_.at(node);
  if (!revertible(data.kind())) return false;
  const auto at = state_.index().reverts.find(data.in.id);
  if (at == state_.index().reverts.end()) return false;
  return std::any_of(at->second.begin(), at->second.end(), [&](Node removal) {
    return valid(removal) && state_.at(removal).as<DeviceRemove>()->device == data.author() &&
           state_.in_past(node, removal) && !late(removal);
  });
}

bool Scope::is_void(Node node) const {
  if (state_.at(node).kind() == Kind::genesis) return false;
  if (removed_unseen(node) || reverted(node)) return true;
  return by_adds(
      node, [this](Node add) { return remembered(void_adds_, add, [&] { return is_void(add); }); });
}

// Of an entry that is not in the set no removal of the set has seen anything: whatever made an add
// void that its author depends on, however far up the chain, was not known to it.
bool Scope::cut_off(Node node) const {
  if (state_.at(node).kind() == Kind::genesis) return false;
  if (removed_unseen(node)) return true;
  return by_adds(
      node, [this](Node add) { return remembered(void_adds_, add, [&] { return is_void(add); }); });
}

bool Scope::removed(const DeviceId& device) const {
  const auto* index = state_.device(device);
  return index != nullptr && std::any_of(index->removals.begin(), index->removals.end(),
                                         [this](Node removal) { return valid(removal); });
}

bool Scope::live(const DeviceId& device) const {
  const auto* index = state_.device(device);
  if (index == nullptr || removed(device)) return false;
  return std::any_of(index->adds.begin(), index->adds.end(),
                     [this](Node add) { return standing(add); });
}

std::size_t Scope::chain_of(const DeviceId& device) const {
  const auto* index = state_.device(device);
  std::size_t out = 0;
  if (index == nullptr) return out;
  for (const Node add : index->adds) {
    if (valid(add)) out = std::max(out, state_.at(add).added_by);
  }
  return out;
}

bool Scope::known(const DeviceId& device) const {
  const auto* index = state_.device(device);
  return index != nullptr &&
         std::any_of(index->adds.begin(), index->adds.end(), [this](Node add) { return has(add); });
}

std::vector<DeviceId> Scope::live_devices() const {
  std::vector<DeviceId> out;
  for (const auto& [id, index] : state_.index().devices) {
    if (live(id)) out.push_back(id);
  }
  return out;
}

bool Scope::key_seen(const crypto::P256Public& key) const {
  const auto at = state_.index().keys.find(key);
  return at != state_.index().keys.end() &&
         std::any_of(at->second.begin(), at->second.end(), [this](Node add) { return has(add); });
}

bool Scope::member_known(const MemberId& member) const {
  const auto at = state_.index().members.find(member);
  return at != state_.index().members.end() &&
         std::any_of(at->second.begin(), at->second.end(),
                     [this](Node add) { return standing(add); });
}

bool Scope::epoch_known(const EpochName& name) const {
  const auto at = state_.index().epochs.find(name);
  return at != state_.index().epochs.end() &&
         std::any_of(at->second.defs.begin(), at->second.defs.end(),
                     [this](Node def) { return valid(def); });
}

bool Scope::held_category(const DeviceId& device, const CategoryId& category) const {
  const auto at = state_.index().holdings.find({device, category});
  return at != state_.index().holdings.end() &&
         std::any_of(at->second.begin(), at->second.end(),
                     [this](Node keys) { return valid(keys); });
}

// Concurrent policies: the stricter value per field (rule 5). A later one replaces those in its
// past.
PolicyInfo Scope::policy() const {
  const auto* genesis = state_.at(0).as<Genesis>();
  std::vector<Node> stand;
  for (const Node node : state_.index().policies) {
    if (standing(node)) stand.push_back(node);
  }
  PolicyInfo out{genesis->least_suite, genesis->least_protocol, 0, 0};
  const auto stricter = [](std::uint64_t a, std::uint64_t b) {
    return a == 0 ? b : b == 0 ? a : std::min(a, b);
  };
  for (const Node node : stand) {
    const bool replaced = std::any_of(stand.begin(), stand.end(),
                                      [&](Node other) { return state_.in_past(node, other); });
    if (replaced) continue;
    const auto& set = *state_.at(node).as<PolicySet>();
    out.least_suite = std::max(out.least_suite, set.least_suite);
    out.least_protocol = std::max(out.least_protocol, set.least_protocol);
    out.max_devices = stricter(out.max_devices, set.max_devices);
    out.max_grant_ms = stricter(out.max_grant_ms, set.max_grant_ms);
  }
  return out;
}

}  // namespace troth::circle
