// Peers: every connection of this device, from the first byte to a live session, and whom to dial.
// It implements what sessions ask of the device (session::Host).
#pragma once

#include <deque>

#include "channel/handshake.hpp"
#include "device/keys.hpp"
#include "session/session.hpp"

namespace troth::device {

class PairFlow;
class Files;

// What others need to know when data came in or a peer came or went.
struct PeerHooks {
  std::function<void(const CategoryId&, const std::vector<ItemId>&)> items_changed;
  std::function<void()> log_grew;
};

struct PeerRecord {  // what status says about a peer
  std::optional<std::uint64_t> last_seen_ms;
  std::optional<std::uint64_t> last_equal_ms;
  std::optional<std::int64_t>
      clock_ahead_ms;  // its wall clock less our monotonic one, which nobody sets
  std::map<CategoryId, sync::Vector> held;  // as it said last, of sessions that are over
};

class Peers final : public session::Host {
 public:
  Peers(Core& core, KeyDesk& keys) : core_(core), keys_(keys) {}
  void wire(PairFlow* pairing, Files* files, PeerHooks hooks);
  Result<> load();

  // ---- transport
  ConnId connected(const Link& link);
  void closed(ConnId id);
  void dial_failed(std::uint64_t attempt);
  Result<std::size_t> receive(ConnId id, ByteView bytes);
  std::size_t pull(ConnId id, MutableBytes out);
  void drop(ConnId id);  // asks the shell to close it
  void tick();
  void hear_equal();  // in a step: what equal peers said of our batches
  [[nodiscard]] std::optional<MonoMs> deadline() const;

  // ---- addresses
  void set_address(const DeviceId& device, std::string address, bool dial_now);
  [[nodiscard]] std::string address(const DeviceId& device) const;
  void forget(const DeviceId& device);
  // Somebody who says to be this device was found there (spec 15 §5): one more address to try.
  void found_address(const DeviceId& device, const std::string& address);
  // For pairing: a connection that the applicant opens; PairFlow takes it over when it is there.
  std::uint64_t dial_for_pairing(std::string address);

  // ---- state
  void refresh();  // log or consent changed
  void data_durable(const std::set<CategoryId>& categories);
  void keys_grew();
  void resume();  // a pause ended: compare and send again
  void give_chunk(const DeviceId& peer, const session::ChunkRef& ref, const Result<Bytes>& sealed);
  [[nodiscard]] std::size_t chunk_backlog(const DeviceId& peer) const;  // bytes given, not sent
  // Connected devices that may send us this category.
  [[nodiscard]] std::vector<DeviceId> connected_with(const CategoryId& category) const;
  [[nodiscard]] bool connected_to(const DeviceId& device) const;
  [[nodiscard]] session::Session* session_of(const DeviceId& device) const;
  [[nodiscard]] std::vector<CategoryId> shared_with(const DeviceId& peer) const {
    return const_cast<Peers*>(this)->shared(peer);
  }
  // A live device says that this one was removed, by a device that it has not heard of.
  [[nodiscard]] bool not_accepted() const;
  [[nodiscard]] PeerRecord record(const DeviceId& device) const;
  // What the peer said to hold, connected or not; nothing when it said so to no session of this
  // run.
  [[nodiscard]] std::optional<sync::Vector> held_by(const DeviceId& device,
                                                    const CategoryId& category) const;
  // Bytes of the files in the folder that is kept equal with it; 0 without one.
  [[nodiscard]] std::uint64_t file_bytes(const CategoryId& category) const;
  [[nodiscard]] bool anybody_connected() const;
  [[nodiscard]] std::optional<std::int64_t> clock_ahead_ms() const;
  void set_paused(std::function<bool(const CategoryId*, const DeviceId*)> paused) {
    paused_ = std::move(paused);
  }

  // ---- session::Host
  circle::Log& log() override { return *core_.log_; }
  std::string listen_address() const override { return core_.config_.listen; }
  WallMs wall() const override { return core_.now_.wall; }
  Result<> take_entries(const DeviceId& from, std::vector<circle::Entry> entries) override;
  std::vector<CategoryId> shared(const DeviceId& peer) override;
  bool may_send(const DeviceId& peer, const CategoryId& category) override;
  bool may_receive(const DeviceId& peer, const CategoryId& category) override;
  sync::Vector claimed(const CategoryId& category) override { return core_.claimed(category); }
  bool durable() const override { return !core_.needs_durable(); }
  sync::Vector claimed_for(const DeviceId& peer, const CategoryId& category) override {
    return core_.claimed_for(peer, category);
  }
  bool lacks_older(const CategoryId& category) override { return core_.lacks_older(category); }
  sync::RangeCursor ranges(const DeviceId& peer, const CategoryId& category,
                           const sync::Vector& theirs) override;
  Result<std::optional<Bytes>> next_batch(sync::RangeCursor& cursor) override;
  session::Taken take_batch(const DeviceId& from, const CategoryId& category, ByteView sealed,
                            std::optional<std::uint64_t> after) override;
  void told_vector(const DeviceId& peer, const CategoryId& category,
                   const sync::Vector& theirs) override;
  void told_equal(const DeviceId& peer) override;
  void told_hello(const DeviceId& peer, const session::Hello& hello) override;
  void told_removed(const DeviceId& from, const circle::Entry& removal) override;
  std::vector<session::ChunkRef> next_wants(const DeviceId& peer, std::size_t at_most) override;
  void asked_chunk(const DeviceId& peer, const session::ChunkRef& ref) override;
  void take_chunk(const DeviceId& from, const session::ChunkRef& ref, ByteView sealed) override;
  void refused_chunk(const DeviceId& from, const session::ChunkRef& ref) override;
  std::vector<session::CategoryLeft> files_left() override;

