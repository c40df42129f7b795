// The reference model of rule 4, transcribed line by line and slow: a set function by recursion,
// and admission. It knows genesis, add, remove and everything else; what is under test knows the
// rest.
#pragma once

#include "circle_world.hpp"

namespace troth::circle::test {

class Oracle {
 public:
  explicit Oracle(const World& world) : world_(world) {}
  using Ids = std::set<EntryId>;

  bool birth(const EntryId& x) {
    if (const auto at = births_.find(x); at != births_.end()) return at->second;
    const bool ok =
        kind(x) == Kind::genesis || (fold(world_.past(x)).contains(author(x)) && !reused(x));
    return births_[x] = ok;
  }
  std::set<DeviceId> fold(const Ids& ids) {
    Ids valid;
    Ids removals;
    for (const auto& x : ids) {
      if (birth(x)) valid.insert(x);
    }
    for (const auto& x : valid) {
      if (kind(x) == Kind::device_remove) removals.insert(x);
    }
    std::set<DeviceId> live;
    for (const auto& x : valid) {
      if (!is_add(x)) continue;
      bool out = false;
      for (const auto& r : removals) {
        out = out || target(r) == target(x) || (kind(x) == Kind::device_add && chain(x, valid, r));
      }
      if (!out) live.insert(target(x));
    }
    return live;
  }
  Ids offer(const Ids& log, const Ids& closure) {
    Ids ids = closure;
    ids.insert(log.begin(), log.end());
    Ids removals;
    for (const auto& x : log) {
      if (kind(x) == Kind::device_remove && birth(x)) removals.insert(x);
    }
    Ids out = log;
    for (const auto& x : ids) {
      if (log.contains(x) || !birth(x)) continue;
      bool refused = false;
      for (const auto& r : removals) refused = refused || chain(x, ids, r);
      for (const auto& y : log) {
        refused = refused || (author(y) == author(x) && !world_.past(x).contains(y) &&
                              !world_.past(y).contains(x));
      }
      if (refused) continue;
      const auto more = world_.closure(x);
      out.insert(more.begin(), more.end());
    }
    return out;
  }

 private:
  Kind kind(const EntryId& x) const { return world_.body(x).kind; }
  DeviceId author(const EntryId& x) const { return world_.body(x).author; }
  bool is_add(const EntryId& x) const {
    return kind(x) == Kind::device_add || kind(x) == Kind::genesis;
  }
  DeviceId target(const EntryId& x) {
    if (const auto at = targets_.find(x); at != targets_.end()) return at->second;
    const auto payload = *decode_payload(kind(x), world_.body(x).payload);
    DeviceId out;
    if (const auto* g = std::get_if<Genesis>(&payload)) out = device_id(g->device);
    if (const auto* a = std::get_if<DeviceAdd>(&payload)) out = device_id(a->device);
    if (const auto* r = std::get_if<DeviceRemove>(&payload)) out = r->device;
    return targets_[x] = out;
  }
  // Rule 11, which the model has no word for: an add of keys that its past has seen.
  bool reused(const EntryId& x) {
    if (kind(x) != Kind::device_add) return false;
    for (const auto& y : world_.past(x)) {
      if (is_add(y) && target(y) == target(x)) return true;
    }
    return false;
  }
  bool chain(const EntryId& x, const Ids& ids, const EntryId& r) {
    const DeviceId d = target(r);
    EntryId y = x;
    while (kind(y) != Kind::genesis) {
      if (author(y) == d && y != r && !world_.past(r).contains(y)) return true;
      std::optional<EntryId> z;
      for (const auto& q : ids) {
        if (is_add(q) && target(q) == author(y) && birth(q)) z = q;
      }
      if (!z) return false;
      y = *z;
    }
    return false;
  }

  const World& world_;
  std::map<EntryId, bool> births_;
  std::map<EntryId, DeviceId> targets_;
};

}  // namespace troth::circle::test
