#include "channel/frame_input.hpp"

#include <algorithm>

namespace troth::channel {

Result<std::size_t> FrameInput::needed(ByteView bytes) const {
  if (bytes.size() < limits::kFrameHead) return limits::kFrameHead;
  TROTH_TRY(const auto head,
            wire::parse_head(bytes.first<limits::kFrameHead>(), max_frame_ - limits::kFrameHead));
  return limits::kFrameHead + head.length;
}

Result<FrameInput::Piece> FrameInput::next(ByteView bytes) {
  if (handed_out_) partial_.clear();
  handed_out_ = false;
  if (partial_.empty()) {
    TROTH_TRY(const auto whole, needed(bytes));
    if (bytes.size() >= whole) return Piece{whole, bytes.first(whole)};
  }
  Piece piece;
  while (piece.taken < bytes.size()) {
    TROTH_TRY(const auto whole, needed(partial_));
    const auto more = std::min(whole - partial_.size(), bytes.size() - piece.taken);
    append(partial_, bytes.subspan(piece.taken, more));
    piece.taken += more;
    TROTH_TRY(const auto now_needed, needed(partial_));
    if (partial_.size() < limits::kFrameHead || partial_.size() < now_needed) continue;
    handed_out_ = true;
    piece.frame = partial_;
    return piece;
  }
  return piece;
}

}  // namespace troth::channel
