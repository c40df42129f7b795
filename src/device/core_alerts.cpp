// Core, what a person should look at: bounded, whoever causes it (design 9, spec 09 §8).
#include <algorithm>

#include "device/core.hpp"

namespace troth::device {
namespace {

// So that names sort as the numbers do.
std::string row(std::uint64_t id) {
  Bytes bytes;
  append_be64(bytes, id);
  return "alert/id/" + to_hex(bytes);
}

// Whose place a new one takes: the oldest that was read, else the oldest.
const Alert& least(const std::vector<Alert>& all) {
  const auto read = std::find_if(all.begin(), all.end(), [](auto& a) { return a.acknowledged; });
  return read != all.end() ? *read : all.front();
}

// What an entry that is held says, as one of a few kinds of alert (rule 4.4).
std::string_view held_kind(circle::Reason reason, circle::Kind kind) {
  if (reason == circle::Reason::fork) return "held_fork";
  if (reason != circle::Reason::author_removed_here && reason != circle::Reason::author_not_live)
    return "held_not_allowed";
  if (kind == circle::Kind::device_remove) return "held_remove";
  if (kind == circle::Kind::device_add) return "held_add";
  if (kind == circle::Kind::grant || kind == circle::Kind::accept ||
      kind == circle::Kind::category_create)
    return "held_consent";
  if (kind == circle::Kind::withdraw || kind == circle::Kind::expire) return "held_end";
  return "held_entry";
}

}  // namespace

// "Phone, which was removed, says: take a device out." Who is not known here has no name to show,
// and whoever signs for ever new devices must not fill the list with them.
void Core::alert_held(const circle::HeldEntry& held) {
  const auto body = circle::decode_body(log_->held_entry(held.id)->body);
  if (!body) return;
  const bool known = view().device(body->author) != nullptr;
  alert(held_kind(held.reason, body->kind), known ? body->author : DeviceId{});
}

void Core::alert(std::string_view kind, const DeviceId& about) {
  auto all = alerts();
  if (!good(all)) return;
  const auto same = std::find_if(all->begin(), all->end(), [&](const Alert& alert) {
    return !alert.acknowledged && alert.kind == kind && alert.device == about;
  });
  if (same != all->end()) {
    // Not for every one of many: each is a write that lasts.
    if (now_.wall.ms < same->at.ms + limits::kAlertAgainMs) return;
    touch(store::Durability::full);
    same->at = now_.wall;
    good(meta_->put(row(same->id), wire::encode(*same), *rng_));
    return;
  }
  touch(store::Durability::full);
  if (all->size() >= limits::kAlerts) good(meta_->erase(row(least(*all).id)));
  const auto last = meta_->get_u64("alert/last");
  if (!good(last)) return;
  const std::uint64_t id = last->value_or(0) + 1;
  Alert alert{id, now_.wall, std::string(kind), about, false};
  good(meta_->put(row(id), wire::encode(alert), *rng_));
  good(meta_->put_u64("alert/last", id, *rng_));
  out_.emit(AlertRaised{id});
}

Result<std::vector<Alert>> Core::alerts() const {
  std::vector<Alert> out;
  TROTH_TRY(const auto stored, meta_->list("alert/id/"));
  for (const auto& [name, value] : stored) {
    TROTH_TRY(auto alert, wire::decode<Alert>(value));
    out.push_back(std::move(alert));
  }
  return out;
}

Result<> Core::acknowledge(std::uint64_t alert) {
  TROTH_TRY(const auto stored, meta_->get(row(alert)));
  if (!stored) return fail(Errc::not_found);
  TROTH_TRY(auto found, wire::decode<Alert>(*stored));
  found.acknowledged = true;
  touch(store::Durability::full);
  return meta_->put(row(alert), wire::encode(found), *rng_);
}

}  // namespace troth::device
