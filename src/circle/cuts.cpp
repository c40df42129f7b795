// Rules 6 and 10: which entries ended an entitlement, and how far what the device wrote before
// counts.
#include <algorithm>

#include "circle/scope.hpp"

namespace troth::circle {
namespace {

template <class Map, class Key>
std::span<const Node> nodes_in(const Map& map, const Key& key) {
  const auto at = map.find(key);
  if (at == map.end()) return {};
  return at->second;
}

const std::vector<Cut>& stated_cuts(const NodeData& end) {
  if (const auto* remove = end.as<DeviceRemove>()) return remove->cuts;
  if (const auto* withdraw = end.as<Withdraw>()) return withdraw->cuts;
  return end.as<Expire>()->cuts;
}

bool is_strict(const NodeData& end) {
  const auto* remove = end.as<DeviceRemove>();
  return remove != nullptr && remove->strict;
}

class Cutter {
 public:
  Cutter(const State& state, const CategoryId& category, const DeviceId& device,
         const AuthorId& author)
      : state_(state),
        scope_(state, state.log),
        category_(category),
        device_(device),
        author_(author) {}

  // Ends of the device's sending that the heads' past does not know. What it does know has decided
  // already whether a send grant is active there.
  std::vector<Node> ends_outside(const Cone& heads) const;
  CutInfo cut(Node end) const;

 private:
  bool other_grant_at(const Cone& heads, const Expire& expire) const;
  void add_raises(Node end, CutInfo& info) const;

  const State& state_;
  Scope scope_;
  CategoryId category_;
  DeviceId device_;
  AuthorId author_;
};

// An expiry ends the grants that it names; under any other that was active there it bounds nothing.
bool Cutter::other_grant_at(const Cone& heads, const Expire& expire) const {
  const Scope at(state_, heads);
  for (const Node node : nodes_in(state_.index().grants, std::pair(device_, category_))) {
    const auto terms = state_.terms(node);
    for (std::uint32_t i = 0; i < terms.size(); ++i) {
      const GrantRef ref{state_.at(node).in.id, i};
      if (std::binary_search(expire.grants.begin(), expire.grants.end(), ref)) continue;
      if (terms[i].subject != device_ || terms[i].category != category_) continue;
      if (at.active(node, i, terms[i], Direction::send)) return true;
    }
  }
  return false;
}

std::vector<Node> Cutter::ends_outside(const Cone& heads) const {
  std::vector<Node> out;
  const auto consider = [&](Node node) {
    if (scope_.ends(node) && !state_.in(heads, node)) out.push_back(node);
  };
  if (const auto* index = state_.device(device_)) {
    for (const Node node : index->removals) consider(node);
  }
  for (const Node node : nodes_in(state_.index().withdrawals, std::pair(device_, category_))) {
    if (overlaps(state_.at(node).as<Withdraw>()->direction, Direction::send)) consider(node);
  }
  for (const Node node : nodes_in(state_.index().grants, std::pair(device_, category_))) {
    const auto terms = state_.terms(node);
    for (std::uint32_t i = 0; i < terms.size(); ++i) {
      if (terms[i].subject != device_ || terms[i].category != category_) continue;
      if (!covers(terms[i].direction, Direction::send)) continue;
      const GrantRef ref{state_.at(node).in.id, i};
      for (const Node expire : nodes_in(state_.index().expiries, ref)) {
        if (!other_grant_at(heads, *state_.at(expire).as<Expire>())) consider(expire);
      }
    }
  }
  std::sort(out.begin(), out.end(), [this](Node a, Node b) { return state_.earlier(a, b); });
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

void Cutter::add_raises(Node end, CutInfo& info) const {
  const Scope before(state_, state_.at(end).past);
  for (const Node node : nodes_in(state_.index().raises, state_.at(end).in.id)) {
    const auto& by = state_.at(node).author();
    // The device that is cut off cannot raise its own cut.
    if (by == device_ || !scope_.standing(node) || !before.live(by)) continue;
    for (const auto& raise : state_.at(node).as<Ack>()->raised) {
      const bool about = raise.end == state_.at(end).in.id && raise.cut.category == category_ &&
                         raise.cut.author == author_;
      if (!about || raise.cut.counter <= info.stated.counter) continue;
      info.raises.push_back({state_.at(node).in.id, by, raise.cut.counter, raise.cut.chain});
    }
  }
  std::sort(info.raises.begin(), info.raises.end(), [](const auto& a, const auto& b) {
    return a.counter != b.counter ? a.counter > b.counter : a.ack < b.ack;
  });
}

CutInfo Cutter::cut(Node end) const {
  CutInfo info;
  info.end = state_.at(end).in.id;
  info.strict = is_strict(state_.at(end));
  info.stated = Cut{category_, author_, 0, {}};
  for (const auto& stated : stated_cuts(state_.at(end))) {
    if (stated.category == category_ && stated.author == author_) info.stated = stated;
  }
  if (!info.strict) add_raises(end, info);
  return info;
}

Cone cone_of(const State& state, std::span<const EntryId> heads) {
  Cone cone;
  for (const auto& id : heads) {
    const Node node = state.find(id);
    if (node != kNoNode && state.in(state.log, node)) cone.merge(state.closure(node));
  }
  return cone;
}

EndInfo end_info(const NodeData& data) {
  EndInfo info;
  info.entry = data.in.id;
  info.kind = data.kind();
  if (const auto* remove = data.as<DeviceRemove>()) info.device = remove->device;
  if (const auto* withdraw = data.as<Withdraw>()) {
    info.device = withdraw->device;
    info.category = withdraw->category;
    info.direction = withdraw->direction;
  }
  return info;
}

}  // namespace

std::vector<CutInfo> CircleView::cuts(const CategoryId& category, const DeviceId& device,
                                      const AuthorId& author,
                                      std::span<const EntryId> heads) const {
  const Cutter cutter(*state_, category, device, author);
  std::vector<CutInfo> out;
  const Cone cone = cone_of(*state_, heads);
  for (const Node end : cutter.ends_outside(cone)) out.push_back(cutter.cut(end));
  return out;
}

std::vector<EndInfo> CircleView::ends(const CategoryId& category) const {
  const Scope scope(*state_, state_->log);
  std::vector<EndInfo> out;
  for (const auto& [id, index] : state_->index().devices) {
    for (const Node node : index.removals) {
      if (scope.ends(node)) out.push_back(end_info(state_->at(node)));
    }
  }
  for (const auto& [key, nodes] : state_->index().withdrawals) {
    if (key.second != category) continue;
    for (const Node node : nodes) {
      if (!scope.ends(node)) continue;
      out.push_back(end_info(state_->at(node)));
      const auto [known, asked_first] = state_->idle.try_emplace(node);
      if (asked_first) known->second = scope.idle(node);
      out.back().idle = known->second;
    }
  }
  for (const auto& [ref, nodes] : state_->index().expiries) {
    const auto* info = grant(ref);
    if (info == nullptr || info->terms.category != category) continue;
    for (const Node node : nodes) {
      if (!scope.ends(node)) continue;
      out.push_back({state_->at(node).in.id, Kind::expire, info->terms.subject, category,
                     info->terms.direction, false});
    }
  }
  return out;
}

}  // namespace troth::circle
