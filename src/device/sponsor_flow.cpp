// PairFlow, the trusted device: invitation, runs, the user's answers, and what is stored when.
#include <algorithm>

#include "base/wordlist.hpp"
#include "consent/notice.hpp"
#include "crypto/labels.hpp"
#include "device/pair_flow.hpp"
#include "device/words.hpp"

namespace troth::device {

namespace {

Bytes presence_message(const std::string& why, Rng& rng) {
  Bytes out = to_bytes(crypto::labels::kPairPresence);
  const auto nonce = random_id<Hash>(rng);
  append(out, nonce.bytes);
  append(out, as_bytes(why));
  return out;
}

}  // namespace

Result<> PairFlow::load() {
  TROTH_TRY(const auto stored, core_.meta_->get("pairing/attempts"));
  if (!stored) return {};
  TROTH_TRY(book_, wire::decode<pairing::AttemptBook>(*stored));
  // A code does not outlive the process that showed it.
  book_.runs = 0;
  return {};
}

void PairFlow::save_book() {
  if (planted(Plant::forget_attempt)) return;
  core_.touch(store::Durability::full);
  core_.good(core_.meta_->put("pairing/attempts", wire::encode(book_), *core_.rng_));
}

Result<> PairFlow::start(const StartPairing& command, Ticket ticket) {
  if (!core_.alive()) return fail(Errc::not_live);
  if (core_.view().frozen()) return fail(Errc::frozen);
  if (invitation_ || starting_) return fail(Errc::busy);
  if (command.why.size() > limits::kWhyBytes || !is_utf8(as_bytes(command.why)))
    return fail(Errc::too_long);
  if (command.lifetime_ms < limits::kInvitationLeastMs ||
      command.lifetime_ms > limits::kInvitationMostMs)
    return fail(Errc::bad_value);
  // Starting needs the user (design 7): a signature that is used for nothing else proves it.
  starting_ = ticket;
  keys_.ask({KeyOp::approve, presence_message(command.why, *core_.rng_), "pairing_start"}, ticket,
            [this, ticket, command](Result<SecretBytes> present) {
              if (starting_ != ticket) return;  // cancelled meanwhile, and told so
              starting_.reset();
              if (!present)
                return core_.out_.emit(PairingFailed{ticket, present.error().code, "presence", 0});
              // This device may have been taken out while its user was asked.
              if (!core_.alive())
                return core_.out_.emit(PairingFailed{ticket, Errc::not_live, "here", 0});
              if (core_.view().frozen())
                return core_.out_.emit(PairingFailed{ticket, Errc::frozen, "here", 0});
              invite(ticket, command);
            });
  return {};
}

void PairFlow::invite(Ticket ticket, const StartPairing& command) {
  Invitation invitation{ticket, pairing::make_code(command.words, *core_.rng_), command.why,
                        MonoMs{core_.now_.mono.ms + command.lifetime_ms}, true, {}};
  book_ = pairing::with_clock(std::move(book_), core_.now_.wall);
  const auto verdict = pairing::may_show_code(book_, core_.now_.wall);
  invitation.code_shown = verdict.allowed;
  book_.runs = 0;
  save_book();
  core_.audit(audit::FactKind::pairing_started, core_.self_.view());
  // It is shown once, and not kept besides.
  std::string shown = std::move(invitation.code.shown);
  if (!verdict.allowed) {
    pairing::wipe(shown);
    shown.clear();
  }
  core_.out_.emit(PairingCode{ticket, std::move(shown),
                              pairing::qr_text(invitation.code, core_.config_.listen),
                              command.lifetime_ms});
  invitation_ = std::move(invitation);
}

void PairFlow::end_invitation(bool paired) {
  book_ = pairing::with_code_done(std::move(book_), paired);
  save_book();
  invitation_.reset();
  author_.release();
}

Result<> PairFlow::cancel(const CancelPairing& command) {
  if (joining_ && joining_->ticket == command.pairing) {
    if (joining_->run) {
      joining_->run->cancel(Errc::cancelled);
      drive_join();
    } else {
      joining_.reset();
      core_.out_.emit(PairingFailed{command.pairing, Errc::cancelled, "cancelled", 0});
    }
    return {};
  }
  if (starting_ == command.pairing) {
    starting_.reset();
    core_.out_.emit(PairingFailed{command.pairing, Errc::cancelled, "cancelled", 0});
    return {};
  }
  if (!invitation_ || invitation_->ticket != command.pairing) return fail(Errc::not_found);
  if (sponsoring_) {
    sponsoring_->run->cancel(Errc::cancelled);
    drive_sponsor();
  }
  if (invitation_) {
    end_invitation(false);
    core_.out_.emit(PairingFailed{command.pairing, Errc::cancelled, "cancelled", 0});
  }
  return {};
}

Result<> PairFlow::incoming(ConnId id, const Link&) {
  if (!invitation_) return fail(Errc::not_found);
  if (!make_room()) {
    tell_crowded(id);
    return {};
  }
  if (!invitation_) return fail(Errc::not_found);  // the run that made room was the last try
  Sponsoring run;
  run.wire.id = id;
  run.began = core_.now_.mono;
  run.run = std::make_unique<pairing::SponsorRun>(setup(), *core_.rng_);
  sponsoring_ = std::move(run);
  return {};
}

// Who connected and did not even ask makes room at once, and whoever has not shown that it knows
// the code after a moment: neither silence nor a knock keeps the right device out. Its try stays
// counted.
bool PairFlow::make_room() {
  if (!sponsoring_) return true;
  const auto& run = *sponsoring_->run;
  const MonoMs stands{sponsoring_->began.ms + limits::kUnprovenStandsMs};
  if (run.knocked() && (run.proven() || core_.now_.mono < stands)) return false;
  if (run.knocked()) core_.alert("pairing_crowded", core_.self_);
  sponsoring_->run->cancel(Errc::crowded);
  drive_sponsor();
  return !sponsoring_;
}

// Somebody else tries the same invitation: tell them, tell the user, keep the run that stands.
void PairFlow::tell_crowded(ConnId id) {
  core_.alert("pairing_crowded", core_.self_);
  Wire wire{id, {}, {}, 0, true};
  put_frame(wire, pairing::join(pairing::MessageType::end,
                                wire::encode(pairing::End{pairing::EndReason::crowded, 0})));
  let_go(std::move(wire));
}

pairing::SponsorSetup PairFlow::setup() const {
  pairing::SponsorSetup setup;
  setup.code = &invitation_->code;
  for (const auto suite : core_.config_.suites) {
    if (crypto::usable_suite(suite, core_.view().policy().least_suite))
      setup.suites.push_back(suite);
  }
  setup.ttl_ms =
      invitation_->ends.ms > core_.now_.mono.ms ? invitation_->ends.ms - core_.now_.mono.ms : 0;
  setup.circle = core_.log_->circle();
  setup.descriptor = wire::encode(core_.view().device(core_.self_)->descriptor);
  setup.why = invitation_->why;
  setup.started = core_.now_.mono;
  setup.ends = invitation_->ends;
  setup.tries_left =
      book_.runs + 1 < limits::kRunsPerCode ? limits::kRunsPerCode - book_.runs - 1 : 0;
  return setup;
}

void PairFlow::drive_sponsor() {
  while (sponsoring_) {
    auto action = sponsoring_->run->next_action();
    if (!action) return;
    act(*sponsoring_, *action);
  }
}

void PairFlow::act(Sponsoring& run, pairing::Action& action) {
  if (auto* frame = std::get_if<pairing::SendFrame>(&action))
    return put_frame(run.wire, frame->body);
  if (auto* need = std::get_if<pairing::NeedKey>(&action)) {
    const auto id = run.wire.id;
    return keys_.ask(need->request, {},
                     [this, id, request = need->request](Result<SecretBytes> answer) {
                       if (!sponsoring_ || sponsoring_->wire.id != id) return;
                       sponsoring_->run->key_answer(request, answer, core_.now_.mono);
                       drive_sponsor();
                     });
  }
  if (std::holds_alternative<pairing::RunStarted>(action)) {
    const bool typed = run.run->typed_code_run();
    if (typed && (!invitation_->code_shown || !pairing::may_start_run(book_).allowed)) {
      return run.run->cancel_unsent(Errc::too_many_attempts);
    }
    if (typed) book_ = pairing::with_run(std::move(book_));
    run.in_book = typed;
    return save_book();
  }
  if (auto* card = std::get_if<pairing::ShowCard>(&action)) return sponsor_card(card->descriptor);
  if (auto* build = std::get_if<pairing::BuildEntry>(&action)) return sponsor_build(*build);
  if (auto* accept = std::get_if<pairing::StoreAccept>(&action))
    return sponsor_accept(accept->accept);
  if (std::holds_alternative<pairing::Finished>(action)) return sponsor_paired();
  if (auto* ended = std::get_if<pairing::Ended>(&action)) return sponsor_ended(*ended);
}

void PairFlow::sponsor_card(const Bytes& descriptor) {
  const auto card = wire::decode<circle::DeviceDescriptor>(descriptor);
  auto& run = *sponsoring_;
  if (!card) return run.run->cancel(Errc::internal);
  // Rule 11: a key that stood in any entry is never taken again.
  run.again = half_paired(*card);
  for (const auto* key : {&card->sign, &card->agree, &card->approve}) {
    if (core_.view().key_seen(*key) && !run.again && !planted(Plant::accept_old_keys))
      return run.run->cancel(Errc::key_reused);
  }
  run.applicant = *card;
  core_.out_.emit(PairingApplicant{invitation_->ticket, card->name, card->model,
                                   card->os.value_or(""), card->protection,
                                   key_words(circle::device_id(*card))});
}

Result<> PairFlow::answer_applicant(const AnswerApplicant& command) {
  if (!invitation_ || invitation_->ticket != command.pairing || !sponsoring_)
    return fail(Errc::not_found);
  // Asked once, answered once: what is signed by now must not change any more.
  if (!sponsoring_->run->awaits_user()) return fail(Errc::not_found);
  for (const auto& share : command.share) {
    TROTH_CHECK(can_offer(share));
    if (core_.view().category(share.category) == nullptr) return fail(Errc::unknown_category);
  }
  if (!command.refuse) TROTH_CHECK(fits(command.share));
  sponsoring_->share = command.share;
  sponsoring_->run->user_answer(command.refuse, command.check, core_.now_.mono);
  drive_sponsor();
  return {};
}

circle::GrantTerms PairFlow::terms_for(const ShareTerms& share, const DeviceId& subject,
                                       const std::string& device_name) const {
  return make_terms(core_, share, subject, device_name);
}

// Added, live, the very same card, and all that it ever said is that it accepts: its pairing broke
// off before it got the log.
bool PairFlow::half_paired(const circle::DeviceDescriptor& card) const {
  const auto id = circle::device_id(card);
  const auto* device = core_.view().device(id);
  if (device == nullptr || !core_.view().live(id) || device->descriptor != card) return false;
  for (const auto& entry : core_.log_->order()) {
    const auto* body = core_.log_->body(entry);
    if (body->author == id && body->kind != circle::Kind::accept) return false;
  }
  return true;
}

// What was agreed to then is not asked anew; what was chosen now is offered when the run has ended.
void PairFlow::sponsor_build_again() {
  auto& run = *sponsoring_;
  run.chosen_now = run.share;
  const auto& added = core_.view().device(circle::device_id(run.applicant))->entry;
  const auto* add = std::get_if<circle::DeviceAdd>(core_.log_->payload(added));
  run.device_add = *core_.log_->entry(added);
  run.share.clear();
  for (const auto& terms : add->grants)
    run.share.push_back({terms.category, terms.direction, 0, terms.history});
  run.run->entry_ready(run.device_add->body, cards(run.share), core_.now_.mono);
}

void PairFlow::sponsor_build(const pairing::BuildEntry& build) {
  auto& run = *sponsoring_;
  if (run.again) return sponsor_build_again();
  const auto id = run.wire.id;
  circle::DeviceAdd add;
  add.device = run.applicant;
  // One device, one person for now: the applicant joins the sponsor's member (spec 08 §7).
  add.th2 = build.th2;
  for (const auto& share : run.share) {
    add.grants.push_back(terms_for(share, circle::device_id(run.applicant), run.applicant.name));
  }
  author_.sign_ahead(
      [add]() -> Result<circle::Payload> { return circle::Payload(add); }, invitation_->ticket,
      [this, id](Result<circle::Entry> entry) {
        if (!sponsoring_ || sponsoring_->wire.id != id) return author_.release();
        if (!entry) {
          sponsoring_->run->cancel(entry.error().code);
        } else {
          sponsoring_->device_add = *entry;
          sponsoring_->run->entry_ready(entry->body, cards(sponsoring_->share), core_.now_.mono);
        }
        drive_sponsor();
      });
}

std::vector<pairing::OfferCard> PairFlow::cards(const std::vector<ShareTerms>& share) const {
  std::vector<pairing::OfferCard> out;
  for (const auto& terms : share) {
    const auto* category = core_.view().category(terms.category);
    const auto totals = core_.replica_->totals(terms.category);
    // An item of a file says where its bytes are; they come too.
    const auto bytes = totals.bytes + peers_.file_bytes(terms.category);
    out.push_back(
        {terms.category, category->name, category->purpose, totals.items - totals.dead, bytes});
  }
  return out;
}

// As to any other device of the circle: a grant that its user may take.
void PairFlow::offer_the_rest(const Sponsoring& run) {
  const auto device = circle::device_id(run.applicant);
  for (const auto& share : run.chosen_now) {
    const bool had = std::any_of(run.share.begin(), run.share.end(), [&](const ShareTerms& then) {
      return then.category == share.category && then.direction == share.direction;
    });
    if (had) continue;
    author_.propose(
        [this, share, device, name = run.applicant.name]() -> Result<circle::Payload> {
          return circle::Payload(circle::Grant{terms_for(share, device, name)});
        },
        invitation_->ticket,
        [this](const Result<EntryId>& entry) { core_.log_grew_ = core_.log_grew_ || entry; });
  }
}

void PairFlow::sponsor_paired() {
  auto run = std::move(*sponsoring_);
  sponsoring_.reset();
  core_.out_.emit(Paired{invitation_->ticket, circle::device_id(run.applicant), run.accepted});
  core_.out_.emit(CircleChanged{});
  offer_the_rest(run);
  let_go(std::move(run.wire));
  end_invitation(true);
}

// The audit log only grows, and strangers make runs: a knock is no fact, a try at a typed code is
// one because there are few, and others are so many in a time.
void PairFlow::audit_failed(const Sponsoring& run, const pairing::Ended& ended) {
  if (!run.run->counted()) return;
  const bool bounded = run.in_book || run.run->proven();
  auto& told = invitation_->told_at;
  if (!bounded && told && core_.now_.mono.ms < told->ms + limits::kUncountedFactMs) return;
  if (!bounded) told = core_.now_.mono;
  core_.audit(audit::FactKind::pairing_failed, core_.self_.view(),
              static_cast<std::uint64_t>(ended.why));
}

// A run that failed before its other side had proven to know the code leaves the invitation open
// while tries are left; after that, one failure ends it: whoever knows the code gets one run, and
// so one chance at the check number (spec 08 §4).
void PairFlow::sponsor_ended(const pairing::Ended& ended) {
  // Both entries stand: the device is added, whether its last word arrived or not.
  if (sponsoring_->stored && invitation_) return sponsor_paired();
  auto run = std::move(*sponsoring_);
  sponsoring_.reset();
  let_go(std::move(run.wire));
  author_.release();
  if (!invitation_) return;
  audit_failed(run, ended);
  const bool confirmed = run.run->proven();
  const bool used_up = book_.runs >= limits::kRunsPerCode;
  const auto ticket = invitation_->ticket;
  if (!confirmed && !used_up) {
    if (ended.why == Errc::code_mismatch)
      core_.out_.emit(PairingAttempt{ticket, limits::kRunsPerCode - book_.runs});
    return;
  }
  if (used_up && !confirmed) {
    book_ = pairing::with_code_void(std::move(book_), core_.now_.wall);
    core_.alert("pairing_guesses", core_.self_);
    if (pairing::is_lockout(book_, core_.now_.wall))
      core_.audit(audit::FactKind::lockout, core_.self_.view());
    save_book();
    invitation_.reset();
    core_.out_.emit(PairingFailed{ticket, Errc::too_many_attempts, "too_many", 0});
    return;
  }
  if (ended.why == Errc::check_mismatch) core_.alert("check_mismatch", core_.self_);
  end_invitation(false);
  core_.out_.emit(PairingFailed{ticket, ended.why, ended.by_peer ? "by_peer" : "here", 0});
}

}  // namespace troth::device
