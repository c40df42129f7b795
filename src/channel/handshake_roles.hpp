// The two sides of the handshake as state machines: one function a legal (state, input) pair, a
// catch-all that refuses. Internal to the channel module; handshake.hpp is what others use.
#pragma once

#include <variant>

#include "channel/handshake.hpp"
#include "channel/handshake_io.hpp"
#include "channel/noise.hpp"

namespace troth::channel {

using P256Noise = NoiseHandshake<P256Dh>;

// What a finished side hands over.
struct Agreed {
  P256Noise noise;
  Chosen chosen;
};

class Initiator {
 public:
  explicit Initiator(InitiatorConfig config) : config_(std::move(config)) {}
  [[nodiscard]] Result<> begin(HandshakeIo& io, Rng& rng, std::uint8_t first_suite);
  [[nodiscard]] Result<> frame(HandshakeIo& io, wire::FrameKind kind, ByteView body, Rng& rng);
  [[nodiscard]] Result<> answer(HandshakeIo& io, Secret32 agreed, Rng& rng);
  [[nodiscard]] bool done() const { return std::holds_alternative<Agreed>(state_); }
  [[nodiscard]] Result<Established> take(MonoMs now) &&;

 private:
  struct Idle {};
  struct Writing {  // message 1 waits for the static agreement
    P256Noise noise;
    Bytes offer;
  };
  struct Sent {
    P256Noise noise;
    FirstMac mac;
  };
  struct Reading {  // message 2 waits for the static agreement
    P256Noise noise;
  };
  [[nodiscard]] Result<> send_first(HandshakeIo& io);
  [[nodiscard]] Result<> retry(HandshakeIo& io, const Retry& retry, Rng& rng);
  [[nodiscard]] Result<> read_second(HandshakeIo& io, Bytes noise);
  [[nodiscard]] Result<> finish();

  InitiatorConfig config_;
  std::uint8_t suite_ = 0;
  bool retried_ = false;
  std::optional<Secret32> both_static_;  // the same for every try, so asked for once
  std::variant<Idle, Writing, Sent, Reading, Agreed> state_;
};

class Responder {
 public:
  explicit Responder(ResponderConfig config) : config_(std::move(config)) {}
  [[nodiscard]] Result<> frame(HandshakeIo& io, wire::FrameKind kind, ByteView body);
  [[nodiscard]] Result<> answer(HandshakeIo& io, const Secret32& agreed);
  [[nodiscard]] std::optional<Caller> undecided() const;
  [[nodiscard]] Result<> admit(HandshakeIo& io, Rng& rng);
  [[nodiscard]] bool done() const { return std::holds_alternative<Agreed>(state_); }
  [[nodiscard]] Result<Established> take(MonoMs now) &&;

 private:
  struct WaitFirst {};
  struct Reading {  // message 1 waits for a static agreement
    P256Noise noise;
    Chosen chosen;
  };
  struct Undecided {
    P256Noise noise;
    Chosen chosen;
  };
  [[nodiscard]] Result<> first(HandshakeIo& io, FirstMessage message);
  [[nodiscard]] Result<Secret32> match_psk(const FirstMessage& message, ConnectKind kind);
  [[nodiscard]] Result<> begin_reading(HandshakeIo& io, FirstMessage message, const Chosen& chosen,
                                       Secret32 psk);
  [[nodiscard]] Result<> proceed(HandshakeIo& io);

  ResponderConfig config_;
  ConnectKind kind_ = ConnectKind::full;
  std::size_t psk_index_ = 0;
  bool retried_ = false;
  std::variant<WaitFirst, Reading, Undecided, Agreed> state_;
};

// Splits the keys and makes the channel; what is left of the handshake is wiped with the noise.
[[nodiscard]] Established establish(Agreed agreed, bool initiator, ConnectKind kind,
                                    const ChannelLimits& limits, MonoMs now);
[[nodiscard]] Result<crypto::Aead> aead_of(std::uint8_t suite);

}  // namespace troth::channel
