#include "channel/handshake.hpp"

#include "channel/handshake_roles.hpp"

namespace troth::channel {

Result<crypto::Aead> aead_of(std::uint8_t suite) {
  TROTH_TRY(const auto found, crypto::usable_suite(suite));
  return found.aead;
}

Established establish(Agreed agreed, bool initiator, ConnectKind kind, const ChannelLimits& limits,
                      MonoMs now) {
  const auto peer = agreed.noise.peer_static();
  TROTH_ASSERT(peer.has_value());
  const Hash binding = agreed.noise.hash();
  CipherPair keys = std::move(agreed.noise).split();
  auto& send = initiator ? keys.initiator : keys.responder;
  auto& receive = initiator ? keys.responder : keys.initiator;
  const ChannelLimits used = kind == ConnectKind::full ? limits : catch_up_limits();
  return {Channel(std::move(send), std::move(receive), binding, used, initiator, now),
          *peer,
          kind,
          0,
          agreed.chosen.suite,
          agreed.chosen.version};
}

struct Handshake::State {
  explicit State(InitiatorConfig config) : role(Initiator(std::move(config))) {}
  explicit State(ResponderConfig config) : role(Responder(std::move(config))) {}

  Result<> check(Result<> result) {
    if (!result) io.fail_with(result.error(), true);
    return result;
  }
  Result<> frame(ByteView frame, Rng& rng) {
    const auto head_bytes = frame.first<limits::kFrameHead>();
    TROTH_TRY(const auto head, wire::parse_head(head_bytes, limits::kHandshakeFrame));
    const auto body = frame.subspan(limits::kFrameHead);
    if (auto* initiator = std::get_if<Initiator>(&role)) {
      return initiator->frame(io, head.kind, body, rng);
    }
    return std::get<Responder>(role).frame(io, head.kind, body);
  }
  bool role_done() const {
    return std::visit([](const auto& side) { return side.done(); }, role);
  }

  HandshakeIo io;
  std::variant<Initiator, Responder> role;
};

Handshake::Handshake(std::unique_ptr<State> state) : state_(std::move(state)) {}
Handshake::~Handshake() = default;
Handshake::Handshake(Handshake&&) noexcept = default;
Handshake& Handshake::operator=(Handshake&&) noexcept = default;

Handshake Handshake::initiate(InitiatorConfig config, Rng& rng) {
  Handshake out(std::make_unique<State>(std::move(config)));
  State& state = *out.state_;
  // Nothing was sent yet, so there is nobody to tell.
  if (auto ok = std::get<Initiator>(state.role).begin(state.io, rng, 0); !ok) {
    state.io.fail_with(ok.error(), false);
  }
  return out;
}

Handshake Handshake::respond(ResponderConfig config) {
  return Handshake(std::make_unique<State>(std::move(config)));
}

Result<std::size_t> Handshake::receive(ByteView bytes, Rng& rng) {
  State& state = *state_;
  if (state.io.failed()) return fail(*state.io.failed());
  if (state.role_done()) return 0;  // what follows belongs to the channel
  auto piece = state.io.next_frame(bytes);
  if (!piece) {
    state.io.fail_with(piece.error(), true);
    return fail(piece.error());
  }
  if (piece->frame.empty()) return piece->taken;
  if (piece->frame[3] == static_cast<std::uint8_t>(wire::FrameKind::close)) {
    const bool plain = piece->frame.size() == limits::kFrameHead;
    const Error error{plain ? Errc::refused : Errc::trailing_bytes};
    state.io.fail_with(error, !plain);
    return fail(error);
  }
  TROTH_CHECK(state.check(state.frame(piece->frame, rng)));
  return piece->taken;
}

std::optional<KeyRequest> Handshake::next_key_request() { return state_->io.next_key_request(); }

Result<> Handshake::answer(Result<Secret32> agreed, Rng& rng) {
  State& state = *state_;
  if (state.io.failed()) return fail(*state.io.failed());
  TROTH_CHECK(state.io.take_answer());
  if (!agreed) return state.check(fail(agreed.error()));
  if (auto* initiator = std::get_if<Initiator>(&state.role)) {
    return state.check(initiator->answer(state.io, std::move(*agreed), rng));
  }
  return state.check(std::get<Responder>(state.role).answer(state.io, *agreed));
}

std::optional<Caller> Handshake::undecided() const {
  const auto* responder = std::get_if<Responder>(&state_->role);
  if (responder == nullptr || state_->io.failed()) return std::nullopt;
  return responder->undecided();
}

Result<> Handshake::admit(Rng& rng) {
  auto* responder = std::get_if<Responder>(&state_->role);
  if (responder == nullptr || state_->io.failed()) return fail(Errc::unexpected_message);
  return state_->check(responder->admit(state_->io, rng));
}

void Handshake::refuse() { state_->io.fail_with(Error{Errc::refused}, true); }

std::size_t Handshake::pull(MutableBytes out) { return state_->io.pull(out); }
bool Handshake::wants_pull() const { return state_->io.wants_pull(); }
std::optional<Error> Handshake::failed() const { return state_->io.failed(); }

bool Handshake::done() const {
  return state_->role_done() && !state_->io.failed() && !state_->io.wants_pull();
}

Result<Established> Handshake::take(MonoMs now) && {
  if (!done()) return fail(Errc::unexpected_message);
  auto out = std::visit([&](auto& side) { return std::move(side).take(now); }, state_->role);
  state_.reset();
  return out;
}

}  // namespace troth::channel
