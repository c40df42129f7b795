// Target: a channel that reads records under a key that the fuzzer holds (an authenticated but
// hostile peer), and raw bytes. Input: first byte = mode and split; then, for sealed mode, chunks
// of [length 2][plaintext of one frame]. Property: memory held stays within the windows, a dead
// channel stays dead, what is handed out was charged.
#include <algorithm>

#include "base/bytes.hpp"
#include "channel/channel.hpp"
#include "fuzz/fuzz.hpp"
#include "wire/wire.hpp"

namespace {

using namespace troth;
using namespace troth::channel;

constexpr std::uint64_t kWindow = 4096;

Channel make_channel() {
  ChannelLimits limits;
  limits.windows = {kWindow, kWindow, kWindow, kWindow};
  limits.rekey_frames = 8;
  return Channel(CipherState(crypto::Aead::aes256gcm, Bytes(32, 1)),
                 CipherState(crypto::Aead::aes256gcm, Bytes(32, 2)), Hash{}, limits, false, {});
}

Bytes sealed_frame(CipherState& key, ByteView plain) {
  Bytes frame;
  wire::append_head(frame, {wire::kProtocolVersion, wire::FrameKind::record,
                            static_cast<std::uint32_t>(plain.size() + crypto::kAeadTag)});
  const Bytes head = frame;
  frame.resize(frame.size() + plain.size() + crypto::kAeadTag);
  FUZZ_REQUIRE(key.seal(head, plain, MutableBytes(frame).subspan(head.size())).has_value());
  return frame;
}

void receive_all(Channel& channel, ByteView bytes, std::size_t piece) {
  while (!bytes.empty()) {
    const auto taken = channel.receive(bytes.first(std::min(piece, bytes.size())), {});
    FUZZ_REQUIRE(taken.has_value() == !channel.failed().has_value());
    if (!taken || *taken == 0) return;
    bytes = bytes.subspan(*taken);
  }
}

void pull_some(Channel& channel) {
  Bytes out(limits::kChannelFrame);
  for (int i = 0; i < 4; ++i) {
    const auto size = channel.pull(out, {});
    FUZZ_REQUIRE(size <= out.size());
    FUZZ_REQUIRE(size == 0 || !channel.failed());
  }
}

void check_messages(Channel& channel) {
  std::uint64_t held = 0;
  while (auto message = channel.next_message()) {
    FUZZ_REQUIRE(!message->bytes.empty());
    held += message->bytes.size() + limits::kMessageCharge;
  }
  FUZZ_REQUIRE(held <= kStreams * kWindow);
}

}  // namespace

void fuzz(ByteView in) {
  if (in.empty()) return;
  const std::size_t piece = (in[0] & 0x7F) == 0 ? SIZE_MAX : in[0] & 0x7F;
  const bool sealed = (in[0] & 0x80) != 0;
  in = in.subspan(1);
  auto channel = make_channel();
  (void)channel.queue(StreamClass::bulk, Bytes(100, 1));
  if (!sealed) {
    receive_all(channel, in, piece);
    FUZZ_REQUIRE(!channel.next_message());  // nobody without the key says anything
    FUZZ_REQUIRE(!channel.confirmed());
    return;
  }
  CipherState key(crypto::Aead::aes256gcm, Bytes(32, 2));
  while (in.size() > 2 && !channel.failed() && !channel.peer_closed()) {
    const std::size_t limit = limits::kChannelFrame - limits::kFrameHead - crypto::kAeadTag;
    const auto length =
        std::min({static_cast<std::size_t>(read_be(in.first(2))), in.size() - 2, limit});
    const auto before = channel.stats().rekeys_received;
    receive_all(channel, sealed_frame(key, in.subspan(2, length)), piece);
    if (channel.stats().rekeys_received != before) key.rekey();
    in = in.subspan(2 + length);
    if (length % 3 == 0) check_messages(channel);
    pull_some(channel);
  }
  check_messages(channel);
}

std::vector<Bytes> fuzz_seeds() {
  const auto with_mode = [](std::uint8_t mode, ByteView plain) {
    Bytes out{mode};
    append_be16(out, static_cast<std::uint16_t>(plain.size()));
    append(out, plain);
    return out;
  };
  Bytes plain(64);
  RecordWriter writer(plain);
  const Bytes body = to_bytes("hello");
  writer.data({StreamClass::bulk, true, true, 5, body});
  writer.data({StreamClass::normal, true, false, 10, body});
  writer.data({StreamClass::normal, false, true, 10, body});
  writer.credit({StreamClass::bulk, 9000});
  plain.resize(writer.size());
  Bytes rekey = with_mode(0x83, Bytes{0x50});
  append_be16(rekey, static_cast<std::uint16_t>(plain.size()));
  append(rekey, plain);
  Bytes raw{5, 0xE7, 0x54, 1, 3, 0, 0, 0, 32};
  raw.resize(raw.size() + 32, 7);
  return {with_mode(0x80, plain), with_mode(0x81, plain), rekey, with_mode(0x80, Bytes{0x60, 0}),
          raw};
}
