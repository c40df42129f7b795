// The 8-byte clear frame head (spec 01 §1): it comes before any parser, so that a foreign protocol or
// another version is told apart before a byte of the body is looked at.
#pragma once

#include "base/bytes.hpp"

namespace troth::wire {

inline constexpr std::array<std::uint8_t, 2> kMagic{0xE7, 0x54};  // not ASCII, so text is not mistaken
inline constexpr std::uint8_t kProtocolVersion = 1;

enum class FrameKind : std::uint8_t {
  handshake1 = 1,
  handshake2 = 2,
  record = 3,
  close = 4,
  pairing = 5,
};

struct FrameHead {
  std::uint8_t version = kProtocolVersion;
  FrameKind kind = FrameKind::record;
  std::uint32_t length = 0;  // bytes of the body that follows
};

// magic 2 | version 1 | kind 1 | length 4, big-endian
void append_head(Bytes& out, const FrameHead& head);
void write_head(std::span<std::uint8_t, 8> out, const FrameHead& head);
[[nodiscard]] Result<FrameHead> parse_head(std::span<const std::uint8_t, 8> in, std::size_t max_length);

}  // namespace troth::wire
