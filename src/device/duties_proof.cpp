// Rule 4.5: whoever sees that a device writes two lines of entries proves it to the others.
#include <algorithm>

#include "device/duties.hpp"
#include "keyring/key_state.hpp"

namespace troth::device {

// Not of itself: a copy cannot tell which of the two it is, and the others see both.
std::optional<circle::ForkProof> Duties::fork_to_prove() const {
  for (auto& proof : core_.log_->unproven_forks()) {
    if (core_.log_->body(proof.first)->author != core_.self_) return std::move(proof);
  }
  return std::nullopt;
}

// In turns, as keys are given (rule 2), so that one proof is enough.
void Duties::write_proof() {
  if (proving_ || waits(proof_wait_)) return;
  if (!fork_to_prove()) return proof_at_.reset();
  if (!proof_at_) {
    const auto survey = keyring::survey(core_.view(), circle::kControl, core_.expiry_clock());
    const auto delay = keyring::wrap_delay(survey, core_.self_).value_or(limits::kMinute);
    proof_at_ = MonoMs{core_.now_.mono.ms + delay};
  }
  if (core_.now_.mono < *proof_at_) return wake_at(*proof_at_);
  proving_ = true;
  author_.propose(
      [this]() -> Result<circle::Payload> {
        auto proof = fork_to_prove();
        if (!proof) return fail(Errc::not_found);
        return circle::Payload(std::move(*proof));
      },
      {},
      [this](const Result<EntryId>& entry) {
        proving_ = false;
        proof_at_.reset();
        written(proof_wait_, entry);
      });
}

// A head of a device that writes two lines does not reach whoever took the other line, and until
// both logs name the same heads no data moves. As an ancestor of another device's entry it is taken
// (rule 4.4).
std::vector<EntryId> Duties::forks_to_join() const {
  const auto& view = core_.view();
  std::set<DeviceId> authors = view.proven_forked();
  for (const auto& fork : view.forks()) authors.insert(fork.author);
  for (const auto& held : core_.log_->held()) {
    if (held.reason != circle::Reason::fork) continue;
    const auto body = circle::decode_body(core_.log_->held_entry(held.id)->body);
    if (body) authors.insert(body->author);
  }
  authors.erase(core_.self_);
  std::vector<EntryId> out;
  for (const auto& head : view.heads()) {
    if (authors.contains(core_.log_->body(head)->author)) out.push_back(head);
  }
  return out;
}

// In turns too, and not for each of many lines at once. Two that both wrote two lines join each
// other's acks: later each time, until something else is said. Ours are joined by nobody where it
// is not proven of this device, so that then nothing is put off.
void Duties::join_forks() {
  const auto heads = acking_ ? std::vector<EntryId>() : forks_to_join();
  if (heads.empty()) return join_at_.reset();
  const bool again = core_.view().proven_forked().contains(core_.self_) &&
                     std::all_of(heads.begin(), heads.end(), [this](const EntryId& head) {
                       return core_.log_->body(head)->kind == circle::Kind::ack;
                     });
  if (!again && join_again_ms_ > limits::kForkAckMs) {
    join_again_ms_ = limits::kForkAckMs;
    join_at_.reset();  // nor does it wait for what was put off because of acks
  }
  if (!join_at_) {
    const auto survey = keyring::survey(core_.view(), circle::kControl, core_.expiry_clock());
    join_at_ = MonoMs{core_.now_.mono.ms +
                      keyring::wrap_delay(survey, core_.self_).value_or(limits::kMinute)};
    if (joined_at_) join_at_ = MonoMs{std::max(join_at_->ms, joined_at_->ms + join_again_ms_)};
  }
  if (core_.now_.mono < *join_at_) return wake_at(*join_at_);
  joined_at_ = core_.now_.mono;
  join_again_ms_ = again ? std::min(2 * join_again_ms_, limits::kDay) : limits::kForkAckMs;
  join_at_.reset();
  ack_due_ = true;
}

}  // namespace troth::device
