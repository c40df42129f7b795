// What was applied is taken back: above a cut, or all of an author when the cut of its removal
// names another chain than the one held here (rules 10 and 19).
#include <algorithm>
#include <set>

#include "sync/replica.hpp"

namespace troth::sync {
namespace {

bool follows(const AuthorState& state, const VectorEntry& at, const BatchMeta& next) {
  if (next.first == at.counter + 1) return next.prev == at.chain;
  const VectorEntry high{next.first - 1, next.prev};
  return std::any_of(state.gaps.begin(), state.gaps.end(),
                     [&](const Gap& gap) { return gap.low == at && gap.high == high; });
}

// Where a cut leaves us, and from where on batches go: two places when it falls into a gap. A cut
// that names another chain than ours is bad_chain; between the ends of a gap nobody can tell here.
struct CutEnds {
  VectorEntry stays;
  VectorEntry goes;
};
Result<CutEnds> ends_of(const AuthorState& state, const VectorEntry& cut) {
  for (const auto& gap : state.gaps) {
    if (cut.counter < gap.low.counter || cut.counter > gap.high.counter) continue;
    const bool other = (cut.counter == gap.low.counter && cut.chain != gap.low.chain) ||
                       (cut.counter == gap.high.counter && cut.chain != gap.high.chain);
    if (other) return fail(Errc::bad_chain);
    return CutEnds{gap.low, gap.high};
  }
  return CutEnds{cut, cut};
}

}  // namespace

Result<OneChain> Replica::runs_through(const CategoryId& category, const AuthorId& author,
                                       const VectorEntry& cut) {
  const auto* in = find(category);
  if (in == nullptr) return OneChain::same;
  const auto it = in->authors.find(author);
  if (it == in->authors.end() || it->second.entry.counter < cut.counter) return OneChain::same;
  if (it->second.entry.counter == cut.counter)
    return it->second.entry.chain == cut.chain ? OneChain::same : OneChain::other;
  const auto ends = ends_of(it->second, cut);
  if (!ends) return OneChain::other;
  const auto& end = ends->goes;
  TROTH_TRY(const auto next, store_->batch_after(in->handle, author, end.counter));
  if (next && follows(it->second, end, next->meta)) return OneChain::same;
  // A row that is gone or is not what was written says nothing about its author (spec 11 §6.1).
  const bool hole = !next || next->meta.first > end.counter + 1;
  if (!hole && reopen(*in, next->sealed, next->meta)) return OneChain::other;
  doubt(*in);
  return OneChain::unknown;
}

std::set<AuthorId> Replica::forked() const {
  std::set<AuthorId> out;
  for (const auto& [id, category] : categories_) {
    for (const auto& [author, state] : category.authors) {
      if (state.frozen) out.insert(author);
    }
  }
  return out;
}

bool Replica::frozen(const CategoryId& category, const AuthorId& author) const {
  const auto in = categories_.find(category);
  if (in == categories_.end()) return false;
  const auto at = in->second.authors.find(author);
  return at != in->second.authors.end() && at->second.frozen;
}

// The proof begins where the certificate of our batch does: that one carries it.
Result<std::vector<OtherChain>> Replica::other_chains(const CategoryId& category,
                                                      const Vector& theirs) {
  std::vector<OtherChain> out;
  const auto* in = find(category);
  for (const auto& [author, entry] : theirs) {
    if (in == nullptr || author == author_ || entry.counter == 0) continue;
    const auto* newest = book_.newest(author);
    if (newest == nullptr || newest->body.device == self_.device) continue;
    TROTH_TRY(const auto chain, runs_through(category, author, entry));
    if (chain != OneChain::other) continue;
    TROTH_TRY(const auto ours, store_->batch_after(in->handle, author, entry.counter - 1));
    const auto batch = ours ? reopen(*in, ours->sealed, ours->meta) : fail(Errc::not_found);
    const auto* under = batch ? book_.find(batch->core.certificate) : nullptr;
    const auto start = under != nullptr ? start_of(under->body, category).counter : 0;
    out.push_back({newest->body.device, author, entry, start});
  }
  return out;
}

Result<Replica::TakenBack> Replica::take_above(Category& in, const AuthorId& author,
                                               const VectorEntry& cut, SideKind kind, Errc reason) {
  TakenBack out;
  TROTH_TRY(auto kept, store_->count_side(in.handle, kind));
  auto at = cut;
  while (true) {
    TROTH_TRY(const auto stored, store_->batch_after(in.handle, author, at.counter));
    if (!stored) return out;
    // The first one may say that the cut is of another chain; behind it our own rows are wrong.
    const bool hole = at != cut || stored->meta.first > at.counter + 1;
    if (!follows(in.authors.at(author), at, stored->meta))
      return fail(hole ? Errc::damaged : Errc::bad_chain);
    TROTH_TRY(const auto batch, reopen(in, stored->sealed, stored->meta));
    for (const auto& op : batch.ops) out.items.push_back(op.item);
    const auto* certificate = book_.find(batch.core.certificate);
    const auto device = certificate == nullptr ? DeviceId{} : certificate->body.device;
    // A chain that is known to be false is evidence and not data: of that, only so much is kept.
    const bool room = kept.batches < limits::kHeldBatches &&
                      kept.bytes + stored->sealed.size() <= limits::kHeldBytes;
    if (kind == SideKind::parked || room) {
      TROTH_CHECK(
          store_->add_side(in.handle, {0, kind, reason, stored->meta, device, stored->sealed}));
      ++kept.batches;
      kept.bytes += stored->sealed.size();
    }
    TROTH_CHECK(store_->remove_batch(stored->seq));
    out.gone.push_back(stored->seq);
    in.totals.ops -= batch.ops.size();
    in.totals.bytes -= stored->sealed.size();
    at = {stored->meta.last, stored->meta.chain};
  }
}

// Folds the item again from all that is left of it.
Result<bool> Replica::refold(Category& in, const ItemId& item, std::span<const BatchSeq> gone) {
  TROTH_TRY(const auto before, store_->item(in.handle, item));
  if (!before) return false;
  TROTH_TRY(auto ops, losers(in, item, *before));
  ops.insert(ops.end(), before->fields.begin(), before->fields.end());
  TROTH_CHECK(store_->clear_superseded(in.handle, item));
  ItemState state;
  for (auto& one : ops) {
    if (std::binary_search(gone.begin(), gone.end(), one.winner.at.batch)) continue;
    const auto merged = merge_into(state, one.name, one.winner);
    if (merged.superseded) state.lost.push_back({one.name, *merged.superseded});
  }
  if (!before->alive() && in.totals.dead > 0) --in.totals.dead;
  if (state.fields.empty()) {
    if (in.totals.items > 0) --in.totals.items;
    TROTH_CHECK(store_->remove_item(in.handle, item));
    return true;
  }
  if (!state.alive()) ++in.totals.dead;
  TROTH_CHECK(save_item(in, item, state));
  return state.fields != before->fields;
}

Result<std::vector<ItemId>> Replica::refold_all(Category& in, TakenBack taken) {
  std::vector<ItemId> changed;
  in.runs.reset();
  cache_.clear();
  std::sort(taken.gone.begin(), taken.gone.end());
  std::sort(taken.items.begin(), taken.items.end());
  taken.items.erase(std::unique(taken.items.begin(), taken.items.end()), taken.items.end());
  for (const auto& item : taken.items) {
    TROTH_TRY(const bool differs, refold(in, item, taken.gone));
    if (differs) changed.push_back(item);
  }
  TROTH_CHECK(store_->put_totals(in.handle, in.totals));
  return changed;
}

Result<std::vector<ItemId>> Replica::cut(const CategoryId& category, const AuthorId& author,
                                         const VectorEntry& cut, Errc reason) {
  auto* in = find(category);
  if (in == nullptr || in->totals.erasing) return std::vector<ItemId>{};
  const auto it = in->authors.find(author);
  if (it == in->authors.end() || it->second.entry.counter <= cut.counter)
    return std::vector<ItemId>{};
  TROTH_TRY(const auto ends, ends_of(it->second, cut));
  TROTH_TRY(auto taken, take_above(*in, author, ends.goes, SideKind::parked, reason));
  if (!in->tails.contains(author)) in->tails[author] = it->second.entry;
  it->second.entry = ends.stays;
  std::erase_if(it->second.gaps,
                [&](const Gap& gap) { return gap.high.counter > ends.stays.counter; });
  TROTH_CHECK(store_->put_author(in->handle, author, it->second));
  return refold_all(*in, std::move(taken));
}

Result<std::vector<ItemId>> Replica::disown(const CategoryId& category, const AuthorId& author) {
  auto* in = find(category);
  if (in == nullptr || in->totals.erasing) return std::vector<ItemId>{};
  const auto it = in->authors.find(author);
  if (it == in->authors.end()) return std::vector<ItemId>{};
  TROTH_TRY(auto taken, take_above(*in, author, {}, SideKind::fork, Errc::bad_chain));
  TROTH_CHECK(side_to_fork(*in, author));
  it->second = {};
  TROTH_CHECK(store_->put_author(in->handle, author, it->second));
  TROTH_CHECK(forget_certificates(author));
  return refold_all(*in, std::move(taken));
}

// What waited behind the false chain is kept beside it; nothing of the author waits any more.
Result<> Replica::side_to_fork(Category& in, const AuthorId& author) {
  while (true) {
    TROTH_TRY(auto aside, store_->side_after(in.handle, author, 0));
    if (!aside) break;
    TROTH_CHECK(store_->remove_side(aside->id));
    aside->kind = SideKind::fork;
    TROTH_CHECK(store_->add_side(in.handle, *aside));
  }
  in.tails.erase(author);
  return {};
}

// The false chain may have come with certificates that contradict the true ones. Those that nothing
// needs any more go; the true ones come again with the batches. It reads all that is held of the
// author, which is all right for something that happens once.
Result<> Replica::forget_certificates(const AuthorId& author) {
  std::set<CertificateId> used;
  for (const auto& [id, in] : categories_) {
    if (!in.authors.contains(author) || in.totals.erasing) continue;
    for (std::uint64_t at = 0;;) {
      TROTH_TRY(const auto stored, store_->batch_after(in.handle, author, at));
      if (!stored) break;
      const auto batch = reopen(in, stored->sealed, stored->meta);
      if (batch) used.insert(batch->core.certificate);
      at = stored->meta.last;
    }
    for (std::uint64_t at = 0;;) {
      TROTH_TRY(const auto aside, store_->side_after(in.handle, author, at));
      if (!aside) break;
      const auto batch = reopen(in, aside->sealed, aside->meta);
      if (batch) used.insert(batch->core.certificate);
      at = aside->meta.last;
    }
  }
  for (const auto& id : book_.of(author)) {
    if (used.contains(id)) continue;
    book_.remove(id);
    TROTH_CHECK(store_->remove_certificate(id));
  }
  return {};
}

// The batch that the cut names is here: is what we hold of the author something else? Where they do
// not meet, a fork that was seen says so, or that its certificate never came with ours.
bool Replica::is_false(const Category& in, const OpenBatch& named, Errc why) {
  const auto it = in.authors.find(named.core.author);
  if (it == in.authors.end() || it->second.entry.counter == 0) return false;
  const auto& ours = it->second.entry;
  if (named.core.first <= ours.counter) return true;
  if (named.core.first == ours.counter + 1) return named.core.prev != ours.chain;
  return it->second.frozen || why == Errc::no_key;
}

// The batch that a cut names says which chain is the author's, also before its certificate is
// known: the cut commits to all of it.
bool Replica::named_by_cut(const Arrival& arrival, const Admitter& admit) const {
  auto claims = claims_of(arrival);
  const auto* known = book_.newest(claims.author);
  if (!arrival.verified && known != nullptr) claims.device = known->body.device;
  const auto admission = admit(claims);
  return admission.verdict == Admit::accept &&
         admission.through == VectorEntry{claims.last, claims.chain};
}

// A batch that stands where another does, or whose author is frozen: both sides are kept and the
// author stops (rule 19), until a cut names one of them.
Result<Applied> Replica::contradicted(Category& in, Arrival arrival, const Result<Spot>& spot,
                                      const Admitter& admit, WallMs now) {
  // What is held here of the author is in doubt itself: it contradicts nobody.
  if (!spot && spot.error().code == Errc::again) return fail(spot.error());
  const auto& core = arrival.batch.core;
  const bool named = core.author != author_ && named_by_cut(arrival, admit);
  if (named && spot) {
    auto& author = in.authors[core.author];
    author.frozen = false;  // durable also where the batch itself has to wait behind others
    TROTH_CHECK(store_->put_author(in.handle, core.author, author));
    return place(in, std::move(arrival), *spot, admit, now);
  }
  if (named && is_false(in, arrival.batch, spot ? Errc::fork : spot.error().code)) {
    const auto* known = book_.newest(core.author);
    const auto device = known != nullptr ? known->body.device : arrival.device;
    auto out = answer(arrival.batch, device, Outcome::disowned, Errc::fork);
    TROTH_TRY(out.items, disown(core.category, core.author));
    return out;
  }
  if (spot) return answer(arrival.batch, arrival.device, Outcome::forked, Errc::fork);
  const bool fork = spot.error().code == Errc::fork && arrival.verified;
  return fork ? forked(in, arrival) : Result<Applied>(fail(spot.error()));
}

}  // namespace troth::sync
