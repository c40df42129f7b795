// Runs: which of an author's batches stand under which epoch, as far as this device holds them.
// From it follows what a peer whose consent counts from now on may be given (spec 07 §11).
#pragma once

#include <set>

#include "sync/sync_store.hpp"

namespace troth::sync {

// What such a peer may open at all, as the circle log says.
struct Choice {
  std::set<MailboxId> epochs;
  // It may open nothing that this device was not given as well: then what this device had to leave
  // out, it has to leave out too.
  bool over_gaps = false;
};

// Consecutive batches under one epoch, none missing between them.
struct EpochRun {
  MailboxId epoch;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  ChainHash chain;  // of its last batch
  friend bool operator==(const EpochRun&, const EpochRun&) = default;
};

class Runs {
 public:
  void add(const BatchPlace& place);                                            // in any order
  [[nodiscard]] const std::vector<EpochRun>& of(const AuthorId& author) const;  // ascending

  // The last batch that the choice allows, at or below `held`; nothing: none.
  [[nodiscard]] std::optional<VectorEntry> newest(const AuthorId& author, const VectorEntry& held,
                                                  const Choice& choice) const;
  // What the choice allows above `have`; it ends where this device itself misses something.
  void append_ranges(const AuthorId& author, std::uint64_t have, const Choice& choice,
                     std::vector<BatchRange>& out) const;

 private:
  std::map<AuthorId, std::vector<EpochRun>> runs_;
};

}  // namespace troth::sync
