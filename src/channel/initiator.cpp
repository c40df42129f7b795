#include "channel/handshake_roles.hpp"

namespace troth::channel {

Result<> Initiator::begin(HandshakeIo& io, Rng& rng, std::uint8_t first_suite) {
  std::array<std::uint8_t, 1> random{};
  rng.fill(random);
  TROTH_TRY(const auto offer, make_offer(config_.can, config_.kind, first_suite, random[0]));
  suite_ = offer.suites.front();
  TROTH_TRY(const auto aead, aead_of(suite_));
  Bytes encoded = wire::encode(offer);
  const Bytes bound = prologue(config_.circle, encoded);
  P256Noise noise({&kIKpsk1, aead, true, bound, config_.own, config_.peer, config_.psk.clone()});
  noise.set_ephemeral(crypto::P256KeyPair::generate(rng));
  TROTH_CHECK(noise.write({}));
  state_ = Writing{std::move(noise), std::move(encoded)};
  if (!both_static_) {
    io.ask(config_.peer.view());
    return {};
  }
  TROTH_CHECK(std::get<Writing>(state_).noise.answer(*both_static_));
  return send_first(io);
}

Result<> Initiator::answer(HandshakeIo& io, Secret32 agreed, Rng&) {
  if (auto* writing = std::get_if<Writing>(&state_)) {
    both_static_ = std::move(agreed);
    TROTH_CHECK(writing->noise.answer(*both_static_));
    return send_first(io);
  }
  if (auto* reading = std::get_if<Reading>(&state_)) {
    TROTH_CHECK(reading->noise.answer(agreed));
    return finish();
  }
  return fail(Errc::unexpected_message);
}

Result<> Initiator::send_first(HandshakeIo& io) {
  auto& writing = std::get<Writing>(state_);
  FirstMessage message{std::move(writing.offer), writing.noise.take_message(), {}};
  message.mac = first_mac(config_.psk, config_.peer, message.offer, message.noise);
  io.send(wire::FrameKind::handshake1, wire::encode(message));
  state_ = Sent{std::move(writing.noise), message.mac};
  return {};
}

Result<> Initiator::frame(HandshakeIo& io, wire::FrameKind kind, ByteView body, Rng& rng) {
  if (!std::holds_alternative<Sent>(state_) || kind != wire::FrameKind::handshake2) {
    return fail(Errc::unexpected_message);
  }
  TROTH_TRY(auto message, wire::decode<SecondMessage>(body, limits::kHandshakeFrame));
  if (message.noise.has_value() == message.retry.has_value()) return fail(Errc::bad_value);
  if (message.retry) return retry(io, *message.retry, rng);
  return read_second(io, std::move(*message.noise));
}

// The mac keeps strangers from choosing our suite; a member that lies gains nothing, because the
// responder goes on only with its own choice from the whole offer (spec 03 §3.3).
Result<> Initiator::retry(HandshakeIo& io, const Retry& retry, Rng& rng) {
  const auto expected = retry_mac(config_.psk, std::get<Sent>(state_).mac, retry.suite);
  if (!ct_equal(expected, retry.mac)) return fail(Errc::auth_failed);
  const auto& mine = config_.can.suites;
  const bool offered = std::find(mine.begin(), mine.end(), retry.suite) != mine.end();
  if (retried_ || !offered || retry.suite == suite_) return fail(Errc::suite_refused);
  TROTH_CHECK(crypto::usable_suite(retry.suite, config_.can.least_suite));
  retried_ = true;
  return begin(io, rng, retry.suite);
}

Result<> Initiator::read_second(HandshakeIo& io, Bytes noise) {
  state_ = Reading{std::move(std::get<Sent>(state_).noise)};
  auto& reading = std::get<Reading>(state_);
  TROTH_CHECK(reading.noise.read(std::move(noise)));
  if (!reading.noise.waiting_for()) return fail(Errc::internal);  // IK always agrees here
  io.ask(reading.noise.waiting_for()->view());
  return {};
}

Result<> Initiator::finish() {
  auto& reading = std::get<Reading>(state_);
  TROTH_TRY(const auto chosen,
            wire::decode<Chosen>(reading.noise.take_payload(), limits::kHandshakeOfferBytes));
  TROTH_CHECK(check_chosen(config_.can, chosen, suite_));
  state_ = Agreed{std::move(reading.noise), chosen};
  both_static_.reset();
  return {};
}

Result<Established> Initiator::take(MonoMs now) && {
  auto* agreed = std::get_if<Agreed>(&state_);
  if (agreed == nullptr) return fail(Errc::unexpected_message);
  return establish(std::move(*agreed), true, config_.kind, config_.limits, now);
}

}  // namespace troth::channel
