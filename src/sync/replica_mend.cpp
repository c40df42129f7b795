// Rows that are not as they were written are made anew from the batches, and batches that are
// missing are left open to be asked for (spec 11 §6.1). Every slice can be done again.
#include <algorithm>

#include "sync/by_item.hpp"
#include "sync/replica.hpp"

namespace troth::sync {

using Stage = RowWalk::Stage;

namespace {

// What stands in a row was opened once, and keys go only together with their category: a key that
// is missing means that the name of it in the header is not what was written.
bool is_damage(const Error& error) {
  return error.code == Errc::damaged || error.code == Errc::no_key;
}

bool has_gap(const std::vector<Gap>& gaps, const VectorEntry& low, const VectorEntry& high) {
  return std::any_of(gaps.begin(), gaps.end(),
                     [&](const Gap& gap) { return gap.low == low && gap.high == high; });
}

}  // namespace

// What is in place or waits before the next batch of the author that waits.
VectorEntry Replica::waits_behind(const Category& in, const AuthorId& author) const {
  const auto it = in.authors.find(author);
  const bool held = it != in.authors.end() && it->second.entry.counter > walk_->at.counter;
  return held ? it->second.entry : walk_->at;
}

// A batch that waits opens and follows on; or stands further on, where nothing may be gone.
bool Replica::waits_rightly(const Category& in, const AuthorId& author, const SideBatch& aside,
                            bool holes) const {
  const auto end = waits_behind(in, author);
  const auto& meta = aside.meta;
  const bool follows =
      meta.first == end.counter + 1 ? meta.prev == end.chain : !holes && meta.first > end.counter;
  return follows && reopen(in, aside.sealed, meta).has_value();
}

// It goes, and in the same step what stands behind it and does not follow on directly: taken over
// a hole, it would make a gap of what the others still have. No vector names it, so it comes again.
Result<> Replica::drop_broken(Category& in, const AuthorId& author) {
  for (bool first = true;; first = false) {
    TROTH_TRY(const auto aside, store_->side_after(in.handle, author, walk_->at.counter));
    if (!aside || (!first && waits_rightly(in, author, *aside, true))) return {};
    TROTH_CHECK(store_->remove_side(aside->id));
  }
}

Result<> Replica::mend_aside(Category& in, RowSlice& out) {
  auto& walk = *walk_;
  for (std::size_t i = 0; i < limits::kMendBatches && !walk.authors.empty(); ++i) {
    const auto author = walk.authors.back();
    TROTH_TRY(const auto aside, store_->side_after(in.handle, author, walk.at.counter));
    if (aside && waits_rightly(in, author, *aside, walk.holes)) {
      walk.at = {aside->meta.last, aside->meta.chain};
      continue;
    }
    if (aside) {
      TROTH_CHECK(drop_broken(in, author));
      tell(RowFault::aside, out);
      out.ask_again = true;
      continue;
    }
    if (walk.at.counter > 0)
      in.tails[author] = walk.at;
    else
      in.tails.erase(author);
    walk.authors.pop_back();
    walk.at = {};
  }
  return walk.authors.empty() ? begin_chains(in, out) : Result<>{};
}

// Does the batch open, and stand where the walk of its author's chain expects one?
bool Replica::fits(const Category& in, const AuthorId& author, const StoredBatch& stored) const {
  const auto it = in.authors.find(author);
  if (it == in.authors.end()) return false;
  const auto& [entry, frozen, gaps] = it->second;
  const auto& meta = stored.meta;
  const auto& at = walk_->at;
  if (meta.first <= at.counter || meta.last < meta.first || meta.last > entry.counter) return false;
  if (meta.last == entry.counter && meta.chain != entry.chain) return false;
  if (meta.first == at.counter + 1 && meta.prev != at.chain) return false;
  const bool known = has_gap(gaps, at, {meta.first - 1, meta.prev});
  if (meta.first > at.counter + 1 && !known && gaps.size() >= limits::kVectorGaps) return false;
  return reopen(in, stored.sealed, meta).has_value();
}

// True when something is missing before the batch that the vector did not say.
Result<bool> Replica::link(Category& in, const AuthorId& author, const BatchMeta& next) {
  auto& state = in.authors.at(author);
  const auto at = walk_->at;
  if (next.first == at.counter + 1) return false;
  const Gap gap{at, {next.first - 1, next.prev}, true};
  if (has_gap(state.gaps, gap.low, gap.high)) return false;
  std::erase_if(state.gaps, [&](const Gap& one) {
    return one.low.counter < gap.high.counter && gap.low.counter < one.high.counter;
  });
  const auto behind = std::find_if(state.gaps.begin(), state.gaps.end(), [&](const Gap& one) {
    return one.low.counter >= gap.high.counter;
  });
  state.gaps.insert(behind, gap);
  TROTH_CHECK(store_->put_author(in.handle, author, state));
  return true;
}

// True when the vector said more than there is.
Result<bool> Replica::end_chain(Category& in, const AuthorId& author) {
  const auto it = in.authors.find(author);
  const auto at = walk_->at;
  if (it == in.authors.end() || it->second.entry.counter <= at.counter) return false;
  it->second.entry = at;
  std::erase_if(it->second.gaps, [&](const Gap& gap) { return gap.high.counter > at.counter; });
  TROTH_CHECK(store_->put_author(in.handle, author, it->second));
  // What waits behind the end does not follow on any more: it comes again in its turn.
  TROTH_CHECK(drop_side(in, author));
  return true;
}

Result<> Replica::mend_chains(Category& in, RowSlice& out) {
  auto& walk = *walk_;
  for (std::size_t i = 0; i < limits::kMendBatches && !walk.authors.empty(); ++i) {
    const auto author = walk.authors.back();
    TROTH_TRY(const auto stored, store_->batch_after(in.handle, author, walk.at.counter));
    bool missing = false;
    if (!stored) {
      TROTH_TRY(missing, end_chain(in, author));
      walk.authors.pop_back();
      walk.at = {};
    } else {
      if (fits(in, author, *stored)) {
        TROTH_TRY(missing, link(in, author, stored->meta));
        walk.at = {stored->meta.last, stored->meta.chain};
      } else {
        TROTH_CHECK(store_->remove_batch(stored->seq));
        cache_.clear();
      }
    }
    if (missing) tell(RowFault::batches, out);
    out.ask_again = out.ask_again || missing;
    out.own_lost = out.own_lost || (missing && author == author_);
  }
  if (out.ask_again) in.runs.reset();
  if (!walk.authors.empty()) return {};
  in.runs.reset();
  TROTH_TRY(const auto held, store_->count_batches(in.handle));
  in.totals.ops = held.ops;
  in.totals.bytes = held.bytes;
  walk.stage = Stage::items;
  return store_->put_totals(in.handle, in.totals);
}

// Does a batch say what the row says of it?
Result<bool> Replica::proven(const Category& in, const ItemId& item, const FieldState& op) {
  const auto batch = opened(in, op.winner.at.batch);
  if (!batch) {
    if (is_damage(batch.error())) return false;
    return fail(batch.error());
  }
  const auto index = op.winner.at.index;
  if (index >= (*batch)->ops.size()) return false;
  const auto& slot = (*batch)->ops[index];
  return slot.item == item && (*batch)->shapes[slot.shape].field == op.name &&
         op_at(**batch, index, op.winner.at.batch) == op.winner;
}

// Folds the item from the ops that its rows name and a batch has; how many they name. Totals follow
// from the count at the end.
Result<std::size_t> Replica::mend_item(Category& in, const ItemId& item, RowSlice& out) {
  TROTH_TRY(auto held, store_->readable_ops(in.handle, item));
  auto ops = held.state.lost;
  ops.insert(ops.end(), held.state.fields.begin(), held.state.fields.end());
  bool wrong = held.unreadable;
  std::set<OpAt> seen;
  ItemState state;
  const auto fold = [&](const FieldState& one) {
    if (!seen.insert(one.winner.at).second) return false;
    const auto merged = merge_into(state, one.name, one.winner);
    if (merged.superseded) state.lost.push_back({one.name, *merged.superseded});
    return true;
  };
  for (const auto& one : ops) {
    TROTH_TRY(const bool good, proven(in, item, one));
    if (!good || !fold(one)) wrong = true;
  }
  const bool changed = state.fields != held.state.fields;
  if (!wrong && !changed) return ops.size();
  tell(RowFault::index, out);
  if (changed) out.changed.push_back(item);
  TROTH_CHECK(store_->clear_superseded(in.handle, item));
  if (state.fields.empty()) {
    TROTH_CHECK(store_->remove_item(in.handle, item));
  } else {
    TROTH_CHECK(save_item(in, item, state));
  }
  return ops.size();
}

Result<> Replica::mend_items(Category& in, RowSlice& out) {
  TROTH_TRY(const auto items, store_->row_items(in.handle, walk_->item, limits::kMendItems));
  std::size_t ops = 0;
  for (const auto& item : items) {
    if (ops >= limits::kMendOps) return {};
    TROTH_TRY(const auto looked_at, mend_item(in, item, out));
    ops += looked_at;
    walk_->item = item;
  }
  if (items.size() == limits::kMendItems) return {};
  walk_->stage = Stage::batches;
  walk_->seq = {};
  return {};
}

// The ops of the batch that their items' rows do not name are merged, as if they came just now.
Result<> Replica::index_again(Category& in, const OpenBatch& batch, BatchSeq seq, RowSlice& out) {
  return each_item(batch, [&](std::span<const std::uint32_t> ops) -> Result<> {
    const auto& item = batch.ops[ops.front()].item;
    TROTH_TRY(const auto state, store_->item(in.handle, item));
    const auto among = [](const std::vector<FieldState>& list, const FieldState& op) {
      return std::find(list.begin(), list.end(), op) != list.end();
    };
    std::vector<std::uint32_t> missing;
    for (const auto index : ops) {
      const FieldState op{batch.shapes[batch.ops[index].shape].field, op_at(batch, index, seq)};
      if (state && (among(state->fields, op) || among(state->lost, op))) continue;
      TROTH_TRY(const bool there, store_->has_superseded(in.handle, item, op));
      if (!there) missing.push_back(index);
    }
    if (missing.empty()) return {};
    tell(RowFault::index, out);
    TROTH_TRY(const bool changed, merge_item(in, batch, seq, missing));
    if (changed) out.changed.push_back(item);
    return {};
  });
}

Result<> Replica::mend_batches(Category& in, RowSlice& out) {
  auto& walk = *walk_;
  std::size_t ops = 0;
  for (std::size_t i = 0; i < limits::kMendBatches && ops < limits::kMendOps; ++i) {
    TROTH_TRY(const auto stored, store_->batch_since(in.handle, walk.seq));
    if (!stored) {
      walk.stage = Stage::recount;
      walk.table = 0;
      return {};
    }
    walk.seq = stored->seq;
    const auto batch = reopen(in, stored->sealed, stored->meta);
    if (!batch) continue;  // what is damaged went with the chains
    ops += batch->ops.size();
    TROTH_CHECK(index_again(in, *batch, stored->seq, out));
  }
  return {};
}

}  // namespace troth::sync
