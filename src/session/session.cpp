#include "session/session.hpp"

#include <algorithm>

#include "crypto/hash.hpp"
#include "crypto/labels.hpp"

namespace troth::session {

using channel::StreamClass;

namespace {

template <class T>
Result<T> unpack(ByteView in) {
  return wire::decode<T>(in);
}

}  // namespace

Session::Session(channel::Channel channel, const DeviceId& peer, Mode mode, bool initiator,
                 Host& host)
    : channel_(std::move(channel)), peer_(peer), mode_(mode), initiator_(initiator), host_(host) {
  if (mode_ != Mode::removed) update_shared();
}

Result<std::size_t> Session::receive(ByteView bytes, Now now) {
  TROTH_TRY(const auto taken, channel_.receive(bytes, now.mono));
  while (auto message = channel_.next_message()) {
    TROTH_CHECK(on_message(*message, now));
    // It keeps asking and does not read: an honest peer is far below this.
    if (control_bytes_ > limits::kControlQueue) return fail(Errc::limit);
  }
  if (const auto failure = channel_.failed()) return fail(*failure);
  if (channel_.peer_closed()) return fail(Errc::closed);
  return taken;
}

Result<> Session::on_message(const channel::Message& message, Now now) {
  if (message.bytes.empty()) return fail(Errc::truncated);
  const auto type = static_cast<MessageType>(message.bytes[0]);
  const auto in = ByteView(message.bytes).subspan(1);
  // The log moves in every mode; data only between live devices (rule 14).
  switch (type) {
    case MessageType::hello:
      return on_hello(in, now);
    case MessageType::heads: {
      TROTH_TRY(auto heads, unpack<Heads>(in));
      return on_heads(std::move(heads.heads), now);
    }
    case MessageType::want_entries:
      return on_want_entries(in);
    case MessageType::entries:
      return on_entries(in, now);
    case MessageType::removed:
      return on_removed(in);
    case MessageType::vectors:
    case MessageType::resync:
    case MessageType::batch:
    case MessageType::want_chunks:
    case MessageType::chunk:
    case MessageType::no_chunk:
    case MessageType::files_left:
      break;
    default:
      return fail(Errc::unknown_kind);
  }
  if (mode_ != Mode::full) return fail(Errc::unexpected_message);
  switch (type) {
    case MessageType::vectors:
      return on_vectors(in, now);
    case MessageType::resync:
      return on_resync(in);
    case MessageType::batch:
      return on_batch(in);
    case MessageType::want_chunks:
      return on_want_chunks(in);
    case MessageType::chunk:
      return on_chunk(in);
    case MessageType::no_chunk:
      return on_no_chunk(in);
    case MessageType::files_left:
      return on_files_left(in);
    case MessageType::hello:
    case MessageType::heads:
    case MessageType::want_entries:
    case MessageType::entries:
    case MessageType::removed:
      break;
  }
  return fail(Errc::unknown_kind);
}

// ---- circle log

void Session::say_hello() {
  if (mode_ == Mode::removed || !hello_pending_) return;
  hello_pending_ = false;
  Hello hello;
  hello.heads = told_heads_ = own_heads();
  if (mode_ == Mode::stranger) hello.heads.clear();  // a stranger learns nothing
  hello.digest = mode_ == Mode::full ? own_digest() : Hash{};
  told_digest_ = hello.digest;
  hello.clock = host_.wall();
  if (auto listen = host_.listen_address(); !listen.empty()) hello.listen = std::move(listen);
  tell(pack(MessageType::hello, hello));
}

std::vector<EntryId> Session::own_heads() const {
  auto heads = host_.log().heads();
  if (heads.size() > limits::kParents) heads.resize(limits::kParents);
  return heads;
}

Result<> Session::on_hello(ByteView in, Now now) {
  TROTH_TRY(auto hello, unpack<Hello>(in));
  if (hello.version != 1) return fail(Errc::unknown_version);
  if (peer_spoke_) return fail(Errc::unexpected_message);
  peer_spoke_ = true;
  if (mode_ == Mode::full) {
    peer_digest_ = hello.digest;
    host_.told_hello(peer_, hello);
  }
  // A responder has not told its own heads yet: it does so first, else it never counts as level
  // when both logs are the same from the start.
  if (confirmed()) say_hello();
  return on_heads(std::move(hello.heads), now);
}

Result<> Session::on_heads(std::vector<EntryId> heads, Now now) {
  if (!std::is_sorted(heads.begin(), heads.end())) return fail(Errc::bad_value);
  peer_heads_ = std::move(heads);
  compare_heads(now);
  return {};
}

// Level: both named the same heads. Until then only the log moves.
void Session::compare_heads(Now now) {
  if (!peer_spoke_ || mode_ == Mode::removed) return;
  const auto own = own_heads();
  const bool was = level_;
  level_ = own == peer_heads_ && told_heads_ == own;
  if (own != told_heads_ && mode_ != Mode::stranger && !hello_pending_) {
    tell_heads(own);
    level_ = own == peer_heads_;
  }
  equal_ = equal_ && level_;
  const bool lacks = std::any_of(peer_heads_.begin(), peer_heads_.end(),
                                 [&](const EntryId& id) { return !host_.log().contains(id); });
  if (lacks && !asked_entries_) {
    asked_entries_ = true;
    tell(pack(MessageType::want_entries, WantEntries{own}));
  }
  if (level_ && !was && mode_ == Mode::full) {
    update_shared();
    check_equal();
    announce_vectors(now);
    for (auto& [category, state] : out_) {
      state.exact.reset();  // by what the log says now the peer may take what it set aside
      if (host_.lacks_older(category)) ask_again(category);
    }
  }
}

Result<> Session::on_want_entries(ByteView in) {
  TROTH_TRY(const auto want, unpack<WantEntries>(in));
  if (mode_ == Mode::stranger || mode_ == Mode::removed) return fail(Errc::unexpected_message);
  begin_answer(want.have);
  return {};
}

Result<> Session::on_entries(ByteView in, Now now) {
  TROTH_TRY(auto part, unpack<Entries>(in));
  if (!asked_entries_ && mode_ != Mode::stranger) return fail(Errc::unexpected_message);
  incoming_bytes_ += in.size();
  const std::size_t most = mode_ == Mode::stranger ? limits::kCatchUpBytes : limits::kOfferBytes;
  if (incoming_bytes_ > most) return fail(Errc::limit);
  for (auto& entry : part.entries) incoming_entries_.push_back(std::move(entry));
  if (!part.last) return {};
  // An offer is judged whole, against the log before it (rule 4.4).
  asked_entries_ = false;
  const bool cut_short = incoming_bytes_ >= limits::kAnswerBytes - limits::kMessageBytes;
  if (mode_ != Mode::stranger) incoming_bytes_ = 0;
  auto offer = std::move(incoming_entries_);
  incoming_entries_.clear();
  const auto before = host_.log().size();
  TROTH_CHECK(host_.take_entries(peer_, std::move(offer)));
  // What was refused stays unknown here: do not ask for it again until the peer's heads change. A
  // log that is longer than one answer is asked for again as long as that brings anything.
  const bool more = cut_short && host_.log().size() > before;
  if (!more)
    std::erase_if(peer_heads_, [&](const EntryId& id) { return !host_.log().contains(id); });
  compare_heads(now);
  return {};
}

Result<> Session::on_removed(ByteView in) {
  // Only who answers a catch-up tells it, and only to a device that dialled it as a live one.
  if (mode_ != Mode::catch_up || !initiator_) return fail(Errc::unexpected_message);
  TROTH_TRY(const auto removed, unpack<Removed>(in));
  host_.told_removed(peer_, removed.entry);
  return {};
}

void Session::tell_removed(const circle::Entry& removal) {
  tell(pack(MessageType::removed, Removed{removal}));
}

void Session::refresh(Now now) {
  if (mode_ == Mode::removed) return;
  compare_heads(now);
  if (mode_ == Mode::full) update_shared();
}

// ---- data

void Session::raise(sync::Vector& vector, const sync::Vector& at_least) {
  for (const auto& [author, entry] : at_least) {
    auto& one = vector[author];
    if (entry.counter >= one.counter) one = entry;
  }
}

void Session::update_shared() {
  if (mode_ != Mode::full) return;
  const auto shared = host_.shared(peer_);
  std::erase_if(out_, [&](const auto& entry) {
    return !std::binary_search(shared.begin(), shared.end(), entry.first);
  });
  for (const auto& category : shared) out_.try_emplace(category);
}

Hash Session::own_digest() {
  std::map<CategoryId, sync::Vector> vectors;
  for (const auto& [category, state] : out_)
    vectors.emplace(category, host_.claimed_for(peer_, category));
  crypto::Sha256 hash;
  hash.update(as_bytes(crypto::labels::kHelloDigest));
  for (const auto& head : own_heads()) hash.update(head.bytes);
  hash.update(sync::digest(vectors).bytes);
  return hash.finish();
}

void Session::check_equal() {
  const Hash own = own_digest();
  const bool equal = level_ && peer_digest_ && *peer_digest_ == own;
  if (equal && !equal_) {
    // The peer that caught up last cannot know it before it hears our digest once more.
    if (told_digest_ != own) tell(pack(MessageType::vectors, Vectors{{}, own}));
    told_digest_ = own;
    // Equal digests are equal vectors: the peer holds at least what is for it of ours.
    for (auto& [category, state] : out_) {
      const auto ours = host_.claimed_for(peer_, category);
      raise(state.told, ours);
      raise(state.peer, ours);
      state.known = true;
      state.announce = false;
      state.dirty = false;
      state.exact.reset();
    }
    host_.told_equal(peer_);
  }
  equal_ = equal;
}

void Session::fill(Now now) {
  woken_ = false;
  if (!confirmed()) return;
  say_hello();
  compare_again(now);
  while (queue_next_control()) {
  }
  // What is told at intervals waits until what was told before is on its way.
  if (level_ && mode_ == Mode::full && control_.empty()) {
    tell_files_left(now);
    const bool due = !announced_at_ || now.mono.ms >= announced_at_->ms + limits::kVectorsMs;
    if (due) announce_vectors(now);
    want_more();
  }
  while (queue_next_control()) {
  }
  while (queue_next_batch()) {
  }
  while (queue_next_bulk()) {
  }
}

std::size_t Session::pull(MutableBytes out, Now now) {
  fill(now);
  return channel_.pull(out, now.mono);
}

bool Session::wants_pull(Now now) {
  fill(now);
  return channel_.wants_pull(now.mono);
}

void Session::woken(Now now) {
  const auto at = deadline();
  if (at && *at <= now.mono) woken_ = true;
}

std::optional<MonoMs> Session::deadline() const {
  if (woken_) return std::nullopt;
  auto at = channel_.deadline();
  const bool untold =
      std::any_of(out_.begin(), out_.end(), [](const auto& e) { return e.second.announce; });
  const bool pending = level_ && control_.empty() && (untold || digest_due_);
  if (pending && announced_at_) {
    const MonoMs due{announced_at_->ms + limits::kVectorsMs};
    if (!at || due < *at) at = due;
  }
  if (compare_at_ && (!at || *compare_at_ < *at)) at = compare_at_;
  if (left_due_ && level_ && control_.empty() && told_left_at_) {
    const MonoMs due{told_left_at_->ms + limits::kProgressMs};
    if (!at || due < *at) at = due;
  }
  return at;
}

}  // namespace troth::session
