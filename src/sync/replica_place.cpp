// Where a batch stands in its author's chain: next, aside, or in a gap (spec 07 §7.3, §11).
#include <algorithm>

#include "sync/replica.hpp"

namespace troth::sync {
namespace {

const Gap* gap_at(const AuthorState& state, std::uint64_t counter) {
  const auto it = std::find_if(state.gaps.begin(), state.gaps.end(),
                               [&](const Gap& gap) { return gap.covers(counter); });
  return it == state.gaps.end() ? nullptr : &*it;
}

}  // namespace

// fork: a batch stands at this place already. gap: others come before it.
Result<Replica::Room> Replica::room_for(const Category& in, const OpenBatch& batch) {
  const auto& core = batch.core;
  const auto author = in.authors.find(core.author);
  const auto state = author == in.authors.end() ? AuthorState{} : author->second;
  const auto aside = in.tails.find(core.author);
  const auto tail = aside == in.tails.end() ? state.entry : aside->second;
  if (core.first > tail.counter) return Room{Spot::tail, tail, {}, false};
  if (const auto* gap = gap_at(state, core.first))
    return Room{Spot::gap, gap->low, gap->high, gap->lost};
  if (aside == in.tails.end() || core.first <= state.entry.counter) {
    // Two batches at one place are a fork; one in the place of a row that is gone accuses nobody.
    TROTH_TRY(const auto there, store_->batch_after(in.handle, core.author, core.first - 1));
    const bool hole =
        core.first <= state.entry.counter && (!there || there->meta.first > batch.last());
    return fail(hole ? doubted(in) : Errc::fork);
  }
  // Something was left out before what stands aside, and this may be it.
  TROTH_TRY(const auto next, store_->side_after(in.handle, core.author, core.first - 1));
  if (!next || next->meta.first <= core.first) return fail(Errc::fork);
  TROTH_TRY(const auto front, store_->side_after(in.handle, core.author, state.entry.counter));
  if (!front || front->id != next->id) return fail(Errc::gap);
  return Room{Spot::front, state.entry, VectorEntry{next->meta.first - 1, next->meta.prev}, false};
}

// A verdict about an author rests on what was written: the rows in the batch's place, and those
// that wait before and behind it. again: one of them says something else, and that says nothing.
Result<> Replica::rows_open(const Category& in, const OpenBatch& batch) {
  const auto& author = batch.core.author;
  const auto opens = [&](const auto& row) {
    return !row || reopen(in, row->sealed, row->meta).has_value();
  };
  const auto before = batch.core.first - 1;
  TROTH_TRY(const auto placed, store_->batch_after(in.handle, author, before));
  TROTH_TRY(const auto behind, store_->side_after(in.handle, author, before));
  bool open = opens(placed) && opens(behind);
  const auto tail = in.tails.find(author);
  if (tail != in.tails.end() && tail->second.counter <= before) {
    TROTH_TRY(const auto last, store_->side_after(in.handle, author, tail->second.counter - 1));
    open = open && last && opens(last);
  }
  return open ? Result<>{} : fail(doubted(in));
}

Result<Replica::Spot> Replica::find_spot(const Category& in, const OpenBatch& batch,
                                         std::optional<std::uint64_t> after) {
  auto spot = fit_in(in, batch, after);
  if (!spot && spot.error().code == Errc::fork) TROTH_CHECK(rows_open(in, batch));
  return spot;
}

Result<Replica::Spot> Replica::fit_in(const Category& in, const OpenBatch& batch,
                                      std::optional<std::uint64_t> after) {
  const auto& core = batch.core;
  TROTH_TRY(const auto room, room_for(in, batch));
  if (core.first == room.prev.counter + 1) {
    if (core.prev != room.prev.chain) return fail(Errc::fork);
  } else {
    // A jump: only by the sender's word, only over what we may not open; forwards, or where batches
    // were lost that it now sends again.
    const bool closed = room.spot == Spot::gap && !room.lost;
    if (!after || *after > room.prev.counter || closed) return fail(Errc::gap);
    const auto author = in.authors.find(core.author);
    if (author != in.authors.end() && author->second.gaps.size() >= limits::kVectorGaps) {
      return fail(Errc::limit);
    }
  }
  if (room.end) {
    if (batch.last() > room.end->counter) return fail(Errc::fork);
    if (batch.last() == room.end->counter && batch.chain != room.end->chain) {
      return fail(Errc::fork);
    }
  }
  const auto* certificate = book_.find(core.certificate);
  if (certificate == nullptr) return room.spot;
  const auto start = start_of(certificate->body, core.category);
  const bool before = core.first == start.counter + 1 && start.chain != core.prev;
  const bool at_ours = room.prev.counter == start.counter && start.chain != room.prev.chain;
  if (before || at_ours) return fail(Errc::fork);
  return room.spot;
}

// The vector after a batch was taken: further, over a gap, or with less of a gap.
Result<> Replica::move_on(Category& in, const OpenBatch& batch) {
  auto& state = in.authors[batch.core.author];
  const VectorEntry end{batch.last(), batch.chain};
  const auto first = batch.core.first;
  const auto gap = std::find_if(state.gaps.begin(), state.gaps.end(),
                                [&](const Gap& one) { return one.covers(first); });
  if (gap != state.gaps.end()) {
    const Gap before{gap->low, {first - 1, batch.core.prev}, false};
    gap->low = end;
    const auto behind = gap->low.counter == gap->high.counter ? state.gaps.erase(gap) : gap;
    if (first > before.low.counter + 1) state.gaps.insert(behind, before);
  } else {
    if (first > state.entry.counter + 1) {
      state.gaps.push_back({state.entry, {first - 1, batch.core.prev}, false});
    }
    state.entry = end;
  }
  return store_->put_author(in.handle, batch.core.author, state);
}

// The sender's word, once more, that nothing before this batch is for us: what is still open of a
// hole that mending found is a gap like any (spec 07 §11).
Result<> Replica::nothing_lost(Category& in, const OpenBatch& batch, std::uint64_t after) {
  const auto author = in.authors.find(batch.core.author);
  if (author == in.authors.end()) return {};
  auto& gaps = author->second.gaps;
  const auto gap = std::find_if(gaps.begin(), gaps.end(), [&](const Gap& one) {
    return one.lost && after <= one.low.counter &&
           one.high == VectorEntry{batch.core.first - 1, batch.core.prev};
  });
  if (gap == gaps.end()) return {};
  gap->lost = false;
  return store_->put_author(in.handle, batch.core.author, author->second);
}

}  // namespace troth::sync
