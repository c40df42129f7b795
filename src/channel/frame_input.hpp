// Cuts a byte stream, which comes in any split, into whole frames. A frame that stands whole in the
// input is handed out where it is; only one that is split over reads is copied.
#pragma once

#include "base/limits.hpp"
#include "wire/wire.hpp"

namespace troth::channel {

class FrameInput {
 public:
  explicit FrameInput(std::size_t max_frame) : max_frame_(max_frame) {}

  struct Piece {
    std::size_t taken = 0;  // bytes of the input used up
    ByteView frame;         // head and body; empty = more is needed. Valid until the next call
  };
  // Errors are those of the head (bad_magic, unknown_version, unknown_kind, too_long).
  [[nodiscard]] Result<Piece> next(ByteView bytes);

 private:
  // Bytes of the frame that begins here, or of its head where that is not whole yet.
  [[nodiscard]] Result<std::size_t> needed(ByteView bytes) const;

  std::size_t max_frame_;
  Bytes partial_;
  bool handed_out_ = false;  // partial_ is the frame of the last answer
};

}  // namespace troth::channel
