#include "channel/handshake_io.hpp"

#include <algorithm>

namespace troth::channel {

void HandshakeIo::send(wire::FrameKind kind, ByteView body) {
  if (!wants_pull()) {
    out_.clear();
    sent_ = 0;
  }
  wire::append_head(out_, {wire::kProtocolVersion, kind, static_cast<std::uint32_t>(body.size())});
  append(out_, body);
}

std::size_t HandshakeIo::pull(MutableBytes out) {
  const std::size_t size = std::min(out.size(), out_.size() - sent_);
  std::copy_n(out_.begin() + static_cast<std::ptrdiff_t>(sent_), size, out.begin());
  sent_ += size;
  return size;
}

void HandshakeIo::ask(ByteView point) {
  request_ = KeyRequest{KeyOp::agree, to_bytes(point), "connect"};
  asked_ = true;
}

std::optional<KeyRequest> HandshakeIo::next_key_request() {
  auto out = std::move(request_);
  request_.reset();
  return out;
}

Result<> HandshakeIo::take_answer() {
  if (!asked_ || request_) return fail(Errc::unexpected_message);
  asked_ = false;
  return {};
}

void HandshakeIo::fail_with(const Error& error, bool tell_peer) {
  if (failed_) return;
  failed_ = error;
  request_.reset();
  asked_ = false;
  if (tell_peer) send(wire::FrameKind::close, {});
}

}  // namespace troth::channel
