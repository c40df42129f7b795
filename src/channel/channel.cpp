#include "channel/channel.hpp"

#include <algorithm>

#include "channel/frame_input.hpp"

namespace troth::channel {

namespace {

constexpr std::size_t kOverhead = limits::kFrameHead + crypto::kAeadTag;
constexpr std::size_t kPlainMax = limits::kChannelFrame - kOverhead;
// A frame is not worth its head below this; it has room for every credit, a rekey and a close.
constexpr std::size_t kFrameMin = kOverhead + kStreams * kCreditSize + kRekeySize + kCloseSize + 16;

// How far one key was used.
struct KeyUse {
  std::uint64_t frames = 0;
  std::uint64_t bytes = 0;
  MonoMs since;
};

template <class T>
std::array<T, kStreams> make_streams(const ChannelLimits& limits) {
  const auto& w = limits.windows;
  return {T(StreamClass::control, w[0]), T(StreamClass::interactive, w[1]),
          T(StreamClass::normal, w[2]), T(StreamClass::bulk, w[3])};
}

}  // namespace

ChannelLimits catch_up_limits() {
  ChannelLimits out;
  out.windows = {limits::kCatchUpWindow, 0, 0, 0};
  return out;
}

struct Channel::State {
  State(CipherState send_in, CipherState receive_in, const Hash& binding_in,
        const ChannelLimits& limits_in, bool alive, MonoMs now)
      : send(std::move(send_in)),
        receive(std::move(receive_in)),
        binding(binding_in),
        limit(limits_in),
        confirmed(alive),
        out(make_streams<SendQueue>(limits_in)),
        in(make_streams<Reassembly>(limits_in)) {
    send_use.since = now;
    receive_use.since = now;
  }
  ~State() { secret_wipe(plain); }

  Result<std::size_t> take(ByteView bytes, MonoMs now);
  Result<> open_frame(ByteView frame, MonoMs now);
  Result<> apply_all(ByteView frame, MonoMs now);
  Result<> apply(const DataRecord& record, MonoMs now);
  Result<> apply(const CreditRecord& record, MonoMs now);
  Result<> apply(const RekeyRecord& record, MonoMs now);
  Result<> apply(const CloseRecord& record, MonoMs now);
  bool rekey_by_use() const;
  bool rekey_by_time(MonoMs now) const;
  bool stopped() const { return close_sent || failed.has_value(); }
  void fill(RecordWriter& writer);
  std::size_t seal_frame(MutableBytes frame, std::size_t plain_size, bool rekeying, MonoMs now);

