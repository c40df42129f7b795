// Rows that are not as they were written are made anew from the batches, and batches that are
// missing are left open to be asked for (spec 11 §6.1). Every slice can be done again.
#include <algorithm>

#include "sync/replica.hpp"

namespace troth::sync {

using Stage = RowWalk::Stage;

namespace {

bool is_damage(const Error& error) {
  return error.code == Errc::damaged || error.code == Errc::not_found;
}

}  // namespace

// Does the batch open, and stand where the walk of its author's chain expects one?
Result<bool> Replica::fits(const Category& in, const AuthorId& author,
                           const StoredBatch& stored) const {
  const auto it = in.authors.find(author);
  if (it == in.authors.end()) return false;
  const auto& [entry, frozen, gaps] = it->second;
  const auto& meta = stored.meta;
  const auto& at = walk_->at;
  if (meta.first <= at.counter || meta.last < meta.first || meta.last > entry.counter) return false;
  if (meta.last == entry.counter && meta.chain != entry.chain) return false;
  if (meta.first == at.counter + 1 && meta.prev != at.chain) return false;
  if (meta.first > at.counter + 1 && gaps.size() >= limits::kVectorGaps) return false;
  const auto batch = reopen(stored.sealed, meta);
  if (batch) return batch->core.prev == meta.prev;
  if (batch.error().code == Errc::no_key) return true;  // nobody here can tell
  if (is_damage(batch.error())) return false;
  return fail(batch.error());
}

// True when something is missing before the batch that the vector did not say.
Result<bool> Replica::link(Category& in, const AuthorId& author, const BatchMeta& next) {
  auto& state = in.authors.at(author);
  const auto at = walk_->at;
  if (next.first == at.counter + 1) return false;
  const Gap gap{at, {next.first - 1, next.prev}};
  if (std::find(state.gaps.begin(), state.gaps.end(), gap) != state.gaps.end()) return false;
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
      TROTH_TRY(const bool stays, fits(in, author, *stored));
      if (stays) {
        TROTH_TRY(missing, link(in, author, stored->meta));
        walk.at = {stored->meta.last, stored->meta.chain};
      } else {
        TROTH_CHECK(store_->remove_batch(stored->seq));
        cache_.clear();
      }
    }
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
Result<bool> Replica::proven(const ItemId& item, const FieldState& op) {
  const auto batch = opened(op.winner.at.batch);
  if (!batch) {
    if (batch.error().code == Errc::no_key) return true;
    if (is_damage(batch.error())) return false;
    return fail(batch.error());
  }
  const auto index = op.winner.at.index;
  if (index >= (*batch)->ops.size()) return false;
  const auto& slot = (*batch)->ops[index];
  return slot.item == item && (*batch)->shapes[slot.shape].field == op.name &&
         op_at(**batch, index, op.winner.at.batch) == op.winner;
}

// Folds the item from the ops that its rows name and a batch has, and from `more`. True when its
// values changed. Totals follow from the count at the end.
Result<bool> Replica::mend_item(Category& in, const ItemId& item, std::vector<FieldState> more) {
  TROTH_TRY(auto held, store_->readable_ops(in.handle, item));
  auto ops = held.state.lost;
  ops.insert(ops.end(), held.state.fields.begin(), held.state.fields.end());
  bool wrong = held.unreadable || !more.empty();
  std::set<OpAt> seen;
  ItemState state;
  const auto fold = [&](const FieldState& one) {
    if (!seen.insert(one.winner.at).second) return false;
    const auto merged = merge_into(state, one.name, one.winner);
    if (merged.superseded) state.lost.push_back({one.name, *merged.superseded});
    return true;
  };
  for (const auto& one : ops) {
    TROTH_TRY(const bool good, proven(item, one));
    if (!good || !fold(one)) wrong = true;
  }
  for (const auto& one : more) fold(one);
  const bool changed = state.fields != held.state.fields;
  if (!wrong && !changed) return false;
  TROTH_CHECK(store_->clear_superseded(in.handle, item));
  if (state.fields.empty()) {
    TROTH_CHECK(store_->remove_item(in.handle, item));
  } else {
    TROTH_CHECK(save_item(in, item, state));
  }
  return changed;
}

Result<> Replica::mend_items(Category& in, RowSlice& out) {
  TROTH_TRY(const auto items, store_->row_items(in.handle, walk_->item, limits::kMendItems));
  for (const auto& item : items) {
    TROTH_TRY(const bool changed, mend_item(in, item, {}));
    if (changed) out.changed.push_back(item);
    walk_->item = item;
  }
  if (items.size() == limits::kMendItems) return {};
  walk_->stage = Stage::batches;
  walk_->seq = {};
  walk_->until = newest_;
  return {};
}

Result<bool> Replica::indexed(const Category& in, const ItemId& item, const FieldState& op) {
  const auto among = [&](const std::vector<FieldState>& list) {
    return std::find(list.begin(), list.end(), op) != list.end();
  };
  TROTH_TRY(const auto state, store_->item(in.handle, item));
  if (state && (among(state->fields) || among(state->lost))) return true;
  TROTH_TRY(const auto lost, store_->superseded(in.handle, item));
  return among(lost);
}

Result<> Replica::mend_batches(Category& in, RowSlice& out) {
  auto& walk = *walk_;
  for (std::size_t i = 0; i < limits::kMendBatches; ++i) {
    TROTH_TRY(const auto stored, store_->batch_since(in.handle, walk.seq));
    if (!stored || stored->seq > walk.until) {
      walk.stage = Stage::recount;
      walk.table = 0;
      return {};
    }
    walk.seq = stored->seq;
    const auto batch = reopen(stored->sealed, stored->meta);
    if (!batch) continue;  // without key: as it was; what is damaged went with the chains
    for (std::uint32_t at = 0; at < batch->ops.size(); ++at) {
      const auto& slot = batch->ops[at];
      const FieldState op{batch->shapes[slot.shape].field, op_at(*batch, at, stored->seq)};
      TROTH_TRY(const bool there, indexed(in, slot.item, op));
      if (there) continue;
      TROTH_TRY(const bool changed, mend_item(in, slot.item, {op}));
      if (changed) out.changed.push_back(slot.item);
    }
  }
  return {};
}

}  // namespace troth::sync
