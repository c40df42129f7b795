// How far the look at the rows of sync has come, and what a slice of it found (spec 11 §6.1).
#pragma once

#include <set>

#include "sync/sync_store.hpp"

namespace troth::sync {

enum class RowFault : std::uint8_t { drafts, aside, batches, index };

struct RowSlice {
  CategoryId category;
  std::vector<RowFault> faults;  // found just now, each kind once a category
  bool mended = false;           // the category is whole again, or as whole as it can be
  bool ask_again = false;        // batches are missing here: others may have them
  bool own_lost = false;         // of this author: it must not go on (rule 19)
  std::vector<ItemId> changed;
};

struct RowWalk {
  enum class Stage : std::uint8_t { count, judge, chains, items, batches, recount, take };
  std::vector<CategoryId> left;  // the last one is being looked at
  std::set<CategoryHandle> doubted;
  Stage stage = Stage::count;
  std::size_t table = 0;
  bool mend = false;
  std::set<RowFault> told;
  std::vector<AuthorId> authors;  // whose chains are still to be walked, the last one now
  VectorEntry at;                 // and how far
  std::optional<ItemId> item;
  BatchSeq seq;
  BatchSeq until;
  [[nodiscard]] bool writes() const { return stage != Stage::count && stage != Stage::recount; }
};

}  // namespace troth::sync
