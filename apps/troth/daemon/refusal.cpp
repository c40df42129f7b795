// What an error says beyond its code: whose state explains it, and on which device the next step is
// to be done.
#include <algorithm>

#include "apps/troth/daemon/daemon.hpp"
#include "shell/texts/safe_text.hpp"
#include "shell/texts/texts.hpp"

namespace troth::app {

namespace {
bool is_outside(const IdentityQuery::Answer& self) {
  return self.state == EngineState::waiting_to_join || self.state == EngineState::new_device;
}
}  // namespace

void Daemon::unknown(const Request& request, Errc code, std::string_view reason) {
  if (!pump_->is_open()) return request.failed(closed());
  const auto self = pump_->query(IdentityQuery{});
  if (self && is_outside(*self)) return request.failed(Errc::not_live, "no_circle");
  request.failed(code, reason);
}

std::string_view Daemon::why(Errc code, std::string_view reason) const {
  if (!shell::find_text(reason).empty()) return reason;
  if (code != Errc::not_live && code != Errc::exists) return reason;
  const auto self = pump_->query(IdentityQuery{});
  if (!self) return reason;
  if (self->state == EngineState::removed) {
    const auto status = pump_->query(StatusQuery{});
    return status && status->reason == "left" ? "has_left" : "was_removed";
  }
  if (is_outside(*self) && code == Errc::not_live) return "no_circle";
  return reason;
}

const CategoryInfo* Daemon::named_category(const Request& request) {
  const auto found = book().find_category(request.text("category"));
  return found.index ? &book().categories[*found.index] : nullptr;
}

// Queries say by their code alone that this device lacks consent, and edits by the first grant that
// explains it: how the newest one stands says more.
std::string_view Daemon::consent_key(const Request& request, Errc code) {
  const std::string_view plain = code == Errc::revoked         ? "consent.withdrawn"
                                 : code == Errc::grant_expired ? "consent.ended"
                                 : code == Errc::no_grant      ? "consent.no_consent"
                                                               : "";
  const auto* category = plain.empty() ? nullptr : named_category(request);
  if (category == nullptr) return plain;
  const auto found = book().reasons.find(category->category);
  return found == book().reasons.end() ? plain : std::string_view(found->second);
}

// Whoever gave it before, else whoever has it without limits.
std::string Daemon::who_could_share(const CategoryId& category) {
  const auto in_use = [&](const DeviceId& id) {
    const auto& all = book().devices;
    return std::any_of(all.begin(), all.end(), [&](const DeviceInfo& one) {
      return one.device == id && !one.is_self && one.state == DeviceState::live;
    });
  };
  const auto grants = pump_->query(ConsentQuery{true});
  const auto self = pump_->query(IdentityQuery{});
  DeviceId giver;
  DeviceId holder;
  for (const auto& grant : grants.value_or(ConsentQuery::Answer{})) {
    if (grant.category != category) continue;
    const bool whole = grant.state == GrantState::active && grant.direction == Direction::both;
    if (whole && in_use(grant.device)) holder = grant.device;
    const bool ours = self && grant.device == self->device;
    if (ours && in_use(grant.given_by)) giver = grant.given_by;
  }
  const DeviceId best = giver.is_zero() ? holder : giver;
  if (best.is_zero()) return shell::say("another_device");
  return shell::safe_quoted(book().device_name(best));
}

Json Daemon::refusal(const Request& request, Errc code, std::string_view reason) {
  if (code == Errc::locked) code = closed();
  reason = why(code, reason);
  if (!reason.starts_with("consent.")) return error_json(code, reason);
  if (const auto newest = consent_key(request, code); !newest.empty()) reason = newest;
  const auto* category = named_category(request);
  const auto self = pump_->query(IdentityQuery{});
  const std::string own = self ? shell::safe_quoted(self->name) : "DEVICE";
  const std::string what = category == nullptr ? "CATEGORY" : shell::safe_quoted(category->name);
  const std::string other =
      category == nullptr ? shell::say("another_device") : who_could_share(category->category);
  return error_json(code, reason, {}, {what, other, own});
}

}  // namespace troth::app
