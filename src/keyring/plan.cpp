#include "keyring/plan.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "base/plant.hpp"
#include "keyring/coverage.hpp"
#include "keyring/draft_keys.hpp"
#include "keyring/key_state.hpp"

namespace troth::keyring {
namespace {

using circle::EpochInfo;
using circle::Given;

// Rule 1: only who holds the category may make an epoch of it; its first one is its creator's.
Result<> may_rotate(const PlanContext& context, const Survey& survey) {
  if (context.view.frozen()) return fail(Errc::frozen);
  if (!survey.is_entitled(context.self)) return fail(Errc::not_permitted);
  if (!survey.epochs->empty()) {
    return require(context.ring.holds(survey.category), Errc::no_key);
  }
  if (survey.category == circle::kControl) return {};
  const auto* category = context.view.category(survey.category);
  if (category == nullptr) return fail(Errc::unknown_category);
  // Whoever else is entitled may make it only when the creator is gone and never did.
  return require(category->creator == context.self || !context.view.live(category->creator),
                 Errc::no_key);
}

// Leaves room for the envelope of the entry.
constexpr std::size_t kPayloadRoom = limits::kEntryBytes - 4 * 1024;

// Has the device what its consent covers of this epoch? A box from an earlier consent is not
// covered by one that counts from now on: what is sealed under it would not reach the device.
bool has_enough(const Survey& survey, const EpochInfo& epoch, const DeviceId& device) {
  const auto given = epoch.given(device);
  if (!given) return false;
  if (!survey.full_history(device)) {
    return coverage(*survey.view, survey.category, device).holds(epoch.id);
  }
  return *given == Given::history || !epoch.history;
}

bool has_any(const Survey& survey, const DeviceId& device) {
  return std::any_of(survey.epochs->begin(), survey.epochs->end(),
                     [&](const auto& entry) { return entry.second.given(device).has_value(); });
}

// Rule 7: consent from now on takes effect at the next new epoch. One that was made in knowledge of
// the consent and left the device out may still be boxed to it.
bool wrap_allowed(const Survey& survey, const EpochInfo& epoch, const DeviceId& device) {
  if (survey.full_history(device)) return true;
  const auto grants = survey.view->grants_of(device, survey.category);
  return std::any_of(grants.begin(), grants.end(), [&](const auto* grant) {
    return grant->receives && grant->accepted &&
           survey.view->is_ancestor(*grant->accepted, epoch.entry);
  });
}

struct Wrap {
  const EpochSecret* secret = nullptr;
  DeviceId device;
  bool history = false;
};
struct Lack {
  bool rotate = false;
  std::vector<Wrap> wraps;
};

// This device's key of a head, when it is enough for the other's consent. A full-history device is
// never given half: the history key is a full-history holder's to give.
const EpochSecret* giveable(const PlanContext& context, const Survey& survey, const EpochInfo& head,
                            const DeviceId& device) {
  const auto* secret = context.ring.find(survey.category, head.id);
  if (secret == nullptr || !wrap_allowed(survey, head, device)) return nullptr;
  if (survey.full_history(device) && head.history && !secret->has_history()) return nullptr;
  return secret;
}

// Every clean head may be the one that somebody seals under, so each has to be within reach. One
// that this device holds and may not give asks for a new epoch: consent from now on takes effect
// there, and where several heads stand it is the merge.
void add_lack(const PlanContext& context, const Survey& survey, const DeviceId& device, Lack& out) {
  const auto usable = planted(Plant::wrap_unclean) ? heads(survey) : clean_heads(survey);
  bool served = has_any(survey, device);
  for (const auto* head : usable) {
    if (has_enough(survey, *head, device)) continue;
    if (context.ring.find(survey.category, head->id) == nullptr)
      continue;  // for its holders to give
    const auto* secret = giveable(context, survey, *head, device);
    if (secret == nullptr) {
      out.rotate = true;
      return;
    }
    out.wraps.push_back({secret, device, head->history && survey.full_history(device)});
    served = true;
  }
  if (!served) out.rotate = true;
}

// Would a device with full history still miss an epoch that this one holds? Counted are the boxes
// made for it, these wraps, and links that this device opened itself.
bool misses_some(const PlanContext& context, const Survey& survey, const DeviceId& device,
                 const Lack& lack) {
  Reach reach;
  for (const auto& [id, epoch] : *survey.epochs) {
    const auto given = epoch.given(device);
    if (given) context.ring.extend(reach, {survey.category, id}, *given == Given::history);
  }
  for (const auto& wrap : lack.wraps) {
    if (wrap.device == device) context.ring.extend(reach, wrap.secret->ref(), wrap.history);
  }
  return std::any_of(survey.epochs->begin(), survey.epochs->end(), [&](const auto& entry) {
    return !reach.keys.contains(entry.first) &&
           context.ring.find(survey.category, entry.first) != nullptr;
  });
}

Lack find_lack(const PlanContext& context, const Survey& survey) {
  Lack out;
  for (const auto& [device, full] : survey.entitled) {
    if (device != context.self) add_lack(context, survey, device, out);
  }
  if (!survey.full_history(context.self)) return out;
  for (const auto& [device, full] : survey.entitled) {
    if (out.rotate) break;
    if (full && device != context.self) out.rotate = misses_some(context, survey, device, out);
  }
  return out;
}

// What is still to be opened comes first: this device may be about to learn that nobody lacks
// anything.
bool may_give(const PlanContext& context, const Survey& survey) {
  return may_rotate(context, survey) && context.ring.holds(survey.category) &&
         pending_boxes(context.view, context.ring, context.self, survey.category).empty();
}

std::vector<CategoryId> all_categories(const circle::CircleView& view) {
  std::vector<CategoryId> out{circle::kControl};
  for (const auto& [id, category] : view.categories()) out.push_back(id);
  return out;
}

// False when the entry is full: the category goes to `left`.
bool add_rotation(DraftKeys& draft, const Survey& survey, std::vector<CategoryId>& left, Rng& rng) {
  const bool first = draft.empty();
  draft.rotate(survey, rng);
  if (first || draft.estimate() <= kPayloadRoom) return true;
  draft.drop_rotation();
  left.push_back(survey.category);
  return false;
}

void add_wraps(DraftKeys& draft, const Survey& survey, const Lack& lack,
               std::vector<CategoryId>& left) {
  for (const auto& wrap : lack.wraps) {
    if (!draft.empty() && draft.estimate() + DraftKeys::kWrapBytes > kPayloadRoom) {
      left.push_back(survey.category);
      return;
    }
    draft.wrap(*wrap.secret, wrap.device, wrap.history);
  }
}

}  // namespace

Result<KeysPlan> plan_rotation(const PlanContext& context, std::span<const CategoryId> categories,
                               Rng& rng) {
  DraftKeys draft(context);
  std::vector<CategoryId> left;
  for (const auto& category : categories) {
    const auto found = survey(context.view, category, context.now);
    TROTH_CHECK(may_rotate(context, found));
    add_rotation(draft, found, left, rng);
  }
  TROTH_TRY(auto plan, std::move(draft).finish(rng));
  plan.left = std::move(left);
  return plan;
}

Result<KeysPlan> plan_wraps(const PlanContext& context, Rng& rng) {
  DraftKeys draft(context);
  std::vector<CategoryId> left;
  for (const auto& category : all_categories(context.view)) {
    const auto found = survey(context.view, category, context.now);
    if (!may_give(context, found)) continue;
    const auto lack = find_lack(context, found);
    if (lack.rotate) {
      add_rotation(draft, found, left, rng);
    } else {
      add_wraps(draft, found, lack, left);
    }
  }
  TROTH_TRY(auto plan, std::move(draft).finish(rng));
  plan.left = std::move(left);
  return plan;
}

bool wraps_needed(const PlanContext& context, const CategoryId& category) {
  const auto found = survey(context.view, category, context.now);
  if (!may_give(context, found)) return false;
  const auto lack = find_lack(context, found);
  return lack.rotate || !lack.wraps.empty();
}

std::vector<DeviceId> waiting_for_key(const Survey& survey) {
  // A device whose consent was withdrawn and given again holds old keys, but not those in use.
  const auto usable = clean_heads(survey);
  std::vector<DeviceId> out;
  for (const auto& [device, full] : survey.entitled) {
    const auto misses = [&survey, &id = device](const EpochInfo* head) {
      return !has_enough(survey, *head, id);
    };
    const bool lacks = std::any_of(usable.begin(), usable.end(), misses);
    if (usable.empty() ? !has_any(survey, device) : lacks) out.push_back(device);
  }
  return out;
}

namespace {

// It was given the epoch before this head, and whoever made this one knew of all that it agreed to:
// only a clock can have left it out.
bool left_out_by_clock(const Survey& survey, const EpochInfo& head, const DeviceId& device) {
  const auto grants = survey.view->grants_of(device, survey.category);
  const bool known = std::all_of(grants.begin(), grants.end(), [&](const auto* grant) {
    if (!grant->receives || !grant->accepted) return true;
    return grant->terms.until && survey.view->is_ancestor(*grant->accepted, head.entry);
  });
  return known && std::any_of(head.prev.begin(), head.prev.end(), [&](const EpochId& id) {
           const auto before = survey.epochs->find(id);
           return before != survey.epochs->end() && before->second.given(device).has_value();
         });
}

}  // namespace

bool lacks_by_clock(const Survey& survey) {
  const auto usable = clean_heads(survey);
  const auto waiting = waiting_for_key(survey);
  return !waiting.empty() && !usable.empty() &&
         std::all_of(waiting.begin(), waiting.end(), [&](const DeviceId& device) {
           return std::all_of(usable.begin(), usable.end(), [&](const EpochInfo* head) {
             return has_enough(survey, *head, device) || left_out_by_clock(survey, *head, device);
           });
         });
}

}  // namespace troth::keyring
