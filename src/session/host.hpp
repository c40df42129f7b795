// What a session asks of the device that it runs on. The engine implements it; tests fake it.
#pragma once

#include "channel/stream.hpp"
#include "circle/log.hpp"
#include "session/messages.hpp"
#include "sync/replica.hpp"

namespace troth::session {

enum class Taken : std::uint8_t { applied, set_aside, gap, bad };

class Host {
 public:
  virtual ~Host() = default;

  virtual circle::Log& log() = 0;
  virtual std::string listen_address() const = 0;
  virtual WallMs wall() const = 0;
  // Admission of a whole offer, in this step. Calls refresh() of every session when the log grew.
  virtual Result<> take_entries(const DeviceId& from, std::vector<circle::Entry> entries) = 0;

  // Categories that may move to or from this peer now, by consent on both sides; ascending.
  virtual std::vector<CategoryId> shared(const DeviceId& peer) = 0;
  virtual bool may_send(const DeviceId& peer, const CategoryId& category) = 0;
  virtual bool may_receive(const DeviceId& peer, const CategoryId& category) = 0;
  // Only what is durable: a claim must survive a crash (design 2).
  virtual sync::Vector claimed(const CategoryId& category) = 0;
  virtual bool durable() const = 0;  // all that was taken is
  // The same as far as it is for this peer: what a digest covers (spec 07 §11).
  virtual sync::Vector claimed_for(const DeviceId& peer, const CategoryId& category) = 0;
  // Consent was widened, and older batches are missing: they are to be asked for.
  virtual bool lacks_older(const CategoryId& category) = 0;
  virtual sync::RangeCursor ranges(const DeviceId& peer, const CategoryId& category,
                                   const sync::Vector& theirs) = 0;
  virtual Result<std::optional<Bytes>> next_batch(sync::RangeCursor& cursor) = 0;
  virtual Taken take_batch(const DeviceId& from, const CategoryId& category, ByteView sealed,
                           std::optional<std::uint64_t> after) = 0;
  virtual void told_vector(const DeviceId& peer, const CategoryId& category,
                           const sync::Vector& theirs) = 0;
  virtual void told_equal(const DeviceId& peer) = 0;
  virtual void told_hello(const DeviceId& peer, const Hello& hello) = 0;
  // from: whom this device dialled, live by its own log. It decides what to believe (spec 09 §7).
  virtual void told_removed(const DeviceId& from, const circle::Entry& removal) = 0;

  // Files: what to ask this peer for, what it asks for, what it sent.
  virtual std::vector<ChunkRef> next_wants(const DeviceId& peer, std::size_t at_most) = 0;
  virtual void asked_chunk(const DeviceId& peer,
                           const ChunkRef& ref) = 0;  // answered by Session::give_chunk
  virtual void take_chunk(const DeviceId& from, const ChunkRef& ref, ByteView sealed) = 0;
  virtual void refused_chunk(const DeviceId& from, const ChunkRef& ref) = 0;
  // What is not in place here yet; ascending, at most kFolders.
  virtual std::vector<CategoryLeft> files_left() = 0;
};

}  // namespace troth::session
