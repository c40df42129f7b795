// Scope: what a set of entries closed under parents means, asked one question at a time (rules 4,
// 5, 7, 23). The whole log, the past of an entry (validity at birth) and the past of a batch's
// heads are three uses of it. Private to src/circle.
#pragma once

#include "circle/state.hpp"

namespace troth::circle {

class Scope {
 public:
  // Both must outlive the scope; the cone must not change while it is used.
  Scope(const State& state, const Cone& cone) : state_(state), cone_(cone) {}

  [[nodiscard]] const State& state() const { return state_; }
  [[nodiscard]] bool has(Node node) const { return state_.in(cone_, node); }
  // In the set and valid at birth.
  [[nodiscard]] bool valid(Node node) const {
    return has(node) && state_.at(node).birth == Reason::ok;
  }

  // ---- rule 4
  // Rule 4.3: outside the past of a removal of its author, or of a device in its author's chain of
  // adds.
  [[nodiscard]] bool late(Node node) const;
  // Rule 4.3 and rule 23. A removal may be void here, but what it removes stays removed (4.2).
  [[nodiscard]] bool is_void(Node node) const;
  [[nodiscard]] bool standing(Node node) const { return valid(node) && !is_void(node); }
  // Rule 4.4 (i) for an entry that is not in the set: late, or an add in its chain was reverted by
  // an entry that is not in its past.
  [[nodiscard]] bool cut_off(Node node) const;
  [[nodiscard]] bool removed(const DeviceId& device) const;
  [[nodiscard]] bool live(const DeviceId& device) const;
  // How many adds, each by the device of the one before, brought it in; 0 for the first device.
  [[nodiscard]] std::size_t chain_of(const DeviceId& device) const;
  [[nodiscard]] bool known(const DeviceId& device) const;  // an add is in the set, void or not
  [[nodiscard]] std::vector<DeviceId> live_devices() const;
  [[nodiscard]] bool key_seen(const crypto::P256Public& key) const;
  [[nodiscard]] bool member_known(const MemberId& member) const;

  // ---- rule 5
  [[nodiscard]] bool category_known(const CategoryId& category) const;
  [[nodiscard]] bool category_retired(const CategoryId& category) const;
  [[nodiscard]] std::optional<DeviceId> creator(const CategoryId& category) const;
  // The accept that made a grant effective (the category_create itself for a creator's own terms),
  // the first by (depth, id) where there are several.
  [[nodiscard]] std::optional<Node> accepted(Node node, std::uint32_t index) const;
  // Did the subject answer it, with an accept of some, all or none of it?
  [[nodiscard]] bool answered(Node node) const;
  [[nodiscard]] bool withdrawn(Node node, const GrantTerms& terms, Direction half) const;
  [[nodiscard]] bool expired(const GrantRef& ref) const;
  [[nodiscard]] bool category_standing(const CategoryId& category) const;
  // half: send or receive.
  [[nodiscard]] bool active(Node node, std::uint32_t index, const GrantTerms& terms,
                            Direction half) const;
  [[nodiscard]] bool granted(const DeviceId& device, const CategoryId& category, Direction d) const;
  [[nodiscard]] bool granted_history(const DeviceId& device, const CategoryId& category) const;
  [[nodiscard]] bool entitled(const DeviceId& device, const CategoryId& category) const;
  // Was consent of the device there ever withdrawn or over?
  [[nodiscard]] bool ended(const DeviceId& device, const CategoryId& category) const;
  // A removal, withdrawal or expiry that stands: it ends something.
  [[nodiscard]] bool ends(Node node) const;
  // A withdrawal that takes nothing: no terms are there that it ends and that none before it ended.
  [[nodiscard]] bool idle(Node withdrawal) const;

  // ---- keys
  [[nodiscard]] bool epoch_known(const EpochName& name) const;
  [[nodiscard]] bool held_category(const DeviceId& device, const CategoryId& category) const;

  [[nodiscard]] PolicyInfo policy() const;

 private:
  template <class Fn>
  [[nodiscard]] bool by_adds(Node node, Fn&& is_out) const;
  [[nodiscard]] bool removed_unseen(Node node) const;
  [[nodiscard]] bool reverted(Node node) const;
  [[nodiscard]] bool active_half(const DeviceId& device, const CategoryId& category,
                                 Direction half) const;

  const State& state_;
  const Cone& cone_;
  // Answers about adds, which chains of adds ask again and again.
  mutable std::map<Node, bool> late_adds_;
  mutable std::map<Node, bool> void_adds_;
};

// Rule 23: what a removal may revert. Never another removal.
[[nodiscard]] bool revertible(Kind kind);

}  // namespace troth::circle
