// The part of a session that moves data once both logs agree (spec 09): vectors, batches, chunks.
#include <algorithm>

#include "session/session.hpp"

namespace troth::session {

using channel::StreamClass;

namespace {

// What a peer sets aside is sent again after at most this long.
constexpr std::uint64_t kSendAgainMostMs = limits::kHour;

// The authors of whom the peer was sent more than it tells, and tells what it told before.
sync::Vector stuck(const sync::Vector& sent, const sync::Vector& before, const sync::Vector& now) {
  sync::Vector out;
  const auto at = [](const sync::Vector& vector, const AuthorId& author) {
    const auto found = vector.find(author);
    return found == vector.end() ? sync::VectorEntry{} : found->second;
  };
  for (const auto& [author, entry] : sent) {
    const auto told = at(now, author);
    if (entry.counter > told.counter && told == at(before, author)) out.emplace(author, entry);
  }
  return out;
}

}  // namespace

void Session::announce_vectors(Now now, bool all) {
  if (!level_) return;
  digest_due_ = false;
  if (host_.durable()) settled_ = taken_;
  Vectors message{{}, own_digest(), settled_};
  std::size_t authors = 0;
  for (auto& [category, state] : out_) {
    if (!state.announce && !all) continue;
    state.announce = false;
    auto vector = sync::to_wire(category, host_.claimed(category));
    // Many authors in many categories go in several messages: one has to fit the window.
    if (authors + vector.entries.size() > limits::kVectorAuthors) {
      tell(pack(MessageType::vectors, message));
      message.vectors.clear();
      authors = 0;
    }
    authors += vector.entries.size();
    message.vectors.push_back(std::move(vector));
  }
  if (message.vectors.empty() && told_digest_ == message.digest) return;
  told_digest_ = message.digest;
  announced_at_ = now.mono;
  tell(pack(MessageType::vectors, message));
  check_equal();  // the peer may have told this digest before we reached it
}

Result<> Session::on_vectors(ByteView in, Now now) {
  TROTH_TRY(const auto message, wire::decode<Vectors>(in));
  peer_digest_ = message.digest;
  const bool was_equal = equal_;
  for (const auto& wire_vector : message.vectors) {
    TROTH_TRY(auto vector, sync::from_wire(wire_vector));
    const auto found = out_.find(wire_vector.category);
    if (found == out_.end()) continue;  // consent changed meanwhile; heads will say so
    host_.told_vector(peer_, wire_vector.category, vector);
    learn_vector(found->second, std::move(vector), message.settled == sent_, now);
  }
  check_equal();
  // It tells what we know already: our own word may have been lost, which nothing else shows.
  if (was_equal && equal_ && !message.vectors.empty())
    tell(pack(MessageType::vectors, Vectors{{}, told_digest_}));
  return {};
}

// With nothing under way the peer's word is exact, and what it could not take goes out again; else
// it says only what the peer holds at least.
void Session::learn_vector(Outgoing& state, sync::Vector vector, bool exact, Now now) {
  if (exact || !state.known) {
    learn_exactly(state, vector, now);
    state.active = false;
  } else {
    raise(state.peer, vector);
  }
  state.told = std::move(vector);
  state.known = true;
  state.dirty = true;
}

// What the peer set aside it would set aside again, so that goes out at doubled distances; what it
// tells otherwise than before, and what is new, at once.
void Session::learn_exactly(Outgoing& state, const sync::Vector& vector, Now now) {
  const bool underway = state.active;
  if (underway) raise(state.peer, state.cursor.reached);
  const auto kept = state.exact ? stuck(state.peer, *state.exact, vector) : sync::Vector{};
  const bool begins = !state.exact || (kept.empty() && *state.exact != vector);
  state.peer = vector;
  state.exact = vector;
  const auto passed = now.mono.ms - state.answered_at.ms;
  if (begins) {
    state.answered_at = now.mono;
    state.again_wait = limits::kCompareMs;
  } else if (underway || passed < state.again_wait) {
    raise(state.peer, kept);
  } else if (!kept.empty()) {
    state.answered_at = now.mono;
    state.again_wait = std::min(2 * passed, kSendAgainMostMs);
  }
}

// Not equal for a while: whatever went wrong, heads or vectors are told in full again. Where a
// connection is dead without saying so, this is also what finds it out.
void Session::compare_again(Now now) {
  const bool logs_only = mode_ == Mode::catch_up;
  if (!peer_spoke_ || mode_ == Mode::stranger || mode_ == Mode::removed) return;
  if (logs_only ? level_ : equal_) {
    compare_at_.reset();
    compare_wait_ = limits::kCompareMs;
    return;
  }
  if (!compare_at_) compare_at_ = MonoMs{now.mono.ms + compare_wait_};
  if (now.mono < *compare_at_) return;
  compare_wait_ = std::min(2 * compare_wait_, limits::kCompareMostMs);
  compare_at_ = MonoMs{now.mono.ms + compare_wait_};
  if (level_) return announce_vectors(now, true);
  tell_heads(own_heads());
}

Result<> Session::on_resync(ByteView in) {
  TROTH_TRY(const auto message, wire::decode<Resync>(in));
  TROTH_TRY(auto vector, sync::from_wire(message.vector));
  const auto found = out_.find(message.vector.category);
  if (found == out_.end()) return {};
  found->second.peer = found->second.told = std::move(vector);
  found->second.known = true;
  found->second.active = false;
  found->second.dirty = true;
  found->second.exact.reset();  // it asks for what it set aside
  return {};
}

void Session::data_changed(const CategoryId& category) {
  const auto found = out_.find(category);
  if (found == out_.end()) return;
  found->second.dirty = true;
  found->second.announce = true;
  digest_due_ = true;
  check_equal();
}

void Session::ask_again(const CategoryId& category) {
  if (level_ && out_.contains(category)) resync_due_.insert(category);
}

Result<> Session::on_batch(ByteView in) {
  TROTH_TRY(const auto message, wire::decode<BatchMessage>(in));
  ++taken_;
  if (!out_.contains(message.category)) return {};  // consent moved on: not taken
  if (!level_) {
    // The log grew here and the peer does not know yet: it takes this batch for delivered. Our
    // heads stand before this in the control stream, so the peer stops first and goes on from here
    // later.
    resync_due_.insert(message.category);
    return {};
  }
  switch (host_.take_batch(peer_, message.category, message.sealed, message.after)) {
    case Taken::applied:
    case Taken::set_aside:
      return {};
    case Taken::gap:
      ask_again(message.category);
      return {};
    case Taken::bad:
      return fail(Errc::auth_failed);
  }
  return fail(Errc::internal);
}

bool Session::queue_next_batch() {
  if (!level_ || !channel_.can_queue(StreamClass::normal)) return false;
  for (auto& [category, state] : out_) {
    if (!state.known || !host_.may_send(peer_, category)) continue;
    if (!state.active && state.dirty) {
      state.dirty = false;
      state.cursor = host_.ranges(peer_, category, state.peer);
      state.active = true;
    }
    if (!state.active) continue;
    auto sealed = host_.next_batch(state.cursor);
    if (!sealed || !*sealed) {
      // What we could not send, others have to: the peer is not taken to hold it.
      raise(state.peer, state.cursor.reached);
      state.active = false;
      continue;
    }
    ++sent_;
    return channel_
        .queue(StreamClass::normal,
               pack(MessageType::batch,
                    BatchMessage{category, std::move(**sealed), state.cursor.after}))
        .has_value();
  }
  return false;
}

// ---- files

// What this connection owes already comes once: a file that changed on its way, or was given up and
// wanted again, may need the same chunk.
void Session::want_more() {
  if (asked_.size() >= limits::kChunksAsked / 2) return;
  auto wants = host_.next_wants(peer_, limits::kChunksAsked - asked_.size());
  std::erase_if(wants, [&](const ChunkRef& ref) { return !asked_.insert(ref).second; });
  if (!wants.empty()) tell(pack(MessageType::want_chunks, WantChunks{std::move(wants)}));
}

Result<> Session::on_want_chunks(ByteView in) {
  TROTH_TRY(const auto want, wire::decode<WantChunks>(in));
  for (const auto& ref : want.chunks) {
    const bool allowed =
        level_ && out_.contains(ref.category) && host_.may_send(peer_, ref.category);
    if (!allowed || peer_asked_.size() >= limits::kChunksAsked) {
      tell(pack(MessageType::no_chunk, NoChunk{ref}));
      continue;
    }
    if (peer_asked_.insert(ref).second) host_.asked_chunk(peer_, ref);
  }
  return {};
}

void Session::give_chunk(const ChunkRef& ref, const Result<Bytes>& sealed) {
  if (peer_asked_.erase(ref) == 0) return;
  if (!sealed || !host_.may_send(peer_, ref.category)) {
    tell(pack(MessageType::no_chunk, NoChunk{ref}));
    return;
  }
  bulk_.push_back({ref, pack(MessageType::chunk, Chunk{ref, *sealed})});
  bulk_bytes_ += bulk_.back().packed.size();
}

Result<> Session::on_chunk(ByteView in) {
  TROTH_TRY(const auto chunk, wire::decode<Chunk>(in));
  if (asked_.erase(chunk.ref) == 0) return fail(Errc::unexpected_message);
  host_.take_chunk(peer_, chunk.ref, chunk.sealed);
  return {};
}

Result<> Session::on_no_chunk(ByteView in) {
  TROTH_TRY(const auto message, wire::decode<NoChunk>(in));
  if (asked_.erase(message.ref) == 0) return fail(Errc::unexpected_message);
  host_.refused_chunk(peer_, message.ref);
  return {};
}

// Before the vectors that say that the items are here: an equal peer is known to lack files, or to
// lack none. The first and the last are told at once, what is between them at intervals.
void Session::tell_files_left(Now now) {
  auto left = host_.files_left();
  std::erase_if(left, [&](const auto& one) { return !out_.contains(one.category); });
  left_due_ = left != told_left_;
  if (!left_due_) return;
  const bool turns = left.empty() || told_left_.empty();
  const bool due = !told_left_at_ || now.mono.ms >= told_left_at_->ms + limits::kProgressMs;
  if (!turns && !due) return;
  left_due_ = false;
  told_left_at_ = now.mono;
  told_left_ = std::move(left);
  tell(pack(MessageType::files_left, FilesLeft{told_left_}));
}

Result<> Session::on_files_left(ByteView in) {
  TROTH_TRY(auto message, wire::decode<FilesLeft>(in));
  const auto not_below = [](const auto& a, const auto& b) { return a.category >= b.category; };
  const auto& left = message.left;
  if (std::adjacent_find(left.begin(), left.end(), not_below) != left.end())
    return fail(Errc::bad_value);
  peer_left_ = std::move(message.left);
  return {};
}

bool Session::queue_next_bulk() {
  if (bulk_.empty() || !channel_.can_queue(StreamClass::bulk)) return false;
  auto next = std::move(bulk_.front());
  bulk_.pop_front();
  bulk_bytes_ -= next.packed.size();
  // Consent is asked again at the last moment before the bytes leave: many may have waited here.
  if (!host_.may_send(peer_, next.ref.category)) {
    tell(pack(MessageType::no_chunk, NoChunk{next.ref}));
    return true;
  }
  return channel_.queue(StreamClass::bulk, std::move(next.packed)).has_value();
}

// ---- what is the next frame?

std::optional<sync::Vector> Session::acked(const CategoryId& category) const {
  const auto found = out_.find(category);
  if (found == out_.end() || !found->second.known) return std::nullopt;
  return found->second.told;
}

}  // namespace troth::session
