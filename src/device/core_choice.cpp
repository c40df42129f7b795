// What of this device's data is for whom, where consent counts from now on (rule 7, spec 07 §11).
#include "base/plant.hpp"
#include "device/core.hpp"
#include "keyring/coverage.hpp"

namespace troth::device {

Core::Durable Core::in_memory(const CategoryId& category) const {
  return {replica_->vector(category), replica_->whole(category), replica_->sound(category)};
}

// With consent to all history a gap is something to ask for; else only what was lost in it is.
sync::Vector Core::durable_claims(const CategoryId& category) const {
  if (planted(Plant::vector_without_commit) && replica_) return replica_->vector(category);
  const auto found = durable_.find(category);
  if (found == durable_.end()) return {};
  if (!replica_ || !replica_->has_gaps(category)) return found->second.held;
  return from_now(category) ? found->second.sound : found->second.whole;
}

// Without authors of whom another chain is sought: others are to send all that they hold of them.
sync::Vector Core::claimed(const CategoryId& category) const {
  auto out = durable_claims(category);
  const auto found = sought_.find(category);
  if (!seeking_ || found == sought_.end()) return out;
  for (const auto& author : found->second) out.erase(author);
  return out;
}

bool Core::from_now(const CategoryId& category) const {
  return log_ && !keyring::coverage(view(), category, self_).all;
}

bool Core::lacks_older(const CategoryId& category) const {
  if (!replica_) return false;
  return from_now(category) ? replica_->has_lost(category) : replica_->has_gaps(category);
}

std::optional<sync::Choice> Core::choice_for(const DeviceId& peer,
                                             const CategoryId& category) const {
  const auto theirs = keyring::coverage(view(), category, peer);
  if (theirs.all) return std::nullopt;
  sync::Choice out;
  for (const auto& epoch : theirs.epochs) {
    const auto* secret = keyring_->find(category, epoch);
    if (secret != nullptr) out.epochs.insert(sync::MailboxId{secret->mailbox().bytes});
  }
  const auto ours = keyring::coverage(view(), category, self_);
  out.over_gaps = !ours.all && ours.includes(theirs);
  return out;
}

sync::Vector Core::claimed_for(const DeviceId& peer, const CategoryId& category) {
  auto all = durable_claims(category);
  if (!replica_ || all.empty()) return all;
  const auto choice = choice_for(peer, category);
  if (!choice) return all;
  auto chosen = watched(category, replica_->chosen_vector(category, all, *choice));
  if (chosen) return std::move(*chosen);
  if (chosen.error().code != Errc::damaged) note(chosen.error());
  return {};
}

DeviceId Core::creator_of(const CategoryId& category) const {
  if (category == circle::kControl) {
    const auto* body = log_->body(view().genesis());
    return body != nullptr ? body->author : DeviceId{};
  }
  const auto* info = view().category(category);
  return info != nullptr ? info->creator : DeviceId{};
}

}  // namespace troth::device
