// Folder keeps a CircleView in step with its log. Every part of the view is computed by one refresh
// function from the indexes alone; a new entry refreshes the parts that it can touch, a removal all
// of them. So an incremental view cannot differ from one that is built at once. Private to
// src/circle.
#pragma once

#include "circle/scope.hpp"

namespace troth::circle {

class Folder {
 public:
  // The state's log must not change while the folder is used; the view is the one to keep.
  Folder(const State& state, CircleView& view)
      : state_(state), scope_(state, state.log), view_(view) {}

  void build();                               // everything
  void take(std::span<const Node> admitted);  // entries that were just added, parents first

 private:
  [[nodiscard]] bool needs_build(Node node) const;
  void touch(Node node);
  void touch_keys(Node node, const Keys& keys);
  void move_heads(Node node);
  void refresh_device(const DeviceId& id);
  void refresh_member(const MemberId& id);
  void refresh_category(const CategoryId& id);
  void refresh_grants(Node node);
  void refresh_grants_of(const DeviceId& device, const CategoryId& category);
  void forget_idle(Node grants);
  void refresh_epoch(const EpochName& name);
  void refresh_forks(const DeviceId& author);
  void refresh_singles();

  [[nodiscard]] GrantInfo grant_info(Node node, std::uint32_t index, const GrantTerms& terms) const;
  [[nodiscard]] Reason grant_reason(Node node, std::uint32_t index, const GrantTerms& terms) const;
  [[nodiscard]] std::optional<Node> best(std::span<const Node> nodes, bool highest) const;
  void add_recipients(EpochInfo& info, Node keys, const EpochName& name) const;

  const State& state_;
  Scope scope_;
  CircleView& view_;
};

}  // namespace troth::circle
