// Rule 19: has this device's state gone back in time? The keystore is asked at the start of a run,
// peers at every meeting (spec 07 §7, "Counters").
#include <algorithm>

#include "device/core.hpp"

namespace troth::device {

bool Core::alive() const { return log_ && own_ && !own_->removed && view().live(self_); }

void Core::save_own() {
  touch(store::Durability::full);
  good(meta_->put(kOwn, wire::encode(*own_), *rng_));
}

// With the first thing of a run that must last: a run that writes nothing needs no mark, and a full
// disk must not keep anybody from reading.
void Core::reserve_once() {
  if (!log_ || !own_ || std::exchange(reserved_, true)) return;
  reserve();
  audit_unlock();
}

// The database first, then the keystore: whoever loses power in between has the newer database.
void Core::reserve() {
  own_->reserved = std::max(own_->reserved, config_.reserved) + 1;
  save_own();
  out_.request(SaveGuard{Ticket{next_ticket()}, own_->incarnation.bytes, own_->reserved});
}

// With the first thing of a run that must last, for the reason that reserve_once has.
void Core::audit_unlock() {
  if (!config_.unlocked_after) return;
  const auto wrong = *std::exchange(config_.unlocked_after, std::nullopt);
  const auto now = std::exchange(now_.wall, opened_at_);
  if (wrong > 0) audit(audit::FactKind::wrong_passphrase, self_.view(), wrong);
  audit(audit::FactKind::unlocked, self_.view());
  now_.wall = now;
}

// Randomness alone is not enough: a machine that is restored with the state of its generator draws
// the same bytes again. The counter that the keystore saw last and the time are mixed in (T5).
sync::Incarnation Core::fresh_incarnation() {
  auto out = random_id<sync::Incarnation>(*rng_);
  Bytes differs;
  append_be64(differs, std::max(own_->reserved, config_.reserved) + 1);
  append_be64(differs, now_.wall.ms);
  for (std::size_t i = 0; i < out.bytes.size(); ++i) out.bytes[i] ^= differs[i];
  return out;
}

void Core::be_new_author() {
  own_->incarnation = fresh_incarnation();
  replica_->reincarnate(own_->incarnation);
  reserve();
}

void Core::rolled_back() {
  own_->behind = true;
  behind_since_ = now_.mono;
  be_new_author();
  audit(audit::FactKind::rolled_back, self_.view());
  alert("rolled_back", self_);
}

// What a device signed is on its disk before anybody hears of it. So an own entry that comes from
// somebody else was written by a later state of this device, or by another copy of its home.
void Core::hear_of_self(const std::vector<EntryId>& admitted) {
  if (!own_ || own_->behind || !replica_) return;
  const bool own = std::any_of(admitted.begin(), admitted.end(), [this](const EntryId& id) {
    return log_->body(id)->author == self_;
  });
  if (own) rolled_back();
}

void Core::begin_run() {
  if (std::exchange(begun_, true) || !own_) return;
  behind_since_ = now_.mono;
  if (config_.reserved > own_->reserved && replica_) rolled_back();
}

// Whose word is enough: any live device with which the log was level after the state went back.
void Core::caught_up() {
  if (!own_) return;
  if (log_ && level_at_ != log_->heads()) {
    level_at_ = log_->heads();
    log_grew_ = true;  // what waited for it: a scheduled rotation
  }
  if (!own_->behind) return;
  own_->behind = false;
  save_own();
  log_grew_ = true;
}

bool Core::level() const {
  return log_ && (level_at_ == log_->heads() || view().live_devices().size() == 1);
}

bool Core::behind() const {
  return own_ && own_->behind && log_ && view().live_devices().size() > 1;
}

}  // namespace troth::device
