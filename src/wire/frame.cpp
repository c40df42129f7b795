#include "wire/frame.hpp"

namespace troth::wire {

namespace {

bool known(std::uint8_t kind) {
  return kind >= static_cast<std::uint8_t>(FrameKind::handshake1) &&
         kind <= static_cast<std::uint8_t>(FrameKind::pairing);
}

}  // namespace

void write_head(std::span<std::uint8_t, 8> out, const FrameHead& head) {
  out[0] = kMagic[0];
  out[1] = kMagic[1];
  out[2] = head.version;
  out[3] = static_cast<std::uint8_t>(head.kind);
  for (unsigned i = 0; i < 4; ++i)
    out[4 + i] = static_cast<std::uint8_t>(head.length >> (24 - 8 * i));
}

void append_head(Bytes& out, const FrameHead& head) {
  std::array<std::uint8_t, 8> bytes{};
  write_head(bytes, head);
  append(out, bytes);
}

Result<FrameHead> parse_head(std::span<const std::uint8_t, 8> in, std::size_t max_length) {
  if (in[0] != kMagic[0] || in[1] != kMagic[1]) return fail(Errc::bad_magic);
  if (in[2] != kProtocolVersion) return fail(Errc::unknown_version);
  if (!known(in[3])) return fail(Errc::unknown_kind);
  const auto length = static_cast<std::uint32_t>(read_be(in.subspan(4, 4)));
  if (length > max_length) return fail(Errc::too_long);
  return FrameHead{in[2], static_cast<FrameKind>(in[3]), length};
}

}  // namespace troth::wire
