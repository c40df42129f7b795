#include "policy/policy.hpp"

#include <algorithm>

namespace troth::policy {

using circle::CircleView;
using circle::Reason;

namespace {

// What the log would take but a person should not be led into. The log's own rules come after.
class Advice {
 public:
  Advice(const CircleView& view, const DeviceId& signer) : view_(view), signer_(signer) {}

  template <class T>
  Reason operator()(const T&) const {
    return Reason::ok;
  }
  Reason operator()(const circle::Opaque&) const { return Reason::not_built; }
  Reason operator()(const circle::DeviceRemove& remove) const;
  Reason operator()(const circle::DeviceRename& rename) const { return live(rename.device); }
  Reason operator()(const circle::Withdraw& withdraw) const;
  Reason operator()(const circle::Accept& accept) const;
  Reason operator()(const circle::CategoryUpdate& update) const { return in_use(update.category); }
  Reason operator()(const circle::CategoryRetire& retire) const { return in_use(retire.category); }

 private:
  Reason live(const DeviceId& device) const {
    if (view_.device(device) == nullptr) return Reason::unknown_device;
    return view_.live(device) ? Reason::ok : Reason::device_not_live;
  }
  Reason in_use(const CategoryId& category) const {
    const auto* info = view_.category(category);
    if (info == nullptr) return Reason::unknown_category;
    return info->retired ? Reason::category_retired : Reason::ok;
  }

  const CircleView& view_;
  const DeviceId& signer_;
};

Reason Advice::operator()(const circle::DeviceRemove& remove) const {
  const bool leaving = remove.why == circle::RemoveWhy::left;
  if (remove.device == signer_ && !leaving) return Reason::remove_self;
  if (remove.device != signer_ && leaving) return Reason::not_self;
  const auto* device = view_.device(remove.device);
  if (device == nullptr) return Reason::unknown_device;
  // Once more, where more of what it signed is to be taken back (rule 23).
  if (device->state == circle::DeviceState::removed)
    return remove.revert.empty() ? Reason::already_removed : Reason::ok;
  // Removing the last device would freeze the circle for good (rule 4.6).
  const auto left = view_.live_devices();
  const bool last = left.size() == 1 && left.front() == remove.device;
  return last ? Reason::last_device : Reason::ok;
}

Reason Advice::operator()(const circle::Withdraw& withdraw) const {
  if (withdraw.category == circle::kControl) return Reason::control_is_not_granted;
  const auto grants = view_.grants_of(withdraw.device, withdraw.category);
  const bool any = std::any_of(grants.begin(), grants.end(), [&](const auto* grant) {
    const bool open = grant->active() || grant->reason == Reason::not_accepted;
    return open && overlaps(grant->terms.direction, withdraw.direction);
  });
  return any ? Reason::ok : Reason::nothing_to_withdraw;
}

// Taking an offer that is withdrawn or over already would promise what cannot come.
Reason Advice::operator()(const circle::Accept& accept) const {
  for (const auto index : accept.accepted) {
    const auto* grant = view_.grant({accept.entry, index});
    if (grant == nullptr) return Reason::unknown_offer;
    if (!grant->active() && grant->reason != Reason::not_accepted) return grant->reason;
  }
  return Reason::ok;
}

Verdict verdict(Reason reason) {
  if (reason == Reason::ok) return {true, reason, ""};
  return {false, reason, circle::reason_key(reason)};
}

}  // namespace

Verdict may_sign(const circle::Payload& payload, const CircleView& view, const DeviceId& signer,
                 WallMs at) {
  if (view.frozen()) return verdict(Reason::circle_frozen);
  if (view.device(signer) == nullptr) return verdict(Reason::author_unknown);
  if (!view.live(signer)) return verdict(Reason::author_not_live);
  if (const Reason r = std::visit(Advice(view, signer), payload); r != Reason::ok)
    return verdict(r);
  return verdict(view.may_write(payload, signer, at));
}

}  // namespace troth::policy
