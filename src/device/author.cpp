#include "device/author.hpp"

#include <algorithm>

#include "policy/policy.hpp"

namespace troth::device {

namespace {

Result<circle::Entry> make_entry(Bytes body, const SecretBytes& signature) {
  circle::Entry entry{std::move(body), {}};
  if (signature.size() != entry.signature.size()) return fail(Errc::bad_signature);
  std::copy(signature.expose().begin(), signature.expose().end(), entry.signature.begin());
  return entry;
}

}  // namespace

void Author::propose(Build build, Ticket command, Done done) {
  if (queue_.size() >= limits::kProposals) return done(fail(Errc::limit));
  queue_.push_back({std::move(build), command, std::move(done), {}});
  start();
}

void Author::sign_ahead(Build build, Ticket command, Signed done) {
  if (queue_.size() >= limits::kProposals) return done(fail(Errc::limit));
  queue_.push_back({std::move(build), command, {}, std::move(done)});
  start();
}

// A device whose state went back does not know its newest entry, and one beside it would be a fork
// (rule 4.5): its entries wait for a level log. With nobody to ask a person does not wait for long.
std::optional<MonoMs> Author::waits_until(const Proposal& proposal) const {
  if (!core_.behind()) return std::nullopt;
  const auto limit = proposal.command.value != 0 ? limits::kBehindAskedMs : limits::kBehindMs;
  return MonoMs{core_.behind_since_.ms + limit};
}

bool Author::may_begin(const Proposal& proposal) const {
  if (holding_ && proposal.command.value == 0) return false;
  const auto until = waits_until(proposal);
  return !until || core_.now_.mono >= *until;
}

std::optional<MonoMs> Author::deadline() const {
  std::optional<MonoMs> at;
  for (const auto& proposal : queue_) {
    const auto until = waits_until(proposal);
    if (!busy_ && until && (!at || *until < *at)) at = until;
  }
  return at;
}

void Author::tick() { start(); }

void Author::start() {
  while (!busy_ && !queue_.empty()) {
    const auto next = std::find_if(queue_.begin(), queue_.end(),
                                   [this](const Proposal& p) { return may_begin(p); });
    if (next == queue_.end()) return;
    Proposal proposal = std::move(*next);
    queue_.erase(next);
    const auto begun = begin(proposal);
    if (begun) continue;
    if (proposal.ahead) {
      proposal.ahead(fail(begun.error()));
    } else {
      proposal.done(fail(begun.error()));
    }
  }
}

void Author::release() {
  holding_ = false;
  start();
}

Result<> Author::begin(Proposal& proposal) {
  if (!core_.alive()) return fail(Errc::not_live);
  TROTH_TRY(const auto payload, proposal.build());
  // An end by time is judged by its entry's time alone, and it was due by what peers say (spec 06
  // §4).
  const auto at = std::holds_alternative<circle::Expire>(payload)
                      ? consent::corrected_time(core_.clock())
                      : core_.now_.wall;
  const auto verdict = policy::may_sign(payload, core_.view(), core_.self_, at);
  if (!verdict) return fail(policy::error_of(verdict.reason), verdict.text);
  TROTH_TRY(auto body, core_.log_->make_body(payload, core_.self_, at));
  TROTH_TRY(const auto decoded, circle::decode_body(body));
  const auto key = circle::signing_key(decoded.kind, decoded.critical, payload, core_.self_);
  const auto op = key == circle::SigningKey::approve ? KeyOp::approve : KeyOp::sign;
  busy_ = true;
  keys_.ask({op, circle::signing_input(body), circle::kind_name(decoded.kind).data()},
            proposal.command, [this, body, proposal](Result<SecretBytes> signature) {
              busy_ = false;
              signed_by(proposal, body, std::move(signature));
              start();
            });
  return {};
}

void Author::signed_by(const Proposal& proposal, const Bytes& body, Result<SecretBytes> signature) {
  if (!proposal.ahead) {
    return signature ? proposal.done(finish(body, *signature))
                     : proposal.done(fail(signature.error()));
  }
  if (!signature) return proposal.ahead(fail(signature.error()));
  auto entry = make_entry(body, *signature);
  holding_ = entry.has_value();
  proposal.ahead(std::move(entry));
}

Result<EntryId> Author::commit(const circle::Entry& entry) {
  TROTH_TRY(const auto body, circle::decode_body(entry.body));
  TROTH_TRY(const auto now,
            core_.log_->make_body(circle::Payload(circle::Ack{}), core_.self_, core_.now_.wall));
  TROTH_TRY(const auto expected, circle::decode_body(now));
  if (body.prev != expected.prev || busy_) return fail(Errc::again);
  const auto result = core_.log_->offer({&entry, 1});
  if (result.admitted.size() != 1) return fail(Errc::bad_entry);
  core_.keep(result);
  return result.admitted.front();
}

Result<EntryId> Author::finish(Bytes body, const SecretBytes& signature) {
  TROTH_TRY(const auto entry, make_entry(std::move(body), signature));
  const auto result = core_.log_->offer({&entry, 1});
  if (result.admitted.size() != 1) {
    return fail(result.held.empty() ? Errc::bad_entry : Errc::held);
  }
  core_.keep(result);
  return result.admitted.front();
}

}  // namespace troth::device
