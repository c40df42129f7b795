// Session: one live peer inside an established channel (spec 09). It catches the circle logs up,
// then compares vectors, then streams batches and chunks; it answers "what is the next frame?" when
// the socket can take one. It holds no key and no data: the host does.
#pragma once

#include <deque>
#include <map>
#include <set>

#include "channel/channel.hpp"
#include "channel/psk.hpp"
#include "session/host.hpp"

namespace troth::session {

// full: a live device of the circle. catch_up: only the log moves (rule 14, kind 2). stranger: an
// unknown key, which may hand in a bounded log and gets nothing. removed: gets its removal entry.
enum class Mode : std::uint8_t { full, catch_up, stranger, removed };

class Session {
 public:
  Session(channel::Channel channel, const DeviceId& peer, Mode mode, bool initiator, Host& host);

  [[nodiscard]] const DeviceId& peer() const { return peer_; }
  [[nodiscard]] Mode mode() const { return mode_; }
  [[nodiscard]] bool initiator() const { return initiator_; }
  [[nodiscard]] bool confirmed() const {
    return channel_.stats().frames_received > 0 || initiator_;
  }

  // Bytes taken. An error: the session is over; the caller closes the connection.
  [[nodiscard]] Result<std::size_t> receive(ByteView bytes, Now now);
  // The log or consent changed here.
  void refresh(Now now);
  // More batches may stand in the store, or more is durable; nothing is sent twice.
  void data_changed(const CategoryId& category);
  // We learned keys: what could not be opened before is asked for again.
  void ask_again(const CategoryId& category);
  void tell_removed(const circle::Entry& removal);
  void give_chunk(const ChunkRef& ref, const Result<Bytes>& sealed);
  [[nodiscard]] std::size_t bulk_bytes() const { return bulk_bytes_; }  // of chunks that wait
  // Of messages that wait on the control stream.
  [[nodiscard]] std::size_t control_bytes() const { return control_bytes_; }
  [[nodiscard]] std::size_t pull(MutableBytes out, Now now);
  [[nodiscard]] bool wants_pull(Now now);
  void close(channel::CloseReason reason) { channel_.close(reason); }
  [[nodiscard]] Result<> transport_ended() const { return channel_.transport_ended(); }
  [[nodiscard]] std::optional<MonoMs> deadline() const;
  // The time of the deadline came. What was due then is done by the next pull, however long the
  // link is busy with what it took before: nothing has to wake us for it again.
  void woken(Now now);
  // Both sides named the same heads: data may move.
  [[nodiscard]] bool level() const { return level_; }
  [[nodiscard]] std::optional<sync::Vector> acked(const CategoryId& category) const;
  [[nodiscard]] bool equal() const { return equal_; }
  // Files that the peer has not got in place, by its own word.
  [[nodiscard]] const std::vector<CategoryLeft>& files_left() const { return peer_left_; }
  [[nodiscard]] bool peer_spoke() const { return peer_spoke_; }

 private:
  struct Outgoing {
    sync::Vector peer;  // what the peer will hold once everything queued has arrived
    sync::Vector told;  // what it said
    sync::RangeCursor cursor;
    bool active = false;
    bool known = false;    // the peer told its vector
    bool dirty = true;     // compare again
    bool announce = true;  // tell the peer our vector
    // What the peer told exactly, last. Where that stays as it is, the peer sets aside what comes.
    std::optional<sync::Vector> exact;
    MonoMs answered_at{};  // all above it was sent then, and is sent again after this long
    std::uint64_t again_wait = 0;
  };
  Result<> on_message(const channel::Message& message, Now now);
  Result<> on_hello(ByteView in, Now now);
  Result<> on_heads(std::vector<EntryId> heads, Now now);
  Result<> on_want_entries(ByteView in);
  Result<> on_entries(ByteView in, Now now);
  Result<> on_vectors(ByteView in, Now now);
  Result<> on_resync(ByteView in);
  Result<> on_batch(ByteView in);
  Result<> on_want_chunks(ByteView in);
  Result<> on_chunk(ByteView in);
  Result<> on_no_chunk(ByteView in);
  Result<> on_removed(ByteView in);
  Result<> on_files_left(ByteView in);
  void tell_files_left(Now now);
  void want_more();
  void say_hello();
  void compare_heads(Now now);
  void tell(Bytes message);
  void tell_heads(std::vector<EntryId> own);
  void begin_answer(const std::vector<EntryId>& have);
  Bytes answer_more();
  void ask_for_missing();
  bool queue_next_control();
  void update_shared();
  void announce_vectors(Now now, bool all = false);
  void compare_again(Now now);
  static void raise(sync::Vector& vector, const sync::Vector& at_least);
  static void learn_vector(Outgoing& state, sync::Vector vector, bool exact, Now now);
  static void learn_exactly(Outgoing& state, const sync::Vector& vector, Now now);
  [[nodiscard]] std::vector<EntryId> own_heads() const;
  [[nodiscard]] Hash own_digest();
  void check_equal();
  bool queue_next_batch();
  bool queue_next_bulk();
  void fill(Now now);

  channel::Channel channel_;
  DeviceId peer_;
  Mode mode_;
  bool initiator_;
  Host& host_;
  std::deque<Bytes> control_;
  std::size_t control_bytes_ = 0;
  struct Answer {  // to want_entries
    std::vector<EntryId> entries;
    std::size_t at = 0;
    std::size_t bytes = 0;
  };
  std::optional<Answer> answer_;
  std::set<CategoryId> resync_due_;
  struct Waiting {  // a chunk
    ChunkRef ref;
    Bytes packed;
  };
  std::deque<Waiting> bulk_;
  std::size_t bulk_bytes_ = 0;
  std::vector<EntryId> peer_heads_;
  std::vector<EntryId> told_heads_;
  bool peer_spoke_ = false;
  bool level_ = false;
  bool equal_ = false;
  Hash told_digest_;  // what the peer last heard from us
  bool asked_entries_ = false;
  bool hello_pending_ = true;
  std::optional<Hash> peer_digest_;
  bool digest_due_ = false;  // what we told may no longer be what we hold
  std::vector<circle::Entry> incoming_entries_;
  std::size_t incoming_bytes_ = 0;
  std::map<CategoryId, Outgoing> out_;
  std::optional<MonoMs> announced_at_;
  std::optional<MonoMs> compare_at_;  // level but not equal: tell everything again then
  std::uint64_t compare_wait_ = limits::kCompareMs;
  std::uint64_t sent_ = 0;     // batches to the peer
  std::uint64_t taken_ = 0;    // batches from the peer, whatever became of them
  std::uint64_t settled_ = 0;  // of them, those whose effect is durable
  std::set<ChunkRef> asked_;   // chunks, not answered yet
  bool woken_ = false;         // by the deadline, and not pulled since
  std::set<ChunkRef> peer_asked_;
  std::vector<CategoryLeft> told_left_;
  std::vector<CategoryLeft> peer_left_;
  std::optional<MonoMs> told_left_at_;
  bool left_due_ = false;  // what was told last is not so any more
};

}  // namespace troth::session
