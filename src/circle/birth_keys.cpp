// Rule 1 for `keys`: only a holder writes them, and only to devices that are entitled in its own
// past.
#include <algorithm>
#include <set>

#include "circle/birth.hpp"

namespace troth::circle {
namespace {

const EpochIndex* epoch_index(const State& state, const EpochName& name) {
  const auto at = state.index().epochs.find(name);
  return at == state.index().epochs.end() ? nullptr : &at->second;
}

// The highest number of the category, read from the newest entry back: numbers hardly ever fall.
bool number_reachable(const Scope& past, const CategoryId& category, std::uint64_t number) {
  if (number <= 1) return number == 1;
  const auto at = past.state().index().categories.find(category);
  if (at == past.state().index().categories.end()) return false;
  const auto& entries = at->second.epochs;
  return std::any_of(entries.rbegin(), entries.rend(), [&](Node node) {
    if (!past.valid(node)) return false;
    const auto& epochs = past.state().at(node).as<Keys>()->epochs;
    return std::any_of(epochs.begin(), epochs.end(), [&](const EpochDef& e) {
      return e.category == category && e.number + 1 >= number;
    });
  });
}

bool has_epochs(const Scope& past, const CategoryId& category) {
  const auto at = past.state().index().categories.find(category);
  return at != past.state().index().categories.end() &&
         std::any_of(at->second.epochs.rbegin(), at->second.epochs.rend(),
                     [&](Node node) { return past.valid(node); });
}

Reason check_epoch(const Scope& past, const EpochDef& epoch) {
  if (past.epoch_known({epoch.category, epoch.id()})) return Reason::epoch_exists;
  for (const auto& prev : epoch.prev) {
    if (!past.epoch_known({epoch.category, prev})) return Reason::unknown_epoch;
    if (prev.number >= epoch.number) return Reason::bad_epoch_number;
  }
  return number_reachable(past, epoch.category, epoch.number) ? Reason::ok
                                                              : Reason::bad_epoch_number;
}

Reason check_author(const Scope& past, const DeviceId& author, const CategoryId& category) {
  if (category != kControl && !past.category_known(category)) return Reason::unknown_category;
  if (!past.entitled(author, category)) return Reason::not_a_holder;
  // The first epoch of a category needs no key; every later one comes from somebody who holds one.
  const bool holds = past.held_category(author, category) || !has_epochs(past, category);
  return holds ? Reason::ok : Reason::not_a_holder;
}

// Rule 7: a from-now device is boxed epochs made after its consent, or made here.
bool made_after_consent(const Scope& past, const DeviceId& device, const EpochName& name) {
  const auto& state = past.state();
  const auto* epoch = epoch_index(state, name);
  const auto at = state.index().grants.find({device, name.category});
  if (epoch == nullptr || at == state.index().grants.end()) return false;
  for (const Node grant : at->second) {
    const auto terms = state.terms(grant);
    for (std::uint32_t i = 0; i < terms.size(); ++i) {
      if (terms[i].subject != device || terms[i].category != name.category) continue;
      if (!past.active(grant, i, terms[i], Direction::receive)) continue;
      const auto accept = past.accepted(grant, i);
      const bool before = std::any_of(epoch->defs.begin(), epoch->defs.end(), [&](Node def) {
        return past.valid(def) && state.in_past(*accept, def);
      });
      if (before) return true;
    }
  }
  return false;
}

bool has_history(const Scope& past, const EpochName& name) {
  const auto* epoch = epoch_index(past.state(), name);
  if (epoch == nullptr) return false;
  return std::any_of(epoch->defs.begin(), epoch->defs.end(), [&](Node def) {
    if (!past.valid(def)) return false;
    const auto& epochs = past.state().at(def).as<Keys>()->epochs;
    return std::any_of(epochs.begin(), epochs.end(), [&](const EpochDef& e) {
      return e.category == name.category && e.id() == name.epoch && e.history;
    });
  });
}

Reason check_boxed(const Scope& past, const Keys& keys, const DeviceId& device,
                   const BoxedKey& key) {
  const EpochName name = epoch_at(keys, key.epoch);
  if (!past.entitled(device, name.category)) return Reason::recipient_not_entitled;
  const bool all = past.granted_history(device, name.category);
  if (key.history && !all) return Reason::history_not_granted;
  if (key.epoch < keys.epochs.size()) return Reason::ok;
  if (key.history && !has_history(past, name)) return Reason::bad_box;
  return all || made_after_consent(past, device, name) ? Reason::ok : Reason::from_now_too_early;
}

std::set<CategoryId> categories_of(const Keys& keys) {
  std::set<CategoryId> out;
  for (const auto& epoch : keys.epochs) out.insert(epoch.category);
  for (const auto& wrap : keys.wraps) out.insert(wrap.category);
  return out;
}

}  // namespace

Reason may_write_keys(const Scope& past, const DeviceId& author, const Keys& keys) {
  for (const auto& category : categories_of(keys)) {
    if (const Reason r = check_author(past, author, category); r != Reason::ok) return r;
  }
  for (const auto& epoch : keys.epochs) {
    if (const Reason r = check_epoch(past, epoch); r != Reason::ok) return r;
  }
  for (const auto& wrap : keys.wraps) {
    if (!past.epoch_known(wrap)) return Reason::unknown_epoch;
  }
  for (const auto& box : keys.boxes) {
    for (const auto& key : box.keys) {
      if (const Reason r = check_boxed(past, keys, box.device, key); r != Reason::ok) return r;
    }
  }
  return Reason::ok;
}

namespace {

// What valid entries of the past gave the device itself.
std::vector<EpochName> given(const Scope& past, const DeviceId& device,
                             const CategoryId& category) {
  std::vector<EpochName> out;
  const auto& holdings = past.state().index().holdings;
  const auto at = holdings.find({device, category});
  if (at == holdings.end()) return out;
  for (const Node node : at->second) {
    if (!past.valid(node)) continue;
    const auto& keys = *past.state().at(node).as<Keys>();
    if (past.state().at(node).author() == device) {
      for (const auto& epoch : keys.epochs) out.push_back({epoch.category, epoch.id()});
    }
    for (const auto& box : keys.boxes) {
      if (box.device != device) continue;
      for (const auto& key : box.keys) out.push_back(epoch_at(keys, key.epoch));
    }
  }
  std::erase_if(out, [&](const EpochName& name) { return name.category != category; });
  return out;
}

std::set<EpochName> had(const Scope& past, const DeviceId& device, const CategoryId& category) {
  std::set<EpochName> out;
  for (auto at = given(past, device, category); !at.empty();) {
    const auto name = at.back();
    at.pop_back();
    const auto* epoch = out.insert(name).second ? epoch_index(past.state(), name) : nullptr;
    if (epoch == nullptr) continue;
    for (const Node def : epoch->defs) {
      if (!past.valid(def)) continue;
      for (const auto& made : past.state().at(def).as<Keys>()->epochs) {
        if (made.category != category || made.id() != name.epoch) continue;
        for (const auto& prev : made.prev) at.push_back({category, prev});
      }
    }
  }
  return out;
}

}  // namespace

std::vector<EpochName> epochs_held(const Scope& past, const DeviceId& author, const Keys& keys) {
  std::vector<EpochName> out;
  for (const auto& category : categories_of(keys)) {
    const auto held = had(past, author, category);
    for (std::size_t i = 0; i < keys.epochs.size() + keys.wraps.size(); ++i) {
      auto name = epoch_at(keys, i);
      if (name.category == category && held.contains(name)) out.push_back(std::move(name));
    }
  }
  return out;
}

}  // namespace troth::circle
