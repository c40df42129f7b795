#include "device/sealing.hpp"

#include <algorithm>

#include "keyring/key_state.hpp"

namespace troth::device {

void Sealing::run(const std::function<bool(const CategoryId&)>& paused) {
  more_ = wants_ack_ = false;
  retry_at_.reset();
  if (!core_.alive() || !core_.replica_) return;
  wants_rotation_.clear();
  for (const auto& category : core_.replica_->categories()) {
    if (core_.in_doubt(category)) continue;
    const auto queue = core_.watched(category, core_.replica_->queue(category));
    if (!queue && queue.error().code == Errc::damaged) continue;
    if (!core_.good(queue)) return;
    std::uint64_t drafts = 0;
    for (const auto& cls : *queue) drafts += cls.drafts;
    if (drafts == 0) {
      waiting_.erase(category);
      continue;
    }
    if (paused(category)) {
      waiting_[category] = "paused";
      continue;
    }
    // Bounded work a step (design 2): the rest is sealed in the next one.
    std::size_t sealed = 0;
    while (sealed < limits::kSealsPerStep && seal_one(category)) ++sealed;
    more_ = more_ || sealed == limits::kSealsPerStep;
  }
}

bool Sealing::seal_one(const CategoryId& category) {
  const auto wait = [&](const char* why) {
    waiting_[category] = why;
    return false;
  };
  if (!core_.permits(consent::Action::seal, category, core_.self_)) return wait("no_consent");
  const auto survey = keyring::survey(core_.view(), category, core_.expiry_clock());
  const auto keys = keyring::key_state(survey, *core_.keyring_, core_.self_);
  if (keys.state == keyring::KeyState::needs_rotation) {
    wants_rotation_.insert(category);
    return wait("waiting_for_key");
  }
  if (keys.state != keyring::KeyState::ready) return wait(keyring::reason_key(keys.reason));
  if (!ensure_confirmed(category) || !heard_of_all()) return wait("asking_peer");
  if (!ensure_signer()) return wait("signing");
  const auto key = core_.epoch_key(keyring::EpochRef{category, *keys.epoch});
  if (!key) return wait("waiting_for_key");
  const auto& heads = core_.log_->heads();
  if (heads.size() > limits::kBatchHeads) {
    wants_ack_ = true;
    return wait("signing");
  }
  const auto suite = core_.suite();
  if (!suite) return wait("suite_too_weak");
  core_.touch(store::Durability::full);
  const sync::SealInputs inputs{*key, heads, suite->id};
  const auto sealed = core_.replica_->seal_due(category, inputs, core_.now_.wall, *core_.rng_);
  if (!sealed) {
    if (sealed.error().code != Errc::again) core_.good_in(category, sealed);
    return wait("signing");
  }
  if (!*sealed) return false;
  waiting_.erase(category);
  core_.data_touched(category);
  return true;
}

// Rule 17: a key in memory, certified by the device's sign key, for a day at most.
bool Sealing::ensure_signer() {
  if (core_.replica_->signer_usable(core_.now_.wall)) return true;
  if (signing_) return false;
  if (signing_retry_.waits(core_.now_.mono)) {
    retry(*signing_retry_.at());
    return false;
  }
  signing_ = crypto::Ed25519KeyPair::generate(*core_.rng_);
  const auto certificate =
      core_.replica_->next_certificate(signing_->public_key(), core_.now_.wall);
  const Bytes body = wire::encode(certificate);
  keys_.ask({KeyOp::sign, sync::certificate_message(body), "certificate"}, {},
            [this, body](Result<SecretBytes> signature) {
              auto key = std::move(*signing_);
              signing_.reset();
              core_.data_grew_ = true;
              sync::SignedCertificate done{body, {}};
              if (!signature || signature->size() != done.signature.size())
                return signing_retry_.failed(core_.now_.mono);
              signing_retry_.worked();
              if (!core_.replica_) return;
              std::copy(signature->expose().begin(), signature->expose().end(),
                        done.signature.begin());
              core_.touch(store::Durability::full);
              const auto installed = core_.replica_->install(done, std::move(key));
              // Another author's by now, or something was sealed meanwhile: it is asked for anew.
              if (!installed && installed.error().code == Errc::again) return;
              core_.good(installed);
            });
  return false;
}

bool Sealing::read_by_others(const CategoryId& category, bool connected) const {
  const auto& all = core_.view().live_devices();
  return std::any_of(all.begin(), all.end(), [&](const DeviceId& device) {
    return device != core_.self_ && core_.view().granted(device, category, Direction::receive) &&
           (!connected || peers_.connected_to(device));
  });
}

// Rule 19: ask a peer what it holds of ours before the first seal of a run; with nobody to ask
// after a short wait, go on and check at first contact.
bool Sealing::ensure_confirmed(const CategoryId& category) {
  if (core_.replica_->may_seal(category)) return true;
  const bool others = read_by_others(category, false);
  const bool waited = core_.now_.mono.ms >= opened_.ms + limits::kAskPeerMs;
  const bool enough = core_.now_.mono.ms >= opened_.ms + 5 * limits::kAskPeerMs;
  if (!others || enough || (waited && !peers_.anybody_connected())) {
    core_.touch(store::Durability::full);
    return core_.good(core_.replica_->confirm_alone(category));
  }
  retry(MonoMs{std::max(core_.now_.mono.ms + 200, opened_.ms + limits::kAskPeerMs)});
  return false;
}

// A certificate has a number, of which a device that was put back would use one twice: the first of
// a run comes after what a peer says of every category, too.
bool Sealing::heard_of_all() {
  const MonoMs until{opened_.ms + limits::kAskPeerMs};
  if (core_.replica_->signer_usable(core_.now_.wall) || core_.now_.mono >= until) return true;
  for (const auto& category : core_.replica_->categories()) {
    if (core_.replica_->may_seal(category)) continue;
    if (!read_by_others(category, peers_.anybody_connected())) continue;
    retry(until);
    return false;
  }
  return true;
}

void Sealing::retry(MonoMs at) {
  if (!retry_at_ || at < *retry_at_) retry_at_ = at;
}

std::string Sealing::waiting(const CategoryId& category) const {
  const auto found = waiting_.find(category);
  return found == waiting_.end() ? std::string() : found->second;
}

}  // namespace troth::device
