#include "pairing/run.hpp"

namespace troth::pairing {

std::optional<Action> RunBase::next_action() {
  if (actions_.empty()) return std::nullopt;
  std::optional<Action> out(std::move(actions_.front()));
  actions_.pop_front();
  return out;
}

std::optional<MonoMs> RunBase::deadline() const {
  if (over_) return std::nullopt;
  return deadline_;
}

void RunBase::tick(MonoMs now) {
  if (!over_ && deadline_ && now >= *deadline_) end(Errc::expired, true);
}

void RunBase::cancel(Errc why) {
  if (!over_) end(why, true);
}

void RunBase::cancel_unsent(Errc why) {
  // The end of a run that is over waits among them: it is all that its connection will hear.
  if (over_) return;
  actions_.clear();
  cancel(why);
}

void RunBase::connection_closed() {
  if (!over_) end(Errc::closed, false);
}

void RunBase::send_clear(MessageType type, const Bytes& message) {
  ask(SendFrame{join(type, message)});
}

void RunBase::end(Errc why, bool tell, std::uint32_t tries_left, bool by_peer) {
  if (over_) return;
  over_ = true;
  if (tell) send_clear(MessageType::end, wire::encode(End{to_reason(why), tries_left}));
  on_over();
  ask(Ended{why, tries_left, by_peer});
}

void RunBase::finish() {
  if (over_) return;
  over_ = true;
  on_over();
  ask(Finished{});
}

Result<Incoming> split(ByteView body) {
  if (body.empty()) return fail(Errc::truncated);
  if (body.size() > limits::kPairingFrame) return fail(Errc::too_long);
  const std::uint8_t type = body[0];
  if (type < static_cast<std::uint8_t>(MessageType::knock) ||
      type > static_cast<std::uint8_t>(MessageType::end)) {
    return fail(Errc::unknown_kind);
  }
  return Incoming{static_cast<MessageType>(type), body.subspan(1)};
}

Bytes join(MessageType type, ByteView message) {
  Bytes out{static_cast<std::uint8_t>(type)};
  append(out, message);
  return out;
}

}  // namespace troth::pairing