 private:
  struct Fresh {
    Bytes head;
  };
  struct Pairing {};
  using Stage = std::variant<Fresh, std::unique_ptr<channel::Handshake>,
                             std::unique_ptr<session::Session>, Pairing>;
  struct Connection {
    Link link;
    Stage stage;
    DeviceId expected;   // outgoing: whom we dialled
    bool found = false;  // outgoing: at an address that was found, not told
    channel::ConnectKind kind = channel::ConnectKind::full;
    std::optional<MonoMs> deadline;  // until a session has its hello
    bool dropped = false;
    bool arrived = false;  // a session of a device that proved to be there now
    MonoMs heard{};        // when anything came last
    MonoMs since{};        // when it became a session
    [[nodiscard]] session::Session* session() const {
      const auto* live = std::get_if<std::unique_ptr<session::Session>>(&stage);
      return live != nullptr ? live->get() : nullptr;
    }
    // With a live device that proved to be there now.
    [[nodiscard]] session::Session* full_session() const {
      auto* live = dropped || !arrived ? nullptr : session();
      return live != nullptr && live->mode() == session::Mode::full ? live : nullptr;
    }
  };
  // When to try again, and how.
  struct Retry {
    std::uint32_t failures = 0;
    MonoMs next{};
    channel::ConnectKind kind = channel::ConnectKind::full;
  };
  struct Found {
    std::string address;
    std::uint32_t tries = 0;  // since it last led to the device
  };
  struct DialState {
    std::string address;
    std::uint64_t attempt = 0;  // under way, 0 = none
    Retry told;
    // Found addresses share one back-off, so that many lies cost no more than one (spec 15 §5).
    Retry seen;
    std::vector<Found> found;
    bool found_last = false;  // of the last attempt; the other one has its turn next
    std::size_t turn = 0;     // in found
  };
  Result<std::size_t> receive_fresh(ConnId id, Connection& connection, ByteView bytes);
  Result<std::size_t> receive_handshake(ConnId id, Connection& connection, ByteView bytes);
  Result<> pump_handshake(ConnId id, Connection& connection);
  Result<> decide(ConnId id, Connection& connection);
  Result<> establish(ConnId id, Connection& connection);
  void arrived(ConnId id, Connection& connection);
  void one_catch_up(ConnId id, const DeviceId& peer);
  void chunks_gone(const Connection& connection, const session::Session& session);
  void key_answered(ConnId id, Result<SecretBytes> answer);
  bool comes_again_and_again(const DeviceId& peer);
  void note_other_chains(const DeviceId& peer, const CategoryId& category,
                         const sync::Vector& theirs);
  void add_proofs(const DeviceId& peer, sync::RangeCursor& cursor);
  void resolve_double(ConnId id, const DeviceId& peer, bool initiator);
  std::unique_ptr<channel::Handshake> start_outgoing(const DeviceId& device,
                                                     channel::ConnectKind kind);
  std::unique_ptr<channel::Handshake> start_incoming();
  [[nodiscard]] const circle::DeviceInfo* known_adder(const crypto::P256Public& key) const;
  void tell_why(session::Session& live, const crypto::P256Public& key);
  [[nodiscard]] bool voids_us(const circle::EntryBody& body, const DeviceId& removed) const;
  void note_anomaly(const DeviceId& from);
  void told_by_unknown(const DeviceId& from);
  void accepted_by(const DeviceId& peer);
  void was_removed(std::optional<DeviceId> lost_sponsor);
  bool make_room();  // false: every connection is one that counts
  session::Taken not_taken(const DeviceId& from, const CategoryId& category, const Error& error);
  void back_off(Retry& retry);
  void dial_ended(DialState& dial, bool found, channel::ConnectKind next);
  void dial_due();
  [[nodiscard]] std::optional<MonoMs> dial_at(const DeviceId& device, const DialState& dial) const;
  void peer_gone(const Connection& connection, const session::Session& session);

  Core& core_;
  KeyDesk& keys_;
  PairFlow* pairing_ = nullptr;
  Files* files_ = nullptr;
  PeerHooks hooks_;
  std::function<bool(const CategoryId*, const DeviceId*)> paused_;
  std::map<ConnId, Connection> connections_;
  std::map<DeviceId, DialState> dials_;
  struct Attempt {
    DeviceId device;
    bool found = false;
  };
  std::map<std::uint64_t, Attempt> attempts_;
  std::map<std::uint64_t, MonoMs> pairing_attempts_;
  std::map<DeviceId, PeerRecord> records_;
  std::set<CategoryId> resync_;
  std::set<DeviceId> equal_;
  struct Shown {
    sync::VectorEntry theirs;
    std::uint64_t from = 0;
    bool due = false;
  };
  // Chains that a peer was shown because it holds others: once a run for each of its ends.
  std::map<std::tuple<DeviceId, CategoryId, AuthorId>, Shown> shown_;
  std::map<std::pair<DeviceId, AuthorId>, MonoMs> proven_at_;  // to whom, about whom
  std::map<DeviceId, std::deque<MonoMs>> came_twice_;          // when, at most kCameTwice
  std::set<DeviceId> copied_;                                  // to be told in the next step
  std::map<DeviceId, MonoMs> anomalies_;                       // strangers share one row
  std::set<DeviceId> not_accepted_;  // who told, of this run: the next dial tells it again
  channel::SeenFirstMessages seen_;
};

}  // namespace troth::device
