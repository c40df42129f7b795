#include "consent/permits.hpp"

#include <algorithm>

#include "base/plant.hpp"

namespace troth::consent {
namespace {

using circle::CircleView;
using circle::GrantInfo;
using circle::Reason;

Direction needed(Action action) {
  return action == Action::seal ? Direction::send : Direction::receive;
}

Why about_category(Action action, const CategoryId& id, const CircleView& view) {
  if (view.data_stopped()) return Why::upgrade_needed;
  const auto* category = view.category(id);
  if (category == nullptr) return Why::unknown_category;
  if (category->is_void) return Why::category_void;
  if (action == Action::seal && category->retired) return Why::category_retired;
  if (action == Action::seal && view.frozen()) return Why::circle_frozen;
  return Why::ok;
}

Why about_device(const DeviceId& id, const CircleView& view) {
  if (view.device(id) == nullptr) return Why::unknown_device;
  return view.live(id) ? Why::ok : Why::device_removed;
}

bool is_paused(Action action, const CategoryId& category, const DeviceId& subject,
               const LocalState& local) {
  if (action != Action::send && action != Action::receive) return false;
  return local.all_paused || local.paused_categories.contains(category) ||
         local.paused_devices.contains(subject);
}

bool active(const GrantInfo& grant, Direction direction) {
  const bool by_log = direction == Direction::send ? grant.sends : grant.receives;
  return by_log || (planted(Plant::ignore_withdrawal) && grant.reason == Reason::withdrawn);
}

// The reason that helps most when several grants exist and none is active: what was latest true.
Why why_not(const std::vector<const GrantInfo*>& grants, Direction direction) {
  Why best = Why::no_consent;
  for (const auto* grant : grants) {
    if (grant->active()) {
      if (direction == Direction::send) return Why::receive_only;
      continue;
    }
    if (grant->reason == Reason::withdrawn) return Why::withdrawn;
    if (grant->reason == Reason::expired) best = Why::ended;
    if (grant->reason == Reason::not_accepted && best == Why::no_consent) best = Why::not_accepted;
    if (grant->reason == Reason::send_only_unsupported) best = Why::send_only_unsupported;
  }
  return best;
}

Verdict about_grants(const CategoryId& category, const DeviceId& subject, Direction direction,
                     const CircleView& view, WallMs now) {
  const auto grants = view.grants_of(subject, category);
  bool any = false;
  bool ended = false;
  Verdict out;
  for (const auto* grant : grants) {
    if (!active(*grant, direction)) continue;
    if (grant->terms.until && *grant->terms.until <= now) {
      ended = true;
      continue;
    }
    if (!any) out.until = grant->terms.until;
    if (any && out.until) {  // the longest one counts; without an end is longest
      out.until = grant->terms.until ? std::max(out.until, grant->terms.until) : std::nullopt;
    }
    any = true;
  }
  if (any) return out;
  return {ended ? Why::ended : why_not(grants, direction), std::nullopt};
}

}  // namespace

Verdict permits(Action action, const CategoryId& category, const DeviceId& subject,
                const CircleView& view, const LocalState& local, WallMs now) {
  if (const auto why = about_device(subject, view); why != Why::ok) return {why, {}};
  if (category == circle::kControl) return {};  // rule 13: by membership, also when paused
  if (const auto why = about_category(action, category, view); why != Why::ok) return {why, {}};
  const auto verdict = about_grants(category, subject, needed(action), view, now);
  if (!verdict.allowed()) return verdict;
  if (is_paused(action, category, subject, local)) return {Why::paused, {}};
  return verdict;
}

bool changes_something(const circle::GrantTerms& terms, const CircleView& view, WallMs now) {
  const auto ends_first = [](std::optional<WallMs> a, std::optional<WallMs> b) {
    return a && (!b || *a < *b);
  };
  const auto grants = view.grants_of(terms.subject, terms.category);
  return std::none_of(grants.begin(), grants.end(), [&](const GrantInfo* grant) {
    const auto& has = grant->terms;
    return grant->active(terms.direction) && !(has.until && *has.until <= now) &&
           !ends_first(has.until, terms.until) &&
           (has.history == History::all || terms.history == History::from_now);
  });
}

Why grantable(Direction direction) {
  return direction == Direction::send ? Why::send_only_unsupported : Why::ok;
}

const char* reason_key(Why why) {
  switch (why) {
    case Why::ok:
      return "consent.ok";
    case Why::upgrade_needed:
      return "consent.upgrade_needed";
    case Why::unknown_category:
      return "consent.unknown_category";
    case Why::category_retired:
      return "consent.category_retired";
    case Why::category_void:
      return "consent.category_void";
    case Why::unknown_device:
      return "consent.unknown_device";
    case Why::device_removed:
      return "consent.device_removed";
    case Why::circle_frozen:
      return "consent.circle_frozen";
    case Why::no_consent:
      return "consent.no_consent";
    case Why::not_accepted:
      return "consent.not_accepted";
    case Why::withdrawn:
      return "consent.withdrawn";
    case Why::ended:
      return "consent.ended";
    case Why::receive_only:
      return "consent.receive_only";
    case Why::send_only_unsupported:
      return "consent.send_only_unsupported";
    case Why::paused:
      return "consent.paused";
  }
  return "consent.unknown";
}

Errc error_of(Why why) {
  switch (why) {
    case Why::ok:
      break;
    case Why::upgrade_needed:
      return Errc::unsupported;
    case Why::unknown_category:
    case Why::category_void:
      return Errc::unknown_category;
    case Why::category_retired:
    case Why::receive_only:
      return Errc::not_permitted;
    case Why::unknown_device:
      return Errc::unknown_device;
    case Why::device_removed:
      return Errc::not_live;
    case Why::circle_frozen:
      return Errc::frozen;
    case Why::no_consent:
    case Why::not_accepted:
      return Errc::no_grant;
    case Why::withdrawn:
      return Errc::revoked;
    case Why::ended:
      return Errc::grant_expired;
    case Why::send_only_unsupported:
      return Errc::send_only_unsupported;
    case Why::paused:
      return Errc::paused;
  }
  return Errc::internal;
}

}  // namespace troth::consent
