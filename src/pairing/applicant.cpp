#include "pairing/applicant.hpp"

#include <algorithm>

#include "crypto/hpke.hpp"
#include "pairing/proof.hpp"

namespace troth::pairing {

namespace {

Result<ByteView> only(MessageType expected, MessageType got, ByteView message) {
  if (got != expected) return fail(Errc::unexpected_message);
  return message;
}

}  // namespace

ApplicantRun::ApplicantRun(ApplicantSetup setup, Rng& rng) : setup_(std::move(setup)), rng_(rng) {
  const Bytes knock = wire::encode(Knock{kPairingVersion, setup_.code.nameplate, setup_.code.mode});
  knock_ = join(MessageType::knock, knock);
  send_clear(MessageType::knock, knock);
  wait_until(MonoMs{setup_.started.ms + setup_.answer_ms});
}

void ApplicantRun::on_over() {
  state_ = Dead{};
  setup_.code.secret.reset();
}

void ApplicantRun::receive(ByteView body, MonoMs now) {
  if (over()) return;
  const auto incoming = split(body);
  if (!incoming) return end(incoming.error().code, true);
  if (incoming->type == MessageType::end) {
    const auto told = wire::decode<End>(incoming->message);
    return told ? end(to_errc(told->reason), false, told->tries_left, true)
                : end(Errc::closed, false);
  }
  wait_until(MonoMs{now.ms + limits::kPairingMessageMs});
  auto next_state = std::visit(
      [&](auto& state) { return next(state, incoming->type, incoming->message, now); }, state_);
  if (over()) return;
  if (!next_state) return end(next_state.error().code, true);
  state_ = std::move(*next_state);
}

Result<ApplicantRun::State> ApplicantRun::next(AwaitP0&, MessageType type, ByteView in, MonoMs) {
  TROTH_TRY(const auto message, only(MessageType::p0, type, in));
  TROTH_TRY(const auto p0, wire::decode<P0>(message));
  if (p0.least_version > kPairingVersion || p0.version < kPairingVersion)
    return fail(Errc::unknown_version);
  TROTH_TRY(const auto suite, crypto::negotiate(setup_.suites, p0.suites, 0));
  P1 p1;
  p1.suite = suite.id;
  rng_.fill(p1.nonce);
  rng_.fill(opening_);
  p1.descriptor = applicant_commitment(opening_, setup_.descriptor);
  const SecretBytes secret = prs(setup_.code.mode, setup_.code.secret);
  const Bytes ci = channel_id(suite.id, setup_.code.mode);
  const Bytes sid = session_id(setup_.code.nameplate, p0.nonce, p1.nonce);
  TROTH_TRY(auto cpace, crypto::Cpace::start({secret.expose(), ci, sid}, rng_));
  p1.share = cpace.share();
  const Bytes encoded = wire::encode(p1);
  send_clear(MessageType::p1, encoded);
  return AwaitP2{std::move(cpace),
                 {knock_, join(type, in), join(MessageType::p1, encoded), {}},
                 suite.aead,
                 p1.descriptor};
}

Result<ApplicantRun::State> ApplicantRun::next(AwaitP2& state, MessageType type, ByteView in,
                                               MonoMs) {
  TROTH_TRY(const auto message, only(MessageType::p2, type, in));
  TROTH_TRY(const auto p2, wire::decode<P2>(message));
  sponsor_commitment_ = p2.sponsor;
  const Bytes ad_own = associated_data(state.clear, state.commitment.bytes);
  const Bytes ad_peer = associated_data(state.clear, {});
  TROTH_TRY(const auto isk, std::move(state.cpace).finish_initiator(p2.share, ad_own, ad_peer));
  state.clear.p2 = join(type, in);
  const SecretBytes none;
  RunKeys keys(isk, setup_.code.mode == Mode::qr ? setup_.code.secret : none, state.clear,
               state.aead, Side::applicant);
  // The applicant confirms first: the sponsor says nothing that depends on the secret before.
  const Tag tag{keys.confirmation(Side::applicant)};
  send_clear(MessageType::p3, wire::encode(tag));
  return AwaitP4{std::move(keys), tag.tag};
}

Result<ApplicantRun::State> ApplicantRun::next(AwaitP4& state, MessageType type, ByteView in,
                                               MonoMs) {
  TROTH_TRY(const auto message, only(MessageType::p4, type, in));
  TROTH_TRY(const auto tag, wire::decode<Tag>(message));
  if (!ct_equal(tag.tag.bytes, state.keys.confirmation(Side::sponsor).bytes))
    return fail(Errc::auth_failed);
  ask(NeedKey{{KeyOp::sign, proof_input(state.keys.th1(), setup_.descriptor), "pairing"}});
  return SigningP5{std::move(state.keys), state.p3, tag.tag};
}

void ApplicantRun::key_answer(const KeyRequest&, const Result<SecretBytes>& answer, MonoMs now) {
  if (over()) return;
  if (!answer) return end(Errc::locked, true);
  if (auto* signing = std::get_if<SigningP5>(&state_)) return signed_p5(*signing, *answer, now);
  if (auto* opening = std::get_if<OpeningP6>(&state_)) return opened_p6(*opening, *answer, now);
}

void ApplicantRun::signed_p5(SigningP5& state, const SecretBytes& signature, MonoMs now) {
  const Bytes p5 = wire::encode(P5{setup_.descriptor, to_bytes(signature.expose()), opening_});
  state.keys.bind_th2(state.p3, state.p4, p5);
  ask(SendFrame{state.keys.seal(MessageType::p5, p5)});
  wait_until(MonoMs{now.ms + limits::kPairingMessageMs});
  state_ = AwaitP6{std::move(state.keys)};
}

Result<ApplicantRun::State> ApplicantRun::next(AwaitP6& state, MessageType type, ByteView in,
                                               MonoMs) {
  TROTH_TRY(const auto sealed, only(MessageType::p6, type, in));
  TROTH_TRY(const auto plain, state.keys.open(type, sealed));
  TROTH_TRY(auto p6, wire::decode<P6>(plain));
  // Who the sponsor is, it said before it knew our opening: else it could choose the number.
  if (sponsor_commitment(p6.opening, p6.circle, p6.sponsor) != sponsor_commitment_)
    return fail(Errc::auth_failed);
  TROTH_TRY(const auto sponsor, wire::decode<circle::DeviceDescriptor>(p6.sponsor));
  TROTH_CHECK(crypto::p256_verify(sponsor.sign, sponsor_input(state.keys.th2(), p6), p6.signature));
  std::string check =
      state.keys.check_number({opening_, setup_.descriptor, p6.opening, p6.circle, p6.sponsor});
  ask(NeedKey{{KeyOp::agree, to_bytes(p6.challenge_point.view()), "pairing"}});
  return OpeningP6{std::move(state.keys), std::move(p6), std::move(check)};
}

void ApplicantRun::opened_p6(OpeningP6& state, const SecretBytes& shared, MonoMs now) {
  const auto own = wire::decode<circle::DeviceDescriptor>(setup_.descriptor);
  if (!own || shared.size() != 32) return end(Errc::internal, true);
  const auto response = crypto::hpke_open(crypto::Aead::aes256gcm, Secret32(shared.expose()),
                                          state.p6.challenge_point, own->agree, {},
                                          challenge_info(state.keys.th2()), {}, state.p6.challenge);
  if (!response || response->size() != 32) return end(Errc::auth_failed, true);
  P7 p7;
  std::copy(response->expose().begin(), response->expose().end(), p7.response.bytes.begin());
  ask(SendFrame{state.keys.seal(MessageType::p7, wire::encode(p7))});
  ask(ShowCheck{state.check, state.p6.circle});
  wait_until(
      MonoMs{now.ms + 2 * limits::kPairingUserMs});  // the sponsor's user reads, types and chooses
  state_ = AwaitP8{std::move(state.keys), std::move(state.p6)};
}

Result<ApplicantRun::State> ApplicantRun::next(AwaitP8& state, MessageType type, ByteView in,
                                               MonoMs now) {
  TROTH_TRY(const auto sealed, only(MessageType::p8, type, in));
  TROTH_TRY(const auto plain, state.keys.open(type, sealed));
  TROTH_TRY(auto p8, wire::decode<P8>(plain));
  ask(ShowOffer{std::move(p8), state.p6.sponsor, state.p6.why, state.keys.th2()});
  wait_until(MonoMs{now.ms + limits::kPairingUserMs});
  return AwaitUser{std::move(state.keys)};
}

void ApplicantRun::accept_ready(Bytes accept, MonoMs now) {
  auto* state = std::get_if<AwaitUser>(&state_);
  if (over() || state == nullptr) return;
  ask(SendFrame{state->keys.seal(MessageType::p9, wire::encode(P9{std::move(accept)}))});
  wait_until(MonoMs{now.ms + limits::kPairingMessageMs});
  state_ = AwaitP10{std::move(state->keys)};
}

Result<ApplicantRun::State> ApplicantRun::next(AwaitP10& state, MessageType type, ByteView in,
                                               MonoMs) {
  TROTH_TRY(const auto sealed, only(MessageType::p10, type, in));
  TROTH_TRY(const auto plain, state.keys.open(type, sealed));
  TROTH_TRY(auto p10, wire::decode<P10>(plain));
  const bool last = p10.last;
  ask(TakeEntries{std::move(p10.entries), last});
  if (last) return Folding{std::move(state.keys)};
  return AwaitP10{std::move(state.keys)};
}

void ApplicantRun::log_taken(MonoMs) {
  auto* state = std::get_if<Folding>(&state_);
  if (over() || state == nullptr) return;
  ask(SendFrame{state->keys.seal(MessageType::p11, wire::encode(P11{}))});
  finish();
}

}  // namespace troth::pairing
