// Channel: the established, encrypted connection between two devices (spec 03 §4 to §7). It turns
// messages of up to limits::kMessageBytes into sealed frames of at most limits::kChannelFrame and
// back. It knows no circle and reads no clock; one thread.
//
// Sending is pull: queue() takes whole messages, pull() seals one frame when the socket can take
// it, highest class first. Credit is in bytes a stream and comes back when the receiver takes a
// message.
#pragma once

#include <memory>
#include <optional>

#include "base/limits.hpp"
#include "channel/noise_state.hpp"
#include "channel/reassembly.hpp"
#include "channel/send_queue.hpp"

namespace troth::channel {

// How far a key may be used and how much may be in flight; tests make them small.
struct ChannelLimits {
  std::array<std::uint64_t, kStreams> windows{limits::kStreamWindow, limits::kStreamWindow,
                                              limits::kStreamWindow, limits::kStreamWindow};
  std::uint64_t rekey_frames = limits::kRekeyFrames;
  std::uint64_t rekey_bytes = limits::kRekeyBytes;
  std::uint64_t rekey_ms = limits::kRekeyMs;
};
// Rule 14: a catch-up has the control stream only, and a small one.
[[nodiscard]] ChannelLimits catch_up_limits();

struct ChannelStats {
  std::uint64_t frames_sent = 0, frames_received = 0;
  std::uint64_t bytes_sent = 0, bytes_received = 0;  // of whole frames
  std::uint64_t rekeys_sent = 0, rekeys_received = 0;
};

class Channel {
 public:
  // peer_alive: the handshake already showed it (to an initiator, by message 2).
  Channel(CipherState send, CipherState receive, const Hash& binding, const ChannelLimits& limits,
          bool peer_alive, MonoMs now);
  ~Channel();
  Channel(Channel&&) noexcept;
  Channel& operator=(Channel&&) noexcept;

  // Takes bytes from the socket in any split; returns how many were taken (all of them, or up to
  // the end of the frame with the peer's close). After an error the channel is dead: failed() says
  // why.
  [[nodiscard]] Result<std::size_t> receive(ByteView bytes, MonoMs now);
  // The next complete message, control first. Taking one gives its credit back to the peer.
  [[nodiscard]] std::optional<Message> next_message();
  [[nodiscard]] std::optional<Message> next_message(StreamClass cls);

  // May one more message be queued? At least one always may when the stream's queue is empty.
  [[nodiscard]] bool can_queue(StreamClass cls) const;
  // Bytes that the peer lets us send on the stream and that are not queued yet.
  [[nodiscard]] std::uint64_t credit(StreamClass cls) const;
  // no_credit when the queue is full, too_long above limits::kMessageBytes, bad_value when empty,
  // closed after close() or the peer's close.
  [[nodiscard]] Result<> queue(StreamClass cls, Bytes message);
  // Seals at most one frame into out; 0 = nothing to send or no credit. out shorter than
  // limits::kChannelFrame gives shorter frames.
  [[nodiscard]] std::size_t pull(MutableBytes out, MonoMs now);
  [[nodiscard]] bool wants_pull(MonoMs now) const;
  [[nodiscard]] bool has_queued() const;  // messages not yet wholly sealed

  // Ends our side: drops what is queued and sends an authenticated close as the last frame.
  void close(CloseReason reason);
  // The transport ended. truncated_stream unless the peer's close was read before (rule: truncation
  // is an error).
  [[nodiscard]] Result<> transport_ended() const;
  [[nodiscard]] std::optional<CloseReason> peer_closed() const;
  [[nodiscard]] bool close_sent() const;
  [[nodiscard]] std::optional<Error> failed() const;
  [[nodiscard]] bool confirmed() const;  // the peer is alive: a frame of it opened, or peer_alive
  [[nodiscard]] std::optional<MonoMs> deadline() const;  // when a key gets too old

  [[nodiscard]] const Hash& binding()
      const;  // handshake hash: names this channel, equal on both sides
  [[nodiscard]] const ChannelStats& stats() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace troth::channel
