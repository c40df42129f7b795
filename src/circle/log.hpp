// Log: the entries of one circle that this device took, in memory, and the only door by which an
// entry comes in (rule 4.4). Pure: no I/O, no clock, no random; the caller stores what was
// admitted, in the order given, and builds the Log from that order again.
#pragma once

#include <memory>
#include <span>

#include "circle/view.hpp"

namespace troth::circle {

// Checks one signature; tests of scale pass one that does not.
using VerifyFn = Result<> (*)(const crypto::P256Public& key, ByteView message, ByteView signature);

struct HeldEntry {
  EntryId id;
  Reason reason = Reason::ok;
  bool fresh = false;  // by this offer; else it was held before
};
struct RefusedEntry {
  EntryId id;
  Errc code =
      Errc::bad_entry;  // malformed, wrong circle, bad signature, or it builds on such a one
};
struct OfferResult {
  std::vector<EntryId> admitted;      // parents first
  std::vector<HeldEntry> held;        // kept outside the log, to be shown
  std::vector<RefusedEntry> refused;  // not kept
  std::vector<EntryId> released;      // no longer held: admitted now, or too many were held
  std::vector<EntryId> missing;       // parents to ask for; what needs them is not judged yet
};
struct StoredEntry {
  EntryId id;
  const Entry* entry = nullptr;
};

class Log {
 public:
  // A log begins with its genesis entry, checked like any other.
  [[nodiscard]] static Result<Log> begin(const Entry& genesis,
                                         VerifyFn verify = &crypto::p256_verify);
  // From entries that this device had admitted, parents first. Signatures are not checked again:
  // the store vouches for them. `damaged` when they do not form a log.
  [[nodiscard]] static Result<Log> restore(std::span<const Entry> admitted,
                                           VerifyFn verify = &crypto::p256_verify);
  Log(Log&&) noexcept;
  Log& operator=(Log&&) noexcept;
  ~Log();

  // Admission by rule 4.4, judged whole against the log before it. Entries already in the log are
  // ignored. An offer should be closed under parents with respect to the log and what is held.
  [[nodiscard]] OfferResult offer(std::span<const Entry> entries);

  [[nodiscard]] const CircleView& view() const;
  [[nodiscard]] const CircleId& circle() const { return view().circle(); }
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] bool contains(const EntryId& id) const;
  [[nodiscard]] const Entry* entry(const EntryId& id) const;  // null when not in the log
  [[nodiscard]] Result<Bytes> raw(const EntryId& id) const;   // wire form
  [[nodiscard]] const EntryBody* body(const EntryId& id) const;
  [[nodiscard]] const Payload* payload(const EntryId& id) const;
  [[nodiscard]] bool valid(const EntryId& id) const;  // at birth (rule 4.1)
  [[nodiscard]] bool is_void(const EntryId& id) const;
  [[nodiscard]] Reason birth(const EntryId& id) const;  // ok, or why it is not valid
  [[nodiscard]] std::vector<EntryId> order() const;     // as admitted

  [[nodiscard]] bool is_ancestor(const EntryId& ancestor, const EntryId& of) const;
  [[nodiscard]] const std::vector<EntryId>& heads() const { return view().heads(); }
  // Entries that somebody with these heads lacks, parents first. Unknown heads are ignored.
  [[nodiscard]] std::vector<StoredEntry> missing_for(std::span<const EntryId> peer_heads) const;

  // An entry that came without its past, which is therefore not taken: would it count, as far as
  // this log can tell (spec 09 §7)? ok: its author is live here, signed it and may write it, and no
  // entry here is beside it in the author's own line.
  [[nodiscard]] Reason judge_alone(const Entry& entry) const;

  // Forks of live devices that no proof in the log tells of yet, one a device (rule 4.5).
  [[nodiscard]] std::vector<ForkProof> unproven_forks() const;
  // Rule 4.7: what the one device that removals left has to write, once for the removals that
  // stand. Nothing where more are left, none was removed or it is written.
  [[nodiscard]] std::optional<Checkpoint> checkpoint_due() const;

  // Held entries, oldest first; at most limits::kHeldEntries are kept.
  [[nodiscard]] std::vector<HeldEntry> held() const;
  [[nodiscard]] const Entry* held_entry(const EntryId& id) const;
  void restore_held(const Entry& entry, Reason reason);  // after a restart

  // A body to be signed: names the current heads (at most 64) and the author's previous entry.
  [[nodiscard]] Result<Bytes> make_body(const Payload& payload, const DeviceId& author,
                                        WallMs at) const;

  struct Impl;  // src/circle only

 private:
  explicit Log(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The body of a new circle's first entry.
[[nodiscard]] Result<Bytes> make_genesis(const Genesis& genesis, WallMs at);

}  // namespace troth::circle
