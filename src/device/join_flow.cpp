// PairFlow, the new device, and the frames of both.
#include <algorithm>

#include "device/pair_flow.hpp"
#include "device/words.hpp"
#include "wire/frame.hpp"

namespace troth::device {

Result<> PairFlow::join(const JoinCircle& command, Ticket ticket) {
  // Without a log a circle may be about to begin here: its first entry waits for the keystore.
  if (!core_.own_ || !core_.own_->waiting_to_join) return fail(Errc::exists);
  if (joining_) return fail(Errc::busy);
  TROTH_TRY(auto code, pairing::parse_code(command.code));
  Joining joining;
  joining.ticket = ticket;
  joining.address = command.address.empty() ? code.address : command.address;
  joining.code = std::move(code);
  joining.name = command.name;
  if (!joining.address.empty()) {
    joining.attempt = peers_.dial_for_pairing(joining.address);
  } else if (core_.config_.discovery.value_or(false)) {
    joining.search = Search{MonoMs{core_.now_.mono.ms + limits::kJoinSearchMs}, {}, 0, {}};
  } else {
    return fail(Errc::usage);
  }
  joining_ = std::move(joining);
  return {};
}

void PairFlow::dial_failed(std::uint64_t attempt) {
  if (!joining_ || joining_->attempt != attempt) return;
  if (joining_->search) {
    joining_->attempt = 0;
    return search_longer();
  }
  const auto ticket = joining_->ticket;
  joining_.reset();
  core_.out_.emit(PairingFailed{ticket, Errc::timed_out, "unreachable", 0});
}

bool PairFlow::outgoing_ready(std::uint64_t attempt, ConnId id) {
  if (!joining_ || joining_->attempt != attempt) return false;
  joining_->wire.id = id;
  if (!joining_->name.empty() && !core_.own_->pending) core_.own_->descriptor.name = joining_->name;
  pairing::ApplicantSetup setup{joining_->code->clone(), core_.config_.suites,
                                wire::encode(core_.own_->descriptor), core_.now_.mono};
  if (joining_->search) setup.answer_ms = limits::kJoinAnswerMs;
  if (!joining_->search) joining_->code.reset();
  joining_->run = std::make_unique<pairing::ApplicantRun>(std::move(setup), *core_.rng_);
  drive_join();
  return true;
}

void PairFlow::drive_join() {
  while (joining_ && joining_->run) {
    auto action = joining_->run->next_action();
    if (!action) return;
    act(*joining_, *action);
  }
}

void PairFlow::act(Joining& run, pairing::Action& action) {
  if (auto* frame = std::get_if<pairing::SendFrame>(&action))
    return put_frame(run.wire, frame->body);
  if (auto* need = std::get_if<pairing::NeedKey>(&action)) {
    // The first thing that is signed follows P4: the other side knows the code. Nobody else is
    // tried, so that whoever knows it has one chance at the check number (spec 08 §4).
    run.code.reset();
    return keys_.ask(
        need->request, run.ticket,
        [this, ticket = run.ticket, request = need->request](Result<SecretBytes> answer) {
          if (!joining_ || joining_->ticket != ticket || !joining_->run) return;
          joining_->run->key_answer(request, answer, core_.now_.mono);
          drive_join();
        });
  }
  if (auto* check = std::get_if<pairing::ShowCheck>(&action)) {
    run.circle = check->circle;
    return core_.out_.emit(PairingCheck{run.ticket, check->check, circle_words(check->circle)});
  }
  if (auto* offer = std::get_if<pairing::ShowOffer>(&action)) return join_offer(*offer);
  if (auto* taken = std::get_if<pairing::TakeEntries>(&action)) return join_entries(*taken);
  if (std::holds_alternative<pairing::Finished>(action)) {
    auto done = std::move(*joining_);
    joining_.reset();
    let_go(std::move(done.wire));
    core_.out_.emit(Paired{done.ticket, circle::device_id(done.sponsor), done.accepted});
    core_.out_.emit(CircleChanged{});
    peers_.set_address(circle::device_id(done.sponsor), done.address, true);
    return;
  }
  if (auto* ended = std::get_if<pairing::Ended>(&action)) return join_ended(*ended);
}

void PairFlow::join_ended(const pairing::Ended& ended) {
  if (search_on(ended)) return;
  auto done = std::move(*joining_);
  joining_.reset();
  let_go(std::move(done.wire));
  core_.audit(audit::FactKind::pairing_failed, core_.self_.view(),
              static_cast<std::uint64_t>(ended.why));
  core_.out_.emit(
      PairingFailed{done.ticket, ended.why, ended.by_peer ? "by_peer" : "here", ended.tries_left});
}

// P8: everything that will be signed is compared with what this device knows, before it is shown.
void PairFlow::join_offer(const pairing::ShowOffer& offer) {
  auto& run = *joining_;
  const auto body = circle::decode_body(offer.offer.entry);
  const auto payload = body ? circle::decode_payload(body->kind, body->payload)
                            : Result<circle::Payload>(fail(Errc::bad_entry));
  const auto sponsor = wire::decode<circle::DeviceDescriptor>(offer.sponsor);
  const auto* add = payload ? std::get_if<circle::DeviceAdd>(&*payload) : nullptr;
  if (add == nullptr || !sponsor || add->device != core_.own_->descriptor ||
      body->circle != run.circle)
    return run.run->cancel(Errc::auth_failed);
  run.sponsor = *sponsor;
  run.device_add = circle::Entry{offer.offer.entry, {}};
  if (core_.own_->pending && join_again(circle::device_id(*sponsor))) return;
  const bool ours = add->th2 == offer.th2 && body->author == circle::device_id(*sponsor) &&
                    add->grants.size() == offer.offer.cards.size();
  if (!ours) return run.run->cancel(Errc::auth_failed);
  PairingOffer event{run.ticket, circle_words(run.circle), sponsor->name, offer.why, {}};
  for (std::size_t i = 0; i < add->grants.size(); ++i) {
    const auto& terms = add->grants[i];
    const auto& card = offer.offer.cards[i];
    if (terms.subject != core_.self_ || terms.category != card.category)
      return run.run->cancel(Errc::auth_failed);
    event.share.push_back({terms.category, card.name, card.purpose, terms.direction, terms.history,
                           terms.until ? terms.until->ms : 0, card.items, card.bytes});
  }
  run.offered = add->grants;
  run.th2 = offer.th2;
  run.asked = true;
  core_.out_.emit(std::move(event));
}

// An earlier pairing broke off after this device had agreed. Where it was added all the same, the
// same entry is offered again, and what was signed then is the answer. True: the run goes on or was
// ended here. The same sponsor with a new entry never stored the first; another may not know of it.
bool PairFlow::join_again(const DeviceId& sponsor) {
  auto& run = *joining_;
  const auto& pending = *core_.own_->pending;
  if (pending.circle == run.circle && pending.device_add == run.device_add->id()) {
    run.accepted = pending.accepted;
    run.run->accept_ready(pending.accept, core_.now_.mono);
    return true;
  }
  if (pending.circle == run.circle && pending.sponsor == sponsor) return false;
  run.run->cancel(Errc::half_paired);
  return true;
}

Result<> PairFlow::answer_offer(const AnswerOffer& command) {
  if (!joining_ || joining_->ticket != command.pairing || !joining_->asked)
    return fail(Errc::not_found);
  joining_->asked = false;
  if (command.refuse) {
    joining_->run->user_refused();
    drive_join();
    return {};
  }
  std::vector<std::uint32_t> indexes;
  for (std::uint32_t i = 0; i < joining_->offered.size(); ++i) {
    const auto& category = joining_->offered[i].category;
    if (std::find(command.accept.begin(), command.accept.end(), category) == command.accept.end())
      continue;
    indexes.push_back(i);
    joining_->accepted.push_back(category);
  }
  return join_sign(std::move(indexes));
}

// P9: `sign` over (entry | TH2 | accepted), then the accept entry under `approve` (rule 12).
Result<> PairFlow::join_sign(std::vector<std::uint32_t> indexes) {
  const auto id = joining_->device_add->id();
  const auto ticket = joining_->ticket;
  const Bytes message = circle::accept_message(id, joining_->th2, indexes);
  keys_.ask({KeyOp::sign, message, "accept"}, ticket,
            [this, id, ticket, indexes](Result<SecretBytes> signature) {
              if (!joining_ || joining_->ticket != ticket) return;
              crypto::P256Signature proof{};
              if (!signature || signature->size() != proof.size()) {
                joining_->run->cancel(Errc::locked);
                return drive_join();
              }
              std::copy(signature->expose().begin(), signature->expose().end(), proof.begin());
              circle::EntryBody body;
              body.kind = circle::Kind::accept;
              body.circle = joining_->circle;
              body.author = core_.self_;
              body.parents = {id};
              body.at = core_.now_.wall;
              body.payload = circle::encode_payload(
                  circle::Payload(circle::Accept{id, indexes, joining_->th2, proof}));
              join_signed(wire::encode(body));
            });
  return {};
}

void PairFlow::join_signed(Bytes body) {
  const auto ticket = joining_->ticket;
  keys_.ask({KeyOp::approve, circle::signing_input(body), "accept"}, ticket,
            [this, ticket, body](Result<SecretBytes> signature) {
              if (!joining_ || joining_->ticket != ticket) return;
              circle::Entry entry{body, {}};
              if (signature && signature->size() == entry.signature.size()) {
                std::copy(signature->expose().begin(), signature->expose().end(),
                          entry.signature.begin());
                const Bytes accept = wire::encode(entry);
                core_.own_->pending =
                    PendingJoin{joining_->circle, circle::device_id(joining_->sponsor),
                                joining_->device_add->id(), accept, joining_->accepted};
                core_.save_own();  // durable before P9 leaves
                joining_->run->accept_ready(accept, core_.now_.mono);
              } else {
                joining_->run->cancel(signature ? Errc::internal : signature.error().code);
              }
              drive_join();
            });
}

void PairFlow::join_entries(const pairing::TakeEntries& taken) {
  auto& run = *joining_;
  for (const auto& bytes : taken.entries) {
    auto entry = wire::decode<circle::Entry>(bytes);
    if (!entry) return run.run->cancel(Errc::bad_entry);
    // Bytes, not a count: admission knows none (spec 04 §6), so any device could go past it.
    run.log_bytes += bytes.size();
    if (run.log_bytes > limits::kJoinLogBytes) return run.run->cancel(Errc::limit);
    run.entries.push_back(std::move(*entry));
  }
  if (!taken.last) return;
  if (const auto folded = join_fold(); !folded) return run.run->cancel(folded.error().code);
  run.run->log_taken(core_.now_.mono);
}

// Provisional until the log was folded from genesis = circle id to our own entry (rule 12).
Result<> PairFlow::join_fold() {
  auto& run = *joining_;
  if (run.entries.empty() || circle::circle_id(run.entries.front().id()) != run.circle)
    return fail(Errc::auth_failed);
  TROTH_TRY(auto log, circle::Log::begin(run.entries.front()));
  (void)log.offer(run.entries);  // judged by what it admitted, below
  const auto* sponsor = log.view().device(circle::device_id(run.sponsor));
  // Our own accept as well: a log that never took it gives us nothing of what our user agreed to.
  const auto accept = core_.own_->pending ? wire::decode<circle::Entry>(core_.own_->pending->accept)
                                          : Result<circle::Entry>(fail(Errc::auth_failed));
  const bool in = log.contains(run.device_add->id()) && accept && log.contains(accept->id()) &&
                  log.view().live(core_.self_) && sponsor != nullptr &&
                  sponsor->descriptor == run.sponsor;
  if (!in) return fail(Errc::auth_failed);
  core_.own_->waiting_to_join = false;
  core_.own_->pending.reset();
  core_.own_->member_name.clear();
  TROTH_CHECK(core_.begin_circle(run.entries));
  core_.save_own();
  core_.audit(audit::FactKind::paired, circle::device_id(run.sponsor).view(), run.accepted.size());
  duties_.ack_soon();
  if (joined_) joined_();
  return {};
}

// ---- frames

void PairFlow::put_frame(Wire& wire, const Bytes& body) {
  wire::append_head(wire.out, {wire::kProtocolVersion, wire::FrameKind::pairing,
                               static_cast<std::uint32_t>(body.size())});
  append(wire.out, body);
}

void PairFlow::let_go(Wire wire) {
  wire.close_when_sent = true;
  leftovers_.push_back(std::move(wire));
}

void PairFlow::feed(Wire& wire, ByteView bytes, const std::function<void(ByteView)>& take) {
  append(wire.in, bytes);
  while (wire.in.size() >= limits::kFrameHead) {
    const auto head = wire::parse_head(std::span<const std::uint8_t, 8>(wire.in.data(), 8),
                                       limits::kPairingFrame);
    if (!head || head->kind != wire::FrameKind::pairing) return peers_.drop(wire.id);
    if (wire.in.size() < limits::kFrameHead + head->length) return;
    const Bytes body(wire.in.begin() + 8, wire.in.begin() + 8 + head->length);
    wire.in.erase(wire.in.begin(), wire.in.begin() + 8 + head->length);
    take(body);
    if (wire.close_when_sent) return;
  }
}

void PairFlow::receive(ConnId id, ByteView bytes) {
  if (sponsoring_ && sponsoring_->wire.id == id) {
    Wire local = std::move(sponsoring_->wire);
    // The run may end while a frame is taken; what is left of its wire is put back first.
    sponsoring_->wire = Wire{id, {}, std::move(local.out), local.out_sent, false};
    local.out.clear();
    feed(local, bytes, [&](ByteView body) {
      if (!sponsoring_ || sponsoring_->wire.id != id) return;
      sponsoring_->run->receive(body, core_.now_.mono);
      drive_sponsor();
    });
    if (sponsoring_ && sponsoring_->wire.id == id) sponsoring_->wire.in = std::move(local.in);
  } else if (joining_ && joining_->run && joining_->wire.id == id) {
    Wire local = std::move(joining_->wire);
    joining_->wire = Wire{id, {}, std::move(local.out), local.out_sent, false};
    local.out.clear();
    feed(local, bytes, [&](ByteView body) {
      if (!joining_ || joining_->wire.id != id) return;
      joining_->run->receive(body, core_.now_.mono);
      drive_join();
    });
    if (joining_ && joining_->wire.id == id) joining_->wire.in = std::move(local.in);
  }
}

void PairFlow::closed(ConnId id) {
  if (sponsoring_ && sponsoring_->wire.id == id) {
    sponsoring_->run->connection_closed();
    drive_sponsor();
  }
  if (joining_ && joining_->run && joining_->wire.id == id) {
    joining_->run->connection_closed();
    drive_join();
  }
  // Last: a run that ends over this leaves the wire of the dead connection behind, too.
  std::erase_if(leftovers_, [&](const Wire& wire) { return wire.id == id; });
}

std::size_t PairFlow::pull(ConnId id, MutableBytes out) {
  const auto give = [&](Wire& wire) -> std::size_t {
    const auto size = std::min(out.size(), wire.out.size() - wire.out_sent);
    std::copy_n(wire.out.begin() + static_cast<std::ptrdiff_t>(wire.out_sent), size, out.begin());
    wire.out_sent += size;
    if (wire.out_sent == wire.out.size()) {
      wire.out.clear();
      wire.out_sent = 0;
    }
    return size;
  };
  if (sponsoring_ && sponsoring_->wire.id == id) return give(sponsoring_->wire);
  if (joining_ && joining_->wire.id == id) return give(joining_->wire);
  for (auto& wire : leftovers_) {
    if (wire.id != id) continue;
    const auto size = give(wire);
    if (size == 0) peers_.drop(id);
    return size;
  }
  return 0;
}

void PairFlow::tick() {
  if (sponsoring_) {
    sponsoring_->run->tick(core_.now_.mono);
    drive_sponsor();
  }
  if (joining_ && joining_->run) {
    joining_->run->tick(core_.now_.mono);
    drive_join();
  }
  if (joining_ && looks_for() && core_.now_.mono >= joining_->search->ends) end_search();
  if (invitation_ && !code_proven() && core_.now_.mono >= invitation_->ends) {
    // Whoever is there and has not shown that it knows the code came too late.
    if (sponsoring_) sponsoring_->run->cancel(Errc::expired);
    drive_sponsor();
    if (!invitation_) return;
    const auto ticket = invitation_->ticket;
    end_invitation(false);
    core_.out_.emit(PairingFailed{ticket, Errc::expired, "expired", 0});
  }
}

std::optional<MonoMs> PairFlow::deadline() const {
  std::optional<MonoMs> at;
  const auto earlier = [&](std::optional<MonoMs> candidate) {
    if (candidate && (!at || *candidate < *at)) at = candidate;
  };
  if (sponsoring_) earlier(sponsoring_->run->deadline());
  if (joining_ && joining_->run) earlier(joining_->run->deadline());
  if (looks_for()) earlier(joining_->search->ends);
  if (invitation_ && !code_proven()) earlier(invitation_->ends);
  return at;
}

}  // namespace troth::device
