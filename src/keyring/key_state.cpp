#include "keyring/key_state.hpp"

#include <algorithm>
#include <tuple>

#include "base/limits.hpp"
#include "base/plant.hpp"
#include "keyring/coverage.hpp"

namespace troth::keyring {
namespace {

using circle::BoxInfo;
using circle::EpochInfo;

// Only what this device may hold counts: a box from before a withdrawal stays in the log and is not
// opened again.
bool lacks_something(const circle::CircleView& view, const BoxInfo& box, const Keyring& ring,
                     const DeviceId& self, const std::optional<CategoryId>& category) {
  for (std::size_t i = 0; i < box.epochs.size(); ++i) {
    const auto& name = box.epochs[i];
    if ((category && name.category != *category) || !view.entitled(self, name.category)) continue;
    if (!coverage(view, name.category, self).holds(name.epoch)) continue;
    const auto* held = ring.find(name.category, name.epoch);
    if (held == nullptr || (box.history[i] && !held->has_history())) return true;
  }
  return false;
}

KeyReason why_unclean(const Survey& survey) {
  for (const auto* head : heads(survey)) {
    switch (cleanness(survey, *head)) {
      case Cleanness::clean:
        return KeyReason::head_not_held;
      case Cleanness::recipient_out:
        return KeyReason::recipient_out;
      case Cleanness::end_unknown:
        return KeyReason::end_unknown;
      case Cleanness::void_entry:
        break;
    }
  }
  return KeyReason::void_entry;
}

bool is_first_maker(const Survey& survey, const DeviceId& self) {
  if (survey.category == circle::kControl) return survey.view->live(self);
  const auto* category = survey.view->category(survey.category);
  return category != nullptr && category->creator == self;
}

CategoryKeys without_key(const Survey& survey, const Keyring& ring, const DeviceId& self) {
  if (survey.epochs->empty()) {
    const bool mine = is_first_maker(survey, self);
    return {mine ? KeyState::needs_rotation : KeyState::waiting_for_holder,
            KeyReason::no_epoch_yet,
            {}};
  }
  const bool opening = !pending_boxes(*survey.view, ring, self, survey.category).empty();
  return {KeyState::waiting_for_holder,
          opening ? KeyReason::opening_box : KeyReason::waiting_for_holder,
          {}};
}

// Entitled devices that were given an epoch of the category, best placed to act first.
std::vector<DeviceId> holders(const Survey& survey) {
  std::vector<DeviceId> out;
  for (const bool want_full : {true, false}) {
    for (const auto& [device, full] : survey.entitled) {
      if (full != want_full) continue;
      const bool holds =
          std::any_of(survey.epochs->begin(), survey.epochs->end(),
                      [&id = device](const auto& e) { return e.second.given(id).has_value(); });
      if (holds) out.push_back(device);
    }
  }
  return out;
}

constexpr std::uint64_t kWrapStepMs = 2 * limits::kSecond;

}  // namespace

std::optional<EpochId> sealing_epoch(const Survey& survey, const Keyring& ring) {
  const auto usable = planted(Plant::seal_unclean) ? heads(survey) : clean_heads(survey);
  for (const auto* head : usable) {
    if (ring.find(survey.category, head->id) != nullptr) return head->id;
  }
  return std::nullopt;
}

CategoryKeys key_state(const Survey& survey, const Keyring& ring, const DeviceId& self) {
  if (survey.view->frozen()) return {KeyState::frozen, KeyReason::circle_frozen, {}};
  if (!survey.is_entitled(self)) return {KeyState::waiting_for_holder, KeyReason::not_entitled, {}};
  if (const auto epoch = sealing_epoch(survey, ring))
    return {KeyState::ready, KeyReason::ok, epoch};
  if (!ring.holds(survey.category)) return without_key(survey, ring, self);
  // A clean head whose box waits for the keystore is better than one more epoch.
  const bool has_clean = !clean_heads(survey).empty();
  if (has_clean && !pending_boxes(*survey.view, ring, self, survey.category).empty()) {
    return {KeyState::waiting_for_holder, KeyReason::opening_box, {}};
  }
  return {KeyState::needs_rotation, why_unclean(survey), {}};
}

const char* reason_key(KeyReason reason) {
  switch (reason) {
    case KeyReason::ok:
      return "keys.ok";
    case KeyReason::circle_frozen:
      return "keys.circle_frozen";
    case KeyReason::not_entitled:
      return "keys.not_entitled";
    case KeyReason::no_epoch_yet:
      return "keys.no_epoch_yet";
    case KeyReason::waiting_for_holder:
      return "keys.waiting_for_holder";
    case KeyReason::opening_box:
      return "keys.opening_box";
    case KeyReason::void_entry:
      return "keys.void_entry";
    case KeyReason::recipient_out:
      return "keys.recipient_out";
    case KeyReason::end_unknown:
      return "keys.end_unknown";
    case KeyReason::head_not_held:
      return "keys.head_not_held";
  }
  return "keys.unknown";
}

std::vector<BoxInfo> pending_boxes(const circle::CircleView& view, const Keyring& ring,
                                   const DeviceId& self, std::optional<CategoryId> category) {
  auto out = view.boxes_for(self, [&](const BoxInfo& box) {
    return !ring.is_bad(box.entry) && lacks_something(view, box, ring, self, category);
  });
  std::reverse(out.begin(), out.end());
  return out;
}

Result<std::vector<EpochSecret>> open_box_info(const circle::CircleView& view, const DeviceId& self,
                                               const BoxInfo& box, const Secret32& dh) {
  const auto* device = view.device(self);
  if (device == nullptr) return fail(Errc::unknown_device);
  BoxBinding binding{view.circle(), box.author, self, {}};
  for (const auto& name : box.epochs) {
    const auto* epoch = view.epoch(name.category, name.epoch);
    if (epoch == nullptr) return fail(Errc::not_found);
    binding.epochs.push_back({name.category, name.epoch.number, epoch->commitment});
  }
  TROTH_TRY(auto keys,
            open_box(dh, binding, {device->descriptor.agree, device->descriptor.box_secret},
                     box.enc, box.ciphertext));
  for (std::size_t i = 0; i < keys.size(); ++i) {
    // The log says that the history key is inside; a box without it is as wrong as a wrong key.
    if (box.history[i] && !keys[i].has_history()) return fail(Errc::commitment_mismatch);
  }
  return keys;
}

bool others_hold(const circle::CircleView& view, const CategoryId& category,
                 const DeviceId& device) {
  const auto& devices = view.devices();
  return std::any_of(devices.begin(), devices.end(), [&](const auto& other) {
    return other.first != device && view.entitled(other.first, category);
  });
}

namespace {

// Ended by its time, and no withdrawal came behind it: that one erases what had ended before, too.
bool paused_by_time(const circle::CircleView& view, const circle::GrantInfo& grant) {
  if (grant.reason != circle::Reason::expired) return false;
  const auto ends = view.ends(grant.terms.category);
  return std::none_of(ends.begin(), ends.end(), [&](const circle::EndInfo& end) {
    return end.kind == circle::Kind::withdraw && end.device == grant.terms.subject &&
           covers(end.direction, Direction::receive) &&
           !view.is_ancestor(end.entry, grant.ref.entry);
  });
}

}  // namespace

std::vector<CategoryId> to_erase(const circle::CircleView& view, const Keyring& ring,
                                 const DeviceId& self) {
  std::vector<CategoryId> out;
  for (const auto& category : ring.categories()) {
    if (view.entitled(self, category)) continue;
    const auto grants = view.grants_of(self, category);
    const bool by_time = std::any_of(grants.begin(), grants.end(), [&](const auto* grant) {
      return paused_by_time(view, *grant);
    });
    // Withdrawals that met may leave nobody: what is here is then the only copy, and it stays shut.
    const bool last = !others_hold(view, category, self);
    if (!view.live(self) || !(by_time || last)) out.push_back(category);
  }
  return out;
}

std::optional<std::uint64_t> wrap_delay(const Survey& survey, const DeviceId& self) {
  const auto list = holders(survey);
  const auto at = std::find(list.begin(), list.end(), self);
  if (at == list.end()) return std::nullopt;
  return static_cast<std::uint64_t>(at - list.begin()) * kWrapStepMs;
}

std::optional<std::uint64_t> idle_rotation_delay(const Survey& survey, const Keyring& ring,
                                                 const DeviceId& self) {
  const auto newest = ring.newest(survey.category, 1);
  if (newest.empty() || !survey.is_entitled(self)) return std::nullopt;
  const auto list = holders(survey);
  const auto mine = newest.front()->rank(self);
  std::uint64_t before = 0;
  for (const auto& device : list) before += newest.front()->rank(device) < mine ? 1 : 0;
  const std::uint64_t count = std::max<std::uint64_t>(1, list.size());
  return before * (limits::kDay / count);
}

std::optional<WallMs> scheduled_rotation(const Survey& survey, const Keyring& ring,
                                         const DeviceId& self) {
  const auto clean = clean_heads(survey);
  const auto delay = idle_rotation_delay(survey, ring, self);
  if (clean.empty() || !delay) return std::nullopt;
  std::uint64_t newest = 0;
  for (const auto* head : clean) newest = std::max(newest, head->at.ms);
  return WallMs{newest + limits::kScheduledRotationMs + *delay};
}

bool holds_all_links(const Survey& survey, const Keyring& ring, const DeviceId& self) {
  if (!pending_boxes(*survey.view, ring, self, survey.category).empty()) return false;
  const auto clean = clean_heads(survey);
  return std::all_of(clean.begin(), clean.end(), [&](const auto* head) {
    const auto* held = ring.find(survey.category, head->id);
    return held != nullptr && (held->has_history() || !head->history || !survey.full_history(self));
  });
}

bool rotation_exempt(const Survey& survey) { return clean_heads(survey).size() != 1; }

bool may_rotate_unforced(const Survey& survey, WallMs now) {
  return std::all_of(survey.epochs->begin(), survey.epochs->end(), [&](const auto& entry) {
    const auto at = entry.second.at.ms;
    return at > now.ms || now.ms - at >= limits::kUnforcedRotationMs;
  });
}

}  // namespace troth::keyring
