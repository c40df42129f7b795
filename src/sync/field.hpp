// How fields merge (spec 07 §4). merge() is a join: commutative, associative, idempotent, so any
// order, repetition and batching of the same ops gives the same state.
#pragma once

#include <string>
#include <vector>

#include "sync/batch.hpp"

namespace troth::sync {

// Local number of a stored batch, ascending in the order of arrival; also the cursor of `watch`.
struct BatchSeq {
  std::uint64_t value = 0;
  friend auto operator<=>(const BatchSeq&, const BatchSeq&) = default;
};
// Where an op stands: bodies exist once, inside the sealed batch.
struct OpAt {
  BatchSeq batch;
  std::uint32_t index = 0;
  friend auto operator<=>(const OpAt&, const OpAt&) = default;
};

// The total order of ops, deletes included: (HLC, author, first 16 bytes of the leaf).
struct Rank {
  Hlc hlc;
  AuthorId author;
  Id<struct LeafPrefixTag, 16> leaf;
  friend auto operator<=>(const Rank&, const Rank&) = default;
};

// One op as merging sees it.
struct Op {
  Rank rank;
  OpAt at;
  std::uint8_t type = 1;
  std::uint32_t schema = 0;
  bool dead = false;  // an op on _alive that says false
  friend bool operator==(const Op&, const Op&) = default;
};

struct FieldState {
  std::string name;
  Op winner;
  friend bool operator==(const FieldState&, const FieldState&) = default;
};
[[nodiscard]] FieldState merge(FieldState state, const Op& op);

// An item is an index: field -> the op that won. Fields ascend by name. The latest ops that lost
// are kept beside them, up to limits::kItemLost, so that an update touches one place of the disk.
struct ItemState {
  std::vector<FieldState> fields;
  std::vector<FieldState> lost;
  [[nodiscard]] const FieldState* find(std::string_view name) const;
  [[nodiscard]] bool alive() const;  // false only when the _alive field says so
  friend bool operator==(const ItemState&, const ItemState&) = default;
};
struct Merged {
  bool changed = false;          // the op is the field's new value
  std::optional<Op> superseded;  // the op that lost: the old value or the new op
};
[[nodiscard]] Merged merge_into(ItemState& item, std::string_view field, const Op& op);
// An item has its first limits::kItemNames names, and whether it is alive. Which those are does not
// depend on the order in which ops came.
void keep_first_names(ItemState& item);

// The op at an index of an opened batch, as merging sees it.
[[nodiscard]] Op op_at(const OpenBatch& batch, std::size_t index, BatchSeq seq);

}  // namespace troth::sync
