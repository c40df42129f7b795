// What both sides of a handshake share: frames in and out, the key request that is outstanding, and
// failing with one plain close whatever the reason.
#pragma once

#include <optional>

#include "channel/frame_input.hpp"

namespace troth::channel {

class HandshakeIo {
 public:
  [[nodiscard]] Result<FrameInput::Piece> next_frame(ByteView bytes) { return input_.next(bytes); }
  void send(wire::FrameKind kind, ByteView body);
  [[nodiscard]] std::size_t pull(MutableBytes out);
  [[nodiscard]] bool wants_pull() const { return sent_ < out_.size(); }

  void ask(ByteView point);
  [[nodiscard]] std::optional<KeyRequest> next_key_request();
  [[nodiscard]] Result<> take_answer();  // unexpected_message when nothing was asked

  [[nodiscard]] const std::optional<Error>& failed() const { return failed_; }
  // Keeps the first error and queues the close, unless the peer closed itself.
  void fail_with(const Error& error, bool tell_peer);

 private:
  FrameInput input_{limits::kHandshakeFrame};
  Bytes out_;
  std::size_t sent_ = 0;
  std::optional<KeyRequest> request_;
  bool asked_ = false;
  std::optional<Error> failed_;
};

}  // namespace troth::channel
