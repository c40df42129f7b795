#include "pairing/sponsor.hpp"

#include <algorithm>

#include "base/plant.hpp"
#include "crypto/hpke.hpp"
#include "pairing/proof.hpp"

namespace troth::pairing {

namespace {

Result<ByteView> only(MessageType expected, MessageType got, ByteView message) {
  if (got != expected) return fail(Errc::unexpected_message);
  return message;
}

// For entries in one P10: besides them a frame holds a type, a tag and the heads of CBOR.
constexpr std::size_t kRoom = limits::kPairingFrame - 1024;
static_assert(limits::kEntryWireBytes + 8 <= kRoom, "P10 carries any entry");

}  // namespace

SponsorRun::SponsorRun(SponsorSetup setup, Rng& rng) : setup_(std::move(setup)), rng_(rng) {
  wait_until(std::min(setup_.ends, MonoMs{setup_.started.ms + limits::kPairingMessageMs}));
}

void SponsorRun::receive(ByteView body, MonoMs now) {
  if (over()) return;
  const auto incoming = split(body);
  if (!incoming) return end(incoming.error().code, true);
  if (incoming->type == MessageType::end) {
    const auto told = wire::decode<End>(incoming->message);
    return end(told ? to_errc(told->reason) : Errc::closed, false, 0, true);
  }
  // Whoever has proven to know the code is bound by what each step may take, and by no clock that
  // runs on beside: people have agreed to something by then.
  const MonoMs due{now.ms + limits::kPairingMessageMs};
  wait_until(proven_ ? due : std::min(setup_.ends, due));
  auto next_state = std::visit(
      [&](auto& state) { return next(state, incoming->type, incoming->message, now); }, state_);
  if (over()) return;
  if (!next_state) return end(next_state.error().code, true, setup_.tries_left);
  state_ = std::move(*next_state);
}

void SponsorRun::send_sealed(RunKeys& keys, MessageType type, const Bytes& message) {
  Bytes body = keys.seal(type, message);
  // What the other side would not take is not sent: it could not tell what was wrong.
  if (body.size() > limits::kPairingFrame) return end(Errc::too_long, true);
  ask(SendFrame{std::move(body)});
}

Result<SponsorRun::State> SponsorRun::next(AwaitKnock&, MessageType type, ByteView in, MonoMs) {
  TROTH_TRY(const auto message, only(MessageType::knock, type, in));
  TROTH_TRY(const auto knock, wire::decode<Knock>(message));
  if (knock.version != kPairingVersion) return fail(Errc::unknown_version);
  if (knock.nameplate != setup_.code->nameplate) return fail(Errc::not_found);
  if (knock.mode != Mode::qr && knock.mode != setup_.code->code_mode) return fail(Errc::not_found);
  mode_ = knock.mode;
  knocked_ = true;
  P0 p0;
  p0.suites = setup_.suites;
  p0.ttl_ms = setup_.ttl_ms;
  rng_.fill(p0.nonce);
  const Bytes encoded = wire::encode(p0);
  send_clear(MessageType::p0, encoded);
  return AwaitP1{{join(type, in), join(MessageType::p0, encoded), {}, {}}, p0.nonce};
}

Result<SponsorRun::State> SponsorRun::next(AwaitP1& state, MessageType type, ByteView in, MonoMs) {
  TROTH_TRY(const auto message, only(MessageType::p1, type, in));
  TROTH_TRY(const auto p1, wire::decode<P1>(message));
  if (p1.version != kPairingVersion) return fail(Errc::unknown_version);
  if (std::find(setup_.suites.begin(), setup_.suites.end(), p1.suite) == setup_.suites.end()) {
    return fail(Errc::no_suite);
  }
  TROTH_TRY(const auto suite, crypto::usable_suite(p1.suite));
  // The attempt counts from here: the engine persists it in this step, before P2 can leave.
  counted_ = true;
  ask(RunStarted{});
  const auto& typed = mode_ == Mode::qr ? setup_.code->qr_secret : setup_.code->code_secret;
  const SecretBytes secret = prs(mode_, typed);
  const Bytes ci = channel_id(p1.suite, mode_);
  const Bytes sid = session_id(setup_.code->nameplate, state.nonce, p1.nonce);
  TROTH_TRY(auto cpace, crypto::Cpace::start({secret.expose(), ci, sid}, rng_));
  rng_.fill(opening_);
  const Bytes p2 = wire::encode(
      P2{cpace.share(), sponsor_commitment(opening_, setup_.circle, setup_.descriptor)});
  const Bytes ad_peer = associated_data(state.clear, p1.descriptor.bytes);
  const Bytes ad_own = associated_data(state.clear, {});
  TROTH_TRY(const auto isk, std::move(cpace).finish_responder(p1.share, ad_own, ad_peer));
  state.clear.p1 = join(type, in);
  state.clear.p2 = join(MessageType::p2, p2);
  const SecretBytes none;
  RunKeys keys(isk, mode_ == Mode::qr ? setup_.code->qr_secret : none, state.clear, suite.aead,
               Side::sponsor);
  send_clear(MessageType::p2, p2);
  return AwaitP3{std::move(keys), p1.descriptor};
}

Result<SponsorRun::State> SponsorRun::next(AwaitP3& state, MessageType type, ByteView in,
                                           MonoMs now) {
  TROTH_TRY(const auto message, only(MessageType::p3, type, in));
  TROTH_TRY(const auto tag, wire::decode<Tag>(message));
  if (!ct_equal(tag.tag.bytes, state.keys.confirmation(Side::applicant).bytes))
    return fail(Errc::code_mismatch);
  proven_ = true;
  const Tag own{state.keys.confirmation(Side::sponsor)};
  send_clear(MessageType::p4, wire::encode(own));
  wait_until(MonoMs{now.ms + limits::kPairingMessageMs});
  return AwaitP5{std::move(state.keys), state.commitment, tag.tag, own.tag};
}

Result<SponsorRun::State> SponsorRun::next(AwaitP5& state, MessageType type, ByteView in, MonoMs) {
  TROTH_TRY(const auto sealed, only(MessageType::p5, type, in));
  TROTH_TRY(const auto plain, state.keys.open(type, sealed));
  TROTH_TRY(auto p5, wire::decode<P5>(plain));
  if (applicant_commitment(p5.opening, p5.descriptor) != state.commitment)
    return fail(Errc::auth_failed);
  TROTH_TRY(const auto descriptor, wire::decode<circle::DeviceDescriptor>(p5.descriptor));
  TROTH_CHECK(
      crypto::p256_verify(descriptor.sign, proof_input(state.keys.th1(), p5.descriptor), p5.proof));
  state.keys.bind_th2(state.p3, state.p4, plain);

  Hash response;
  rng_.fill(response.bytes);
  P6 p6{setup_.circle, setup_.descriptor, setup_.why, {}, {}, {}, opening_};
  const Bytes info = challenge_info(state.keys.th2());
  TROTH_TRY(auto challenge, crypto::hpke_seal(crypto::Aead::aes256gcm, descriptor.agree, {}, info,
                                              {}, response.bytes, rng_));
  p6.challenge_point = challenge.enc;
  p6.challenge = std::move(challenge.ciphertext);
  ask(NeedKey{{KeyOp::sign, sponsor_input(state.keys.th2(), p6), "pairing"}});
  std::string check = state.keys.check_number(
      {p5.opening, p5.descriptor, opening_, setup_.circle, setup_.descriptor});
  return SigningP6{std::move(state.keys), std::move(p6), std::move(p5.descriptor), response,
                   std::move(check)};
}

void SponsorRun::key_answer(const KeyRequest&, const Result<SecretBytes>& answer, MonoMs now) {
  auto* state = std::get_if<SigningP6>(&state_);
  if (over() || state == nullptr) return;
  if (!answer) return end(Errc::locked, true);
  state->p6.signature = to_bytes(answer->expose());
  const Bytes p6 = wire::encode(state->p6);
  send_sealed(state->keys, MessageType::p6, p6);
  wait_until(MonoMs{now.ms + limits::kPairingMessageMs});
  state_ = AwaitP7{std::move(state->keys), std::move(state->descriptor), state->response,
                   std::move(state->check)};
}

Result<SponsorRun::State> SponsorRun::next(AwaitP7& state, MessageType type, ByteView in,
                                           MonoMs now) {
  TROTH_TRY(const auto sealed, only(MessageType::p7, type, in));
  TROTH_TRY(const auto plain, state.keys.open(type, sealed));
  TROTH_TRY(const auto p7, wire::decode<P7>(plain));
  if (!ct_equal(p7.response.bytes, state.response.bytes)) return fail(Errc::auth_failed);
  ask(ShowCard{state.descriptor});
  wait_until(MonoMs{now.ms + limits::kPairingUserMs});
  return AwaitUser{std::move(state.keys), std::move(state.descriptor), std::move(state.check)};
}

void SponsorRun::user_answer(bool refuse, std::string_view check, MonoMs now) {
  auto* state = std::get_if<AwaitUser>(&state_);
  if (over() || state == nullptr) return;
  if (refuse) return end(Errc::rejected, true);
  if (!planted(Plant::skip_check_number) && !ct_equal(as_bytes(check), as_bytes(state->check))) {
    return end(Errc::check_mismatch, true);
  }
  wait_until(MonoMs{now.ms + limits::kPairingUserMs});
  ask(BuildEntry{std::move(state->descriptor), state->keys.th2()});
  state_ = AwaitEntry{std::move(state->keys)};
}

void SponsorRun::entry_ready(Bytes device_add, std::vector<OfferCard> cards, MonoMs now) {
  auto* state = std::get_if<AwaitEntry>(&state_);
  if (over() || state == nullptr) return;
  send_sealed(state->keys, MessageType::p8,
              wire::encode(P8{std::move(device_add), std::move(cards)}));
  if (over()) return;
  wait_until(MonoMs{now.ms + limits::kPairingUserMs});  // the applicant's user reads the offer
  state_ = AwaitP9{std::move(state->keys)};
}

Result<SponsorRun::State> SponsorRun::next(AwaitP9& state, MessageType type, ByteView in, MonoMs) {
  TROTH_TRY(const auto sealed, only(MessageType::p9, type, in));
  TROTH_TRY(const auto plain, state.keys.open(type, sealed));
  TROTH_TRY(auto p9, wire::decode<P9>(plain));
  ask(StoreAccept{std::move(p9.accept)});
  return Publishing{std::move(state.keys)};
}

void SponsorRun::publish(const std::vector<Bytes>& entries, MonoMs now) {
  auto* state = std::get_if<Publishing>(&state_);
  if (over() || state == nullptr) return;
  P10 part;
  std::size_t size = 0;
  for (const auto& entry : entries) {
    if (!part.entries.empty() && (size + entry.size() + 8 > kRoom || part.entries.size() == 256)) {
      send_sealed(state->keys, MessageType::p10, wire::encode(part));
      if (over()) return;
      part.entries.clear();
      size = 0;
    }
    size += entry.size() + 8;
    part.entries.push_back(entry);
  }
  part.last = true;
  send_sealed(state->keys, MessageType::p10, wire::encode(part));
  if (over()) return;
  wait_until(MonoMs{now.ms + limits::kPairingMessageMs});
  state_ = AwaitP11{std::move(state->keys)};
}

Result<SponsorRun::State> SponsorRun::next(AwaitP11& state, MessageType type, ByteView in, MonoMs) {
  TROTH_TRY(const auto sealed, only(MessageType::p11, type, in));
  TROTH_TRY(const auto plain, state.keys.open(type, sealed));
  TROTH_CHECK(wire::decode<P11>(plain));
  finish();
  return Dead{};
}

}  // namespace troth::pairing
