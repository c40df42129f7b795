// Peers, what the removed hear: their removal, or that of the device that added them (rule 11).
#include <algorithm>

#include "device/peers.hpp"

namespace troth::device {

// Whom a removed device added, and whom those added, get nothing of the log: they are strangers
// here. What they handed in of themselves is held, and leads to a device that the log knows.
const circle::DeviceInfo* Peers::known_adder(const crypto::P256Public& key) const {
  std::map<DeviceId, DeviceId> adders;
  std::optional<DeviceId> at;
  for (const auto& held : core_.log_->held()) {
    const auto* entry = core_.log_->held_entry(held.id);
    const auto body = entry != nullptr ? circle::decode_body(entry->body) : fail(Errc::not_found);
    if (!body || body->kind != circle::Kind::device_add) continue;
    const auto payload = circle::decode_payload(body->kind, body->payload);
    const auto* add = payload ? std::get_if<circle::DeviceAdd>(&*payload) : nullptr;
    if (add == nullptr) continue;
    adders.emplace(circle::device_id(add->device), body->author);
    if (add->device.agree == key) at = body->author;
  }
  for (std::size_t steps = 0; at && steps < limits::kDevices; ++steps) {
    if (const auto* known = core_.view().device(*at)) return known;
    const auto up = adders.find(*at);
    at = up == adders.end() ? std::nullopt : std::optional(up->second);
  }
  return nullptr;
}

void Peers::tell_why(session::Session& live, const crypto::P256Public& key) {
  const auto* out = core_.view().device_by_key(key);
  if (out == nullptr) out = known_adder(key);
  for (std::size_t steps = 0; out != nullptr && steps < limits::kDevices; ++steps) {
    for (const auto& removal : out->removals) {
      if (const auto* entry = core_.log_->entry(removal.entry)) live.tell_removed(*entry);
    }
    if (out->state != circle::DeviceState::void_add) return;
    out = core_.view().device(out->added_by);
  }
}

// Rule 11: a removal of whoever added us, or of who added that one, which did not know of us.
bool Peers::voids_us(const circle::EntryBody& body, const DeviceId& removed) const {
  const auto& view = core_.view();
  const auto* self = view.device(core_.self_);
  if (self == nullptr) return false;
  const bool knew = std::any_of(body.parents.begin(), body.parents.end(), [&](const EntryId& id) {
    return id == self->entry || view.is_ancestor(self->entry, id);
  });
  const auto* adder = view.device(self->added_by);
  for (std::size_t steps = 0; adder != nullptr && steps < limits::kDevices; ++steps) {
    if (adder->id == removed) return !knew && removed != core_.self_;
    if (adder->added_by == adder->id) return false;
    adder = view.device(adder->added_by);
  }
  return false;
}

// A removed device learns of it from the signed removal alone; it has no way to fetch the rest. It
// believes what its own log would take (rule 4.4): else whoever was removed could sign one himself
// and take a live device out with it.
void Peers::told_removed(const DeviceId& from, const circle::Entry& removal) {
  const auto body = circle::decode_body(removal.body);
  if (!core_.view().live(from) || !body || body->circle != core_.log_->circle()) return;
  const auto payload = circle::decode_payload(body->kind, body->payload);
  const auto* remove = payload ? std::get_if<circle::DeviceRemove>(&*payload) : nullptr;
  if (remove == nullptr) return;
  const bool orphaned = voids_us(*body, remove->device);
  if (remove->device != core_.self_ && !orphaned) return;
  const auto verdict = core_.log_->judge_alone(removal);
  if (verdict == circle::Reason::author_unknown) return told_by_unknown(from);
  if (verdict == circle::Reason::bad_signature || verdict == circle::Reason::malformed) return;
  if (verdict != circle::Reason::ok) return core_.alert("removal_not_believed", body->author);
  was_removed(orphaned ? std::optional(remove->device) : std::nullopt);
}

void Peers::was_removed(std::optional<DeviceId> lost_sponsor) {
  core_.touch(store::Durability::full);
  core_.own_->removed = true;
  if (lost_sponsor) core_.own_->lost_sponsor = lost_sponsor;
  core_.save_own();
  core_.audit(audit::FactKind::removed, core_.self_.view());
  core_.out_.emit(CircleChanged{});
  if (hooks_.log_grew) hooks_.log_grew();
}

// The remover was added after this device was last there. Its device_add would prove it, but holds
// what a removed device must not get (rules 14 and 15), so this is a live device's word only: it is
// shown, and changes nothing.
void Peers::told_by_unknown(const DeviceId& from) {
  if (!not_accepted_.insert(from).second) return;
  core_.alert("not_accepted", from);
  core_.out_.emit(CircleChanged{});
}

void Peers::accepted_by(const DeviceId& peer) {
  if (not_accepted_.erase(peer) > 0) core_.out_.emit(CircleChanged{});
}

bool Peers::not_accepted() const {
  return std::any_of(not_accepted_.begin(), not_accepted_.end(),
                     [this](const DeviceId& id) { return core_.view().live(id); });
}

}  // namespace troth::device
