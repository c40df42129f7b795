#include "channel/handshake_roles.hpp"

namespace troth::channel {

Result<> Responder::frame(HandshakeIo& io, wire::FrameKind kind, ByteView body) {
  if (!std::holds_alternative<WaitFirst>(state_) || kind != wire::FrameKind::handshake1) {
    return fail(Errc::unexpected_message);
  }
  TROTH_TRY(auto message, wire::decode<FirstMessage>(body, limits::kHandshakeFrame));
  return first(io, std::move(message));
}

// Everything that costs little comes first; a key operation is asked for only when the sender has
// shown a psk that we know, with a message that we have not seen (rule 14).
Result<> Responder::first(HandshakeIo& io, FirstMessage message) {
  TROTH_TRY(const auto offer, wire::decode<Offer>(message.offer, limits::kHandshakeOfferBytes));
  TROTH_TRY(auto psk, match_psk(message, offer.kind));
  if (config_.seen != nullptr && !config_.seen->insert(message.mac)) {
    return fail(Errc::unexpected_message);
  }
  kind_ = offer.kind;
  TROTH_TRY(const auto chosen, choose(config_.can, offer));
  if (chosen.suite == offer.suites.front()) {
    return begin_reading(io, std::move(message), chosen, std::move(psk));
  }
  if (offer.retried || retried_) return fail(Errc::suite_refused);
  retried_ = true;
  const Retry retry{chosen.suite, retry_mac(psk, message.mac, chosen.suite)};
  io.send(wire::FrameKind::handshake2, wire::encode(SecondMessage{std::nullopt, retry}));
  return {};
}

Result<Secret32> Responder::match_psk(const FirstMessage& message, ConnectKind kind) {
  const auto matches = [&](const Secret32& psk) {
    return ct_equal(first_mac(psk, config_.own, message.offer, message.noise), message.mac);
  };
  if (kind == ConnectKind::catch_up) {
    if (!config_.allow_catch_up) return fail(Errc::refused);
    auto psk = catch_up_psk(config_.circle);
    if (!matches(psk)) return fail(Errc::auth_failed);
    return psk;
  }
  const std::size_t count = std::min(config_.psks.size(), limits::kPskCandidates);
  for (psk_index_ = 0; psk_index_ < count; ++psk_index_) {
    if (matches(config_.psks[psk_index_])) return config_.psks[psk_index_].clone();
  }
  return fail(Errc::auth_failed);
}

Result<> Responder::begin_reading(HandshakeIo& io, FirstMessage message, const Chosen& chosen,
                                  Secret32 psk) {
  TROTH_TRY(const auto aead, aead_of(chosen.suite));
  const Bytes bound = prologue(config_.circle, message.offer);
  state_ = Reading{
      P256Noise({&kIKpsk1, aead, false, bound, config_.own, std::nullopt, std::move(psk)}), chosen};
  TROTH_CHECK(std::get<Reading>(state_).noise.read(std::move(message.noise)));
  return proceed(io);
}

Result<> Responder::answer(HandshakeIo& io, const Secret32& agreed) {
  auto* reading = std::get_if<Reading>(&state_);
  if (reading == nullptr) return fail(Errc::unexpected_message);
  TROTH_CHECK(reading->noise.answer(agreed));
  return proceed(io);
}

Result<> Responder::proceed(HandshakeIo& io) {
  auto& reading = std::get<Reading>(state_);
  if (const auto& point = reading.noise.waiting_for()) {
    // Our own key as the caller's is a reflection.
    if (reading.noise.peer_static() == config_.own) return fail(Errc::auth_failed);
    io.ask(point->view());
    return {};
  }
  if (!reading.noise.take_payload().empty()) return fail(Errc::trailing_bytes);
  state_ = Undecided{std::move(reading.noise), reading.chosen};
  return {};
}

std::optional<Caller> Responder::undecided() const {
  const auto* state = std::get_if<Undecided>(&state_);
  if (state == nullptr) return std::nullopt;
  const auto& peer = state->noise.peer_static();
  TROTH_ASSERT(peer.has_value());
  return Caller{kind_, psk_index_, *peer};
}

Result<> Responder::admit(HandshakeIo& io, Rng& rng) {
  auto* state = std::get_if<Undecided>(&state_);
  if (state == nullptr) return fail(Errc::unexpected_message);
  state->noise.set_ephemeral(crypto::P256KeyPair::generate(rng));
  TROTH_CHECK(state->noise.write(wire::encode(state->chosen)));
  io.send(wire::FrameKind::handshake2,
          wire::encode(SecondMessage{state->noise.take_message(), std::nullopt}));
  state_ = Agreed{std::move(state->noise), state->chosen};
  return {};
}

Result<Established> Responder::take(MonoMs now) && {
  auto* agreed = std::get_if<Agreed>(&state_);
  if (agreed == nullptr) return fail(Errc::unexpected_message);
  auto out = establish(std::move(*agreed), false, kind_, config_.limits, now);
  out.psk_index = psk_index_;
  return out;
}

}  // namespace troth::channel