  CipherState send;
  CipherState receive;
  Hash binding;
  ChannelLimits limit;
  ChannelStats stats;
  KeyUse send_use;
  KeyUse receive_use;
  bool confirmed;
  std::array<SendQueue, kStreams> out;
  std::array<Reassembly, kStreams> in;
  FrameInput input{limits::kChannelFrame};
  Bytes plain = Bytes(kPlainMax);  // of the frame that is being read
  std::optional<CloseReason> closing;
  bool close_sent = false;
  std::optional<CloseReason> peer_closed;
  std::optional<Error> failed;
};

Channel::Channel(CipherState send, CipherState receive, const Hash& binding,
                 const ChannelLimits& limits, bool peer_alive, MonoMs now)
    : state_(std::make_unique<State>(std::move(send), std::move(receive), binding, limits,
                                     peer_alive, now)) {}
Channel::~Channel() = default;
Channel::Channel(Channel&&) noexcept = default;
Channel& Channel::operator=(Channel&&) noexcept = default;

// Receiving ---------------------------------------------------------------------------------------

Result<std::size_t> Channel::receive(ByteView bytes, MonoMs now) {
  if (state_->failed) return fail(*state_->failed);
  auto taken = state_->take(bytes, now);
  if (!taken) state_->failed = taken.error();
  return taken;
}

Result<std::size_t> Channel::State::take(ByteView bytes, MonoMs now) {
  std::size_t taken = 0;
  while (taken < bytes.size() && !peer_closed) {
    TROTH_TRY(const auto piece, input.next(bytes.subspan(taken)));
    taken += piece.taken;
    if (piece.frame.empty()) break;
    TROTH_CHECK(open_frame(piece.frame, now));
  }
  return taken;
}

Result<> Channel::State::open_frame(ByteView frame, MonoMs now) {
  const auto head_bytes = frame.first<limits::kFrameHead>();
  TROTH_TRY(const auto head, wire::parse_head(head_bytes, limits::kChannelFrame));
  // A plain close is not authenticated: it says no more than a cut wire.
  if (head.kind == wire::FrameKind::close) return fail(Errc::truncated_stream);
  if (head.kind != wire::FrameKind::record) return fail(Errc::unexpected_message);
  if (head.length <= crypto::kAeadTag) return fail(Errc::truncated);
  if (receive_use.frames >= limit.rekey_frames * limits::kRekeySlack) return fail(Errc::limit);
  const auto body = MutableBytes(plain).first(head.length - crypto::kAeadTag);
  TROTH_CHECK(receive.open(head_bytes, frame.subspan(limits::kFrameHead), body));
  confirmed = true;
  ++stats.frames_received;
  stats.bytes_received += frame.size();
  ++receive_use.frames;
  return apply_all(body, now);
}

Result<> Channel::State::apply_all(ByteView frame, MonoMs now) {
  RecordReader reader(frame);
  while (!reader.done()) {
    TROTH_TRY(const auto record, reader.next());
    TROTH_CHECK(std::visit([&](const auto& kind) { return apply(kind, now); }, record));
  }
  return {};
}

Result<> Channel::State::apply(const DataRecord& record, MonoMs) {
  return in[index_of(record.cls)].add(record);
}

Result<> Channel::State::apply(const CreditRecord& record, MonoMs) {
  return out[index_of(record.cls)].raise(record.limit);
}

Result<> Channel::State::apply(const RekeyRecord&, MonoMs now) {
  receive.rekey();
  receive_use = {0, 0, now};
  ++stats.rekeys_received;
  return {};
}

Result<> Channel::State::apply(const CloseRecord& record, MonoMs) {
  peer_closed = record.reason;
  return {};
}

std::optional<Message> Channel::next_message() {
  for (const auto cls : kByPriority) {
    if (auto message = next_message(cls)) return message;
  }
  return std::nullopt;
}

std::optional<Message> Channel::next_message(StreamClass cls) {
  auto bytes = state_->in[index_of(cls)].pop();
  if (!bytes) return std::nullopt;
  return Message{cls, std::move(*bytes)};
}

// Sending -----------------------------------------------------------------------------------------

bool Channel::can_queue(StreamClass cls) const {
  return !state_->stopped() && !state_->closing && !state_->peer_closed &&
         state_->limit.windows[index_of(cls)] > 0 && state_->out[index_of(cls)].can_queue();
}

std::uint64_t Channel::credit(StreamClass cls) const { return state_->out[index_of(cls)].credit(); }

Result<> Channel::queue(StreamClass cls, Bytes message) {
  if (state_->stopped() || state_->closing || state_->peer_closed) return fail(Errc::closed);
  if (state_->limit.windows[index_of(cls)] == 0) return fail(Errc::not_permitted);  // rule 14
  return state_->out[index_of(cls)].queue(std::move(message));
}

bool Channel::State::rekey_by_use() const {
  return send_use.frames + 1 >= limit.rekey_frames || send_use.bytes >= limit.rekey_bytes;
}

// A key that sealed nothing protects nothing and need not change.
bool Channel::State::rekey_by_time(MonoMs now) const {
  return send_use.frames > 0 && now.ms >= send_use.since.ms + limit.rekey_ms;
}

bool Channel::wants_pull(MonoMs now) const {
  const State& s = *state_;
  if (s.stopped()) return false;
  if (s.closing || s.rekey_by_time(now)) return true;
  const auto due = [](const Reassembly& stream) { return stream.credit_due(); };
  const auto ready = [](const SendQueue& stream) { return stream.ready(); };
  return std::any_of(s.in.begin(), s.in.end(), due) ||
         std::any_of(s.out.begin(), s.out.end(), ready);
}

bool Channel::has_queued() const {
  return std::any_of(state_->out.begin(), state_->out.end(),
                     [](const SendQueue& stream) { return !stream.empty(); });
}

// Strict priority: a lower class gets what room the higher ones leave.
void Channel::State::fill(RecordWriter& writer) {
  if (closing) return writer.close(*closing);
  for (auto& stream : in) {
    if (stream.credit_due()) writer.credit(stream.grant());
  }
  for (auto& stream : out) {
    while (stream.write(writer)) continue;
  }
}

std::size_t Channel::pull(MutableBytes out, MonoMs now) {
  if (!wants_pull(now) || out.size() < kFrameMin) return 0;
  const bool rekeying = !state_->closing && (state_->rekey_by_use() || state_->rekey_by_time(now));
  const auto frame = out.first(std::min(out.size(), limits::kChannelFrame));
  const auto plain = frame.subspan(limits::kFrameHead, frame.size() - kOverhead);
  // The rekey record stands last, so its byte is kept free.
  RecordWriter writer(plain.first(plain.size() - (rekeying ? kRekeySize : 0)));
  state_->fill(writer);
  std::size_t size = writer.size();
  if (rekeying) {
    RecordWriter(plain.subspan(size)).rekey();
    size += kRekeySize;
  }
  if (size == 0) return 0;
  return state_->seal_frame(frame, size, rekeying, now);
}

std::size_t Channel::State::seal_frame(MutableBytes frame, std::size_t plain_size, bool rekeying,
                                       MonoMs now) {
  const std::size_t sealed = plain_size + crypto::kAeadTag;
  const auto head = frame.first<limits::kFrameHead>();
  wire::write_head(
      head, {wire::kProtocolVersion, wire::FrameKind::record, static_cast<std::uint32_t>(sealed)});
  const auto body = frame.subspan(limits::kFrameHead, sealed);
  if (auto ok = send.seal(head, body.first(plain_size), body); !ok) {
    secret_wipe(body);  // a spent counter: 2^64 frames
    failed = ok.error();
    return 0;
  }
  const std::size_t total = limits::kFrameHead + sealed;
  ++stats.frames_sent;
  stats.bytes_sent += total;
  ++send_use.frames;
  send_use.bytes += total;
  if (rekeying) {
    send.rekey();
    send_use = {0, 0, now};
    ++stats.rekeys_sent;
  }
  close_sent = closing.has_value();
  return total;
}

// End ---------------------------------------------------------------------------------------------

void Channel::close(CloseReason reason) {
  if (state_->closing) return;
  state_->closing = reason;
  for (auto& stream : state_->out) stream.clear();
}

Result<> Channel::transport_ended() const {
  if (state_->failed) return fail(*state_->failed);
  return require(state_->peer_closed.has_value(), Errc::truncated_stream);
}

std::optional<CloseReason> Channel::peer_closed() const { return state_->peer_closed; }
bool Channel::close_sent() const { return state_->close_sent; }
std::optional<Error> Channel::failed() const { return state_->failed; }
bool Channel::confirmed() const { return state_->confirmed; }
const Hash& Channel::binding() const { return state_->binding; }
const ChannelStats& Channel::stats() const { return state_->stats; }

std::optional<MonoMs> Channel::deadline() const {
  if (state_->stopped() || state_->send_use.frames == 0) return std::nullopt;
  return MonoMs{state_->send_use.since.ms + state_->limit.rekey_ms};
}

}  // namespace troth::channel
