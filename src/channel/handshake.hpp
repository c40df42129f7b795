// Handshake: Noise_IKpsk1 over P-256 between two devices of a circle (spec 03 §3, rule 14), without
// a clock or a socket. Every agreement with this device's static key is a KeyRequest that a
// keystore answers later; bytes, answers and the caller's decision go in, frames and at the end a
// Channel come out.
//
//   initiator: initiate() -> key request -> [frame 1] -> receive(frame 2) -> key request -> done
//   responder: respond() -> receive(frame 1) -> 2 key requests -> decision -> [frame 2] -> done
//
// A failed handshake sends one plain close frame whatever the reason; failed() has the reason.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/ports.hpp"
#include "channel/capabilities.hpp"
#include "channel/channel.hpp"
#include "crypto/p256.hpp"

namespace troth::channel {

struct InitiatorConfig {
  CircleId circle;
  ConnectKind kind = ConnectKind::full;
  Secret32 psk;  // full: noise_psk(newest control epoch); catch_up: catch_up_psk(circle)
  crypto::P256Public own;
  crypto::P256Public peer;  // the responder's agree key
  Capabilities can;
  ChannelLimits limits;
};

struct ResponderConfig {
  CircleId circle;
  std::vector<Secret32> psks;  // of the newest control epochs, newest first, at most kPskCandidates
  bool allow_catch_up = true;
  crypto::P256Public own;
  Capabilities can;
  ChannelLimits limits;
  SeenFirstMessages* seen = nullptr;  // shared by the device's responders; may be null
};

// What the responder learned from message 1, whose sender proved to hold `peer`.
struct Caller {
  ConnectKind kind = ConnectKind::full;
  std::size_t psk_index = 0;  // full: which of ResponderConfig::psks it used
  crypto::P256Public peer;
};

struct Established {
  Channel channel;
  crypto::P256Public peer;
  ConnectKind kind = ConnectKind::full;
  std::size_t psk_index = 0;
  std::uint8_t suite = 0;
  std::uint64_t version = 0;
};

class Handshake {
 public:
  [[nodiscard]] static Handshake initiate(InitiatorConfig config, Rng& rng);
  [[nodiscard]] static Handshake respond(ResponderConfig config);
  ~Handshake();
  Handshake(Handshake&&) noexcept;
  Handshake& operator=(Handshake&&) noexcept;

  // Takes bytes up to the end of one frame; the rest belongs to the next call (or to the channel).
  [[nodiscard]] Result<std::size_t> receive(ByteView bytes, Rng& rng);
  // At most one at a time is outstanding.
  [[nodiscard]] std::optional<KeyRequest> next_key_request();
  // The 32-byte x coordinate, or why the keystore could not.
  [[nodiscard]] Result<> answer(Result<Secret32> agreed, Rng& rng);

  // Responder: after message 1 is proved, until admit() or refuse() is called. A caller must refuse
  // an unknown or removed device in kind full; in catch_up an unknown one is allowed (rule 14).
  [[nodiscard]] std::optional<Caller> undecided() const;
  [[nodiscard]] Result<> admit(Rng& rng);
  void refuse();

  [[nodiscard]] std::size_t pull(MutableBytes out);  // out >= limits::kHandshakeFrame
  [[nodiscard]] bool wants_pull() const;
  [[nodiscard]] bool done() const;  // and everything pulled: take() may be called
  [[nodiscard]] std::optional<Error> failed() const;
  // The channel. A responder must let nothing have an effect before channel.confirmed(): only the
  // initiator's first frame shows that it is alive and no replay.
  [[nodiscard]] Result<Established> take(MonoMs now) &&;

 private:
  struct State;
  explicit Handshake(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace troth::channel
