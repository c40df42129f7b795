// Rule 5: which consent is active, by the log alone.
#include <algorithm>

#include "circle/scope.hpp"

namespace troth::circle {
namespace {

template <class Map, class Key>
std::span<const Node> nodes_of(const Map& map, const Key& key) {
  const auto at = map.find(key);
  if (at == map.end()) return {};
  return at->second;
}

}  // namespace

std::optional<DeviceId> Scope::creator(const CategoryId& category) const {
  const auto at = state_.index().categories.find(category);
  if (at == state_.index().categories.end()) return std::nullopt;
  for (const Node create : at->second.creates) {
    if (valid(create)) return state_.at(create).author();
  }
  return std::nullopt;
}

bool Scope::category_known(const CategoryId& category) const {
  return creator(category).has_value();
}

bool Scope::category_standing(const CategoryId& category) const {
  const auto at = state_.index().categories.find(category);
  return at != state_.index().categories.end() &&
         std::any_of(at->second.creates.begin(), at->second.creates.end(),
                     [this](Node create) { return standing(create); });
}

bool Scope::category_retired(const CategoryId& category) const {
  const auto at = state_.index().categories.find(category);
  return at != state_.index().categories.end() &&
         std::any_of(at->second.retires.begin(), at->second.retires.end(),
                     [this](Node retire) { return standing(retire); });
}

std::optional<Node> Scope::accepted(Node node, std::uint32_t index) const {
  if (state_.at(node).kind() == Kind::category_create) return node;
  std::optional<Node> best;
  for (const Node accept : nodes_of(state_.index().accepts, state_.at(node).in.id)) {
    const auto& indexes = state_.at(accept).as<Accept>()->accepted;
    if (!std::binary_search(indexes.begin(), indexes.end(), index) || !standing(accept)) continue;
    if (!best || state_.earlier(accept, *best)) best = accept;
  }
  return best;
}

bool Scope::answered(Node node) const {
  const auto accepts = nodes_of(state_.index().accepts, state_.at(node).in.id);
  return state_.at(node).kind() == Kind::category_create ||
         std::any_of(accepts.begin(), accepts.end(), [this](Node a) { return standing(a); });
}

bool Scope::withdrawn(Node node, const GrantTerms& terms, Direction half) const {
  const auto all = nodes_of(state_.index().withdrawals, std::pair(terms.subject, terms.category));
  return std::any_of(all.begin(), all.end(), [&](Node withdrawal) {
    return overlaps(state_.at(withdrawal).as<Withdraw>()->direction, half) &&
           standing(withdrawal) && !state_.in_past(withdrawal, node);
  });
}

bool Scope::expired(const GrantRef& ref) const {
  const auto all = nodes_of(state_.index().expiries, ref);
  return std::any_of(all.begin(), all.end(), [this](Node expire) { return standing(expire); });
}

bool Scope::active(Node node, std::uint32_t index, const GrantTerms& terms, Direction half) const {
  return covers(terms.direction, half) && standing(node) && category_standing(terms.category) &&
         accepted(node, index).has_value() && !withdrawn(node, terms, half) &&
         !expired(GrantRef{state_.at(node).in.id, index});
}

bool Scope::active_half(const DeviceId& device, const CategoryId& category, Direction half) const {
  for (const Node node : nodes_of(state_.index().grants, std::pair(device, category))) {
    const auto terms = state_.terms(node);
    for (std::uint32_t i = 0; i < terms.size(); ++i) {
      const bool about = terms[i].subject == device && terms[i].category == category;
      if (about && active(node, i, terms[i], half)) return true;
    }
  }
  return false;
}

bool Scope::granted(const DeviceId& device, const CategoryId& category, Direction d) const {
  if (!live(device)) return false;
  if (category == kControl) return true;  // rule 13: by membership
  return (!covers(d, Direction::send) || active_half(device, category, Direction::send)) &&
         (!covers(d, Direction::receive) || active_half(device, category, Direction::receive));
}

bool Scope::granted_history(const DeviceId& device, const CategoryId& category) const {
  if (!live(device)) return false;
  if (category == kControl) return true;
  for (const Node node : nodes_of(state_.index().grants, std::pair(device, category))) {
    const auto terms = state_.terms(node);
    for (std::uint32_t i = 0; i < terms.size(); ++i) {
      const auto& t = terms[i];
      if (t.subject != device || t.category != category || t.history != History::all) continue;
      if (active(node, i, t, Direction::receive)) return true;
    }
  }
  return false;
}

bool Scope::entitled(const DeviceId& device, const CategoryId& category) const {
  return granted(device, category, Direction::receive);
}

bool Scope::ended(const DeviceId& device, const CategoryId& category) const {
  const auto valid_one = [this](Node end) { return valid(end); };
  const auto about = std::pair(device, category);
  const auto withdrawals = nodes_of(state_.index().withdrawals, about);
  if (std::any_of(withdrawals.begin(), withdrawals.end(), valid_one)) return true;
  for (const Node node : nodes_of(state_.index().grants, about)) {
    const auto terms = state_.terms(node);
    for (std::uint32_t i = 0; i < terms.size(); ++i) {
      if (terms[i].subject != device || terms[i].category != category) continue;
      const auto all = nodes_of(state_.index().expiries, GrantRef{state_.at(node).in.id, i});
      if (std::any_of(all.begin(), all.end(), valid_one)) return true;
    }
  }
  return false;
}

bool Scope::ends(Node node) const {
  const Kind kind = state_.at(node).kind();
  if (kind == Kind::device_remove) return valid(node);  // stands for ever (rule 4.2)
  return (kind == Kind::withdraw || kind == Kind::expire) && standing(node);
}

bool Scope::idle(Node withdrawal) const {
  const auto& self = *state_.at(withdrawal).as<Withdraw>();
  const auto about = std::pair(self.device, self.category);
  const auto others = nodes_of(state_.index().withdrawals, about);
  // What it knows stands before it in the arena; the newest of that most likely ended the same.
  const auto first =
      std::make_reverse_iterator(std::lower_bound(others.begin(), others.end(), withdrawal));
  const auto last = std::make_reverse_iterator(others.begin());
  // Ended before this one was written, by one that it knows and for all that both are about.
  const auto ended_before = [&](Node grant, Direction direction) {
    return std::any_of(first, last, [&](Node other) {
      const auto by = state_.at(other).as<Withdraw>()->direction;
      return (covers(by, self.direction) || covers(by, direction)) &&
             state_.in_past(other, withdrawal) && !state_.in_past(other, grant) && standing(other);
    });
  };
  const auto grants = nodes_of(state_.index().grants, about);
  return std::none_of(grants.begin(), grants.end(), [&](Node grant) {
    if (!valid(grant) || state_.in_past(withdrawal, grant)) return false;
    const auto terms = state_.terms(grant);
    return std::any_of(terms.begin(), terms.end(), [&](const GrantTerms& t) {
      return t.subject == self.device && t.category == self.category &&
             overlaps(t.direction, self.direction) && !ended_before(grant, t.direction);
    });
  });
}

}  // namespace troth::circle
