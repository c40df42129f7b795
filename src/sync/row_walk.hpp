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
  bool retry = false;            // what waits aside is as it was written: it may be tried again
  std::vector<ItemId> changed;
};

struct RowWalk {
  // Counted tables are judged; drafts alone are swept at once. Mending: rows of no writer of ours
  // are swept out, what waits aside is opened, then chains, items and batches; at last the tables
  // are counted again and taken.
  enum class Stage : std::uint8_t {
    count,
    judge,
    begin,
    sweep,
    aside,
    chains,
    items,
    batches,
    recount,
    take
  };
  std::vector<CategoryId> left;  // the last one is being looked at
  Stage stage = Stage::count;
  std::size_t table = 0;
  bool mending = false;  // its rows were wrong and are being put right
  bool holes = false;    // something that waited aside may be gone
  std::set<RowFault> told;
  std::vector<AuthorId> authors;  // whose chains are still to be walked, the last one now
  VectorEntry at;                 // and how far
  std::optional<ItemId> item;
  BatchSeq seq;
  [[nodiscard]] bool writes() const { return stage != Stage::count && stage != Stage::recount; }
};

}  // namespace troth::sync
