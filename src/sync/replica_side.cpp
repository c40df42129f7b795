// Batches set aside: asked again, cut back, adopted (rules 6, 10, 19).
#include <algorithm>

#include "sync/replica.hpp"

namespace troth::sync {

Result<std::vector<SideBatch>> Replica::side(const CategoryId& category, SideKind kind,
                                             std::size_t limit) {
  const auto* in = find(category);
  if (in == nullptr) return std::vector<SideBatch>{};
  return store_->side(in->handle, kind, limit);
}

Result<SideCount> Replica::side_count(const CategoryId& category, SideKind kind) {
  const auto* in = find(category);
  if (in == nullptr) return SideCount{};
  return store_->count_side(in->handle, kind);
}

// Where a batch stays that may not go in yet; nothing: it may, or it never will.
std::optional<Replica::Waits> Replica::still_aside(const Arrival& arrival, const Admitter& admit) {
  if (!arrival.verified) return Waits{SideKind::held, Errc::unknown_device};
  const auto admission = admit(claims_of(arrival));
  if (admission.verdict == Admit::hold) return Waits{SideKind::held, admission.reason};
  if (admission.verdict == Admit::park) return Waits{SideKind::parked, admission.reason};
  return std::nullopt;
}

// The author's next batch set aside, when it may go in now. Nothing: the author has to wait.
Result<std::optional<Applied>> Replica::retry_next(Category& in, const AuthorId& author,
                                                   const Admitter& admit, WallMs now) {
  const auto tail = in.authors[author].entry;
  TROTH_TRY(const auto aside, store_->side_after(in.handle, author, tail.counter));
  if (!aside) {
    in.tails.erase(author);
    return std::optional<Applied>{};
  }
  if (in.authors[author].frozen) return std::optional<Applied>{};
  auto batch = reopen(in, aside->sealed, aside->meta);
  if (!batch) {
    if (batch.error().code == Errc::damaged) doubt(in);
    return std::optional<Applied>{};  // the author waits: for a key, or until the row is mended
  }
  // What stands aside was fitted in when it came, over a gap or not; unless what stood before it is
  // gone, which nobody knows before its table was counted.
  if (batch->core.first > tail.counter + 1 && uncounted_.contains(in.handle))
    return std::optional<Applied>{};
  Arrival arrival{std::move(*batch), aside->sealed, {}, false};
  auto kept = in.tails.extract(author);  // place() must not see it as its own predecessor
  const auto status = authenticate(arrival);
  auto spot = find_spot(in, arrival.batch, tail.counter);
  if (!status) spot = fail(status.error());
  if (!spot && spot.error().code == Errc::again) {  // its place is in doubt
    in.tails.insert(std::move(kept));
    return std::optional<Applied>{};
  }
  if (!spot && spot.error().code == Errc::damaged) return fail(spot.error());
  const bool fits = spot || spot.error().code == Errc::unknown_device;
  const auto stays = fits ? still_aside(arrival, admit) : std::nullopt;
  if (stays && stays->kind == aside->kind && stays->reason == aside->reason) {
    in.tails.insert(std::move(kept));
    return std::optional<Applied>{};
  }
  TROTH_CHECK(store_->remove_side(aside->id));
  Result<Applied> out = fail(Errc::internal);
  if (stays) {
    out = keep_aside(in, arrival, stays->kind, stays->reason);
  } else if (fits) {
    out = place(in, std::move(arrival), Spot::tail, admit, now);
  } else if (spot.error().code == Errc::fork && arrival.verified) {
    out = forked(in, arrival);
  } else {
    // Taken in unverified and now known to be false: it goes, and what stands behind it cannot
    // stay.
    out = Applied{Outcome::refused, spot.error().code, {}, author, arrival.device, {}, 0, {}};
  }
  // It has left its row: only the whole step can be given up.
  if (!out && out.error().code == Errc::again) return fail(Errc::damaged);
  TROTH_CHECK(out);
  const bool more = !kept.empty() && kept.mapped().counter > aside->meta.last;
  if (more) in.tails[author] = kept.mapped();
  return std::optional<Applied>(std::move(*out));
}

Result<std::vector<Applied>> Replica::retry_held(const CategoryId& category, const Admitter& admit,
                                                 WallMs now, std::size_t limit) {
  std::vector<Applied> out;
  auto* in = find(category);
  if (in == nullptr || in->totals.erasing) return out;
  std::vector<AuthorId> authors;
  for (const auto& [author, tail] : in->tails) authors.push_back(author);
  for (const auto& author : authors) {
    while (out.size() < limit && in->tails.contains(author)) {
      TROTH_TRY(auto next, retry_next(*in, author, admit, now));
      if (!next || next->outcome == Outcome::held || next->outcome == Outcome::parked) break;
      out.push_back(std::move(*next));
      if (out.back().outcome == Outcome::refused) {
        TROTH_CHECK(drop_side(*in, author));
      }
    }
  }
  return out;
}

// Nothing behind a batch that was refused can ever follow on.
Result<> Replica::drop_side(Category& in, const AuthorId& author) {
  while (true) {
    TROTH_TRY(const auto aside, store_->side_after(in.handle, author, 0));
    if (!aside) break;
    TROTH_CHECK(store_->remove_side(aside->id));
  }
  in.tails.erase(author);
  return {};
}

Result<std::vector<SideOp>> Replica::side_ops(const CategoryId& category,
                                              std::uint64_t side_id) const {
  const auto* in = find(category);
  if (in == nullptr) return fail(Errc::not_found);
  TROTH_TRY(const auto aside, store_->side_batch(in->handle, side_id));
  TROTH_TRY(const auto batch, reopen(*in, aside.sealed, aside.meta));
  std::vector<SideOp> out;
  for (std::size_t i = 0; i < batch.ops.size(); ++i) {
    const auto& slot = batch.ops[i];
    const auto& shape = batch.shapes[slot.shape];
    TROTH_TRY(const auto state, store_->item(in->handle, slot.item));
    const auto* field = state ? state->find(shape.field) : nullptr;
    const auto rank = op_at(batch, i, {}).rank;
    // What was written since, by hand or by adopting before, is not overwritten.
    TROTH_TRY(const auto drafts, store_->item_drafts(in->handle, slot.item));
    const bool overtaken = (field != nullptr && rank < field->winner.rank) ||
                           std::any_of(drafts.begin(), drafts.end(), [&](const Draft& draft) {
                             return draft.shape.field == shape.field && rank.hlc < draft.hlc;
                           });
    out.push_back({slot.item, shape, rank.hlc, to_bytes(batch.body(slot)), overtaken});
  }
  return out;
}

Result<std::vector<ItemId>> Replica::adopt(const CategoryId& category, std::uint64_t side_id,
                                           Delivery delivery, WallMs now) {
  TROTH_TRY(auto* in, writable(category));
  TROTH_TRY(auto ops, side_ops(category, side_id));
  std::set<ItemId> adopted;
  for (auto& op : ops) {
    if (op.overtaken) continue;
    TROTH_CHECK(
        add_draft(*in, {category, op.item, op.shape, {}, delivery, std::move(op.body)}, now));
    adopted.insert(op.item);
  }
  return std::vector<ItemId>(adopted.begin(), adopted.end());
}

Result<std::vector<EntryId>> Replica::heads_after(const CategoryId& category,
                                                  const AuthorId& author,
                                                  std::uint64_t counter) const {
  const auto* in = find(category);
  if (in == nullptr) return fail(Errc::not_found);
  TROTH_TRY(const auto stored, store_->batch_after(in->handle, author, counter));
  if (!stored) return fail(Errc::not_found);
  TROTH_TRY(auto batch, reopen(*in, stored->sealed, stored->meta));
  return std::move(batch.core.heads);
}

}  // namespace troth::sync
