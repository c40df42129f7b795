// Batches as a relay or another disk holds them, and what the thief's keys make of them.
#pragma once

#include <string>

#include "apps/troth-thief/loot.hpp"

namespace troth::thief {

using Homes = std::vector<std::unique_ptr<Loot>>;  // the thief's own comes first

struct SealedCount {
  std::size_t batches = 0;
  std::size_t opened = 0;
  std::size_t unknown_mailbox = 0;  // sealed under an epoch that no key belongs to
  std::size_t unknown_mailbox_opened = 0;
  std::size_t opened_after =
      0;  // by somebody who knew of the removal, or more than the thief knows
  std::size_t opened_markers = 0;
};

// Tries every key on one batch, whatever its mailbox says.
void try_batch(const Homes& homes, const std::vector<sync::EpochKey>& keys, ByteView sealed,
               const std::vector<std::string>& markers, SealedCount& count);
// Every batch in the batch and side tables of a database. Its at-rest key is not needed: batches
// are stored as they were received.
[[nodiscard]] Result<SealedCount> try_database(store::Db& db, const Homes& homes,
                                               const std::vector<std::string>& markers);

// True: the batch was sealed by a device that had folded the thief's removal, or that knew entries
// which the thief has never seen, so that nothing shows that it had not.
[[nodiscard]] bool after_removal(const Homes& homes, const std::vector<EntryId>& heads);

[[nodiscard]] bool holds_marker(ByteView bytes, const std::vector<std::string>& markers);

}  // namespace troth::thief
