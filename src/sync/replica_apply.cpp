// Batches of others: authentic, in order, admitted, merged.
#include <algorithm>

#include "sync/by_item.hpp"
#include "sync/replica.hpp"

namespace troth::sync {
namespace {

BatchMeta meta_of(const OpenBatch& batch) {
  return {batch.core.author, batch.core.first, batch.last(), batch.core.prev, batch.chain};
}

}  // namespace

Applied Replica::answer(const OpenBatch& batch, const DeviceId& device, Outcome outcome,
                        Errc reason) {
  return {outcome, reason, batch.epoch(), batch.core.author, device, {}, batch.ops.size(), {}};
}

BatchClaims Replica::claims_of(const Arrival& arrival) {
  const auto& batch = arrival.batch;
  const auto& core = batch.core;
  return {batch.epoch(), core.author, arrival.device, core.incarnation, core.heads,
          core.prev,     batch.chain, core.first,     batch.last(),     batch.header.suite};
}

Result<OpenBatch> Replica::reopen(const Category& in, ByteView sealed,
                                  const BatchMeta& meta) const {
  const auto header = parse_header(sealed);
  if (!header) return fail(Errc::damaged);
  const auto key = keys_->key_of(header->mailbox);
  if (!key) return fail(Errc::no_key);
  auto batch = unseal(sealed, self_.circle, *key);
  if (!batch) return fail(Errc::damaged);
  const auto inside = meta_of(*batch);
  // The key alone says only which category the batch itself is of: its row may have been moved.
  const bool same = batch->core.category == in.id && inside.author == meta.author &&
                    inside.first == meta.first && inside.last == meta.last &&
                    inside.prev == meta.prev && inside.chain == meta.chain;
  if (!same) return fail(Errc::damaged);  // a row that was moved or swapped
  return batch;
}

Result<const OpenBatch*> Replica::opened(const Category& in, BatchSeq seq) {
  if (const auto* known = cache_.find(seq)) {
    if (known->core.category != in.id) return fail(Errc::damaged);
    return known;
  }
  auto stored = store_->batch(in.handle, seq);
  if (!stored) {
    return fail(stored.error().code == Errc::not_found ? Errc::damaged : stored.error().code);
  }
  TROTH_TRY(auto batch, reopen(in, stored->sealed, stored->meta));
  return cache_.put(seq, std::move(batch));
}

Result<> Replica::save_item(Category& in, const ItemId& item, ItemState& state) {
  keep_first_names(state);
  if (state.lost.size() > limits::kItemLost) {
    for (const auto& one : state.lost) {
      TROTH_CHECK(store_->add_superseded(in.handle, item, one.name, one.winner));
    }
    state.lost.clear();
  }
  return store_->put_item(in.handle, item, state);
}

// All ops of the item that lost, oldest writing first.
Result<std::vector<FieldState>> Replica::losers(const Category& in, const ItemId& item,
                                                const ItemState& state) {
  TROTH_TRY(auto out, store_->superseded(in.handle, item));
  out.insert(out.end(), state.lost.begin(), state.lost.end());
  return out;
}

Result<bool> Replica::merge_item(Category& in, const OpenBatch& batch, BatchSeq seq,
                                 std::span<const std::uint32_t> ops) {
  const auto& item = batch.ops[ops.front()].item;
  TROTH_TRY(auto found, store_->item(in.handle, item));
  auto state = found ? std::move(*found) : ItemState{};
  const bool dead_before = found && !state.alive();
  bool changed = false;
  for (const auto index : ops) {
    const auto& field = batch.shapes[batch.ops[index].shape].field;
    const auto merged = merge_into(state, field, op_at(batch, index, seq));
    changed = changed || merged.changed;
    if (merged.superseded) state.lost.push_back({field, *merged.superseded});
  }
  TROTH_CHECK(save_item(in, item, state));
  if (!found) ++in.totals.items;
  if (dead_before && in.totals.dead > 0) --in.totals.dead;  // 0: a row was put back (spec 11 §6.1)
  if (!state.alive()) ++in.totals.dead;
  return changed;
}

Result<> Replica::merge_batch(Category& in, const OpenBatch& batch, BatchSeq seq,
                              std::vector<ItemId>& changed) {
  return each_item(batch, [&](std::span<const std::uint32_t> ops) -> Result<> {
    TROTH_TRY(const bool item_changed, merge_item(in, batch, seq, ops));
    if (item_changed) changed.push_back(batch.ops[ops.front()].item);
    return {};
  });
}

Result<BatchSeq> Replica::accept(Category& in, OpenBatch batch, ByteView sealed, WallMs now,
                                 std::vector<ItemId>& changed) {
  const auto added = store_->add_batch(in.handle, meta_of(batch), sealed);
  // A row that says of itself that it stands here is not what was written (spec 11 §6.1).
  if (!added && added.error().code == Errc::exists) return fail(doubted(in));
  if (!added) return fail(added.error());
  const auto seq = *added;
  TROTH_CHECK(merge_batch(in, batch, seq, changed));
  TROTH_CHECK(move_on(in, batch));
  if (in.runs) {
    in.runs->add(
        {batch.core.author, batch.core.first, batch.last(), batch.chain, batch.header.mailbox});
  }
  in.totals.ops += batch.ops.size();
  in.totals.bytes += sealed.size();
  for (const auto& op : batch.ops) {
    const auto limit = batch.core.author == author_ ? WallMs{op.hlc.wall().ms} : now;
    in.totals.hlc = observe(in.totals.hlc, op.hlc, limit);
  }
  clock_ = std::max(clock_, in.totals.hlc);
  TROTH_CHECK(store_->put_totals(in.handle, in.totals));
  newest_ = seq;
  cache_.put(seq, std::move(batch));
  return seq;
}

// In place or set aside already, with the same hash.
Result<bool> Replica::is_duplicate(const Category& in, const OpenBatch& batch) {
  const auto before = batch.core.first - 1;
  TROTH_TRY(const auto stored, store_->batch_after(in.handle, batch.core.author, before));
  if (stored && stored->meta.chain == batch.chain) return true;
  if (!in.tails.contains(batch.core.author)) return false;
  TROTH_TRY(const auto aside, store_->side_after(in.handle, batch.core.author, before));
  return aside && aside->meta.chain == batch.chain;
}

// The certificate that came with the batch, when it is news. unknown_device: the circle log does
// not cover its device yet.
Result<std::optional<KnownCertificate>> Replica::carried(const OpenBatch& batch) const {
  if (batch.certificate.empty() || book_.find(batch.core.certificate) != nullptr) {
    return std::optional<KnownCertificate>{};
  }
  TROTH_TRY(const auto device, certificate_device(batch.certificate));
  const auto sign_key = keys_->sign_key(device);
  if (!sign_key) return fail(Errc::unknown_device);
  TROTH_TRY(auto known, verify_certificate(batch.certificate, self_.circle, *sign_key));
  return std::optional<KnownCertificate>(std::move(known));
}

Result<> Replica::learn(KnownCertificate certificate) {
  // Newer than all known: what we hold was sealed before it, so it starts at or after that.
  const auto* newest = book_.newest(certificate.author);
  if (newest == nullptr || newest->body.number < certificate.body.number) {
    for (const auto& [id, in] : categories_) {
      const auto it = in.authors.find(certificate.author);
      if (it == in.authors.end()) continue;
      if (it->second.entry.counter > start_of(certificate.body, id).counter) {
        return fail(Errc::fork);
      }
    }
  }
  TROTH_CHECK(book_.add(certificate));
  return store_->put_certificate(certificate.id, certificate.encoded);
}

// fork: the signature is good, but the batch or its certificate contradicts one that we hold.
// limit: it is good, and there is no room for one more author.
Result<> Replica::authenticate(Arrival& arrival) {
  const auto& core = arrival.batch.core;
  TROTH_TRY(auto news, carried(arrival.batch));
  const auto* certificate = news ? &*news : book_.find(core.certificate);
  if (certificate == nullptr) return fail(Errc::no_key);
  TROTH_CHECK(verify_under(arrival.batch, *certificate));
  arrival.device = certificate->body.device;
  arrival.verified = true;
  // Each author is an entry of every vector from here on, on every device (spec 07 §5).
  if (news) TROTH_CHECK(require(!book_.crowded(news->author, arrival.device), Errc::limit));
  if (news) TROTH_CHECK(learn(std::move(*news)));
  return book_.check_span(core.certificate, core.category, core.first, arrival.batch.last());
}

Result<> Replica::check_arrival(const Category& in, Arrival& arrival) {
  const auto& core = arrival.batch.core;
  auto status = authenticate(arrival);
  if (!status) {
    // A device that the log does not cover yet, and what follows its first batch, waits unverified.
    const auto code = status.error().code;
    const bool waits =
        code == Errc::unknown_device || (code == Errc::no_key && in.tails.contains(core.author));
    if (!waits) return fail(status.error());
  }
  return require(core.author != author_, Errc::rolled_back);
}

Result<Applied> Replica::set_aside(Category& in, const Arrival& arrival, SideKind kind,
                                   Errc reason) {
  TROTH_TRY(const auto count, store_->count_side(in.handle, kind));
  if (count.batches >= limits::kHeldBatches ||
      count.bytes + arrival.sealed.size() > limits::kHeldBytes) {
    return fail(Errc::limit);
  }
  return keep_aside(in, arrival, kind, reason);
}

// Without a bound: what stands aside already may move.
Result<Applied> Replica::keep_aside(Category& in, const Arrival& arrival, SideKind kind,
                                    Errc reason) {
  const auto& batch = arrival.batch;
  TROTH_CHECK(store_->add_side(
      in.handle, {0, kind, reason, meta_of(batch), arrival.device, to_bytes(arrival.sealed)}));
  if (kind != SideKind::fork) {
    auto& tail = in.tails[batch.core.author];
    if (batch.last() > tail.counter) tail = {batch.last(), batch.chain};
  }
  const auto outcome = kind == SideKind::held     ? Outcome::held
                       : kind == SideKind::parked ? Outcome::parked
                                                  : Outcome::forked;
  return answer(batch, arrival.device, outcome, reason);
}

// Two batches with valid signatures at one place: both are kept, the author stops here (rule 19).
Result<Applied> Replica::forked(Category& in, const Arrival& arrival) {
  const auto& author = arrival.batch.core.author;
  auto& state = in.authors[author];
  if (state.frozen) return answer(arrival.batch, arrival.device, Outcome::forked, Errc::fork);
  state.frozen = true;
  TROTH_CHECK(store_->put_author(in.handle, author, state));
  auto kept = set_aside(in, arrival, SideKind::fork, Errc::fork);
  // Of evidence only so much is kept; that the author stops here does not hang on it.
  if (!kept && kept.error().code == Errc::limit)
    return answer(arrival.batch, arrival.device, Outcome::forked, Errc::fork);
  return kept;
}

Result<Applied> Replica::place(Category& in, Arrival arrival, Spot spot, const Admitter& admit,
                               WallMs now) {
  const auto& batch = arrival.batch;
  const auto& core = batch.core;
  // What a gap misses is asked for again and again: nothing of it is kept aside.
  const auto aside = [&](SideKind kind, Errc reason) {
    return spot != Spot::gap ? set_aside(in, arrival, kind, reason)
                             : answer(batch, arrival.device, Outcome::held, reason);
  };
  if (!arrival.verified) return aside(SideKind::held, Errc::unknown_device);
  const auto admission = admit(claims_of(arrival));
  switch (admission.verdict) {
    case Admit::accept: {
      // Behind one that waits, everything of the author waits.
      if (spot == Spot::tail && in.tails.contains(core.author)) {
        return set_aside(in, arrival, SideKind::held, Errc::held);
      }
      auto out = answer(batch, arrival.device, Outcome::applied, Errc::refused);
      TROTH_TRY(out.seq, accept(in, std::move(arrival.batch), arrival.sealed, now, out.items));
      return out;
    }
    case Admit::hold:
      return aside(SideKind::held, admission.reason);
    case Admit::park:
      return aside(SideKind::parked, admission.reason);
    case Admit::refuse:
      return answer(batch, arrival.device, Outcome::refused, admission.reason);
  }
  TROTH_UNREACHABLE();
}

Result<Applied> Replica::apply(ByteView sealed, const Admitter& admit, WallMs now,
                               std::optional<std::uint64_t> after) {
  TROTH_TRY(const auto header, parse_header(sealed));
  const auto key = keys_->key_of(header.mailbox);
  if (!key) return fail(Errc::no_key);
  Arrival arrival{{}, sealed, {}, false};
  TROTH_TRY(arrival.batch, unseal(sealed, self_.circle, *key));
  const auto& core = arrival.batch.core;
  TROTH_TRY(auto* in, writable(core.category));
  TROTH_TRY(const bool duplicate, is_duplicate(*in, arrival.batch));
  if (duplicate) {
    if (after) TROTH_CHECK(nothing_lost(*in, arrival.batch, *after));
    return answer(arrival.batch, {}, Outcome::duplicate, Errc::exists);
  }

  const auto status = check_arrival(*in, arrival);
  const bool crowded = !status && status.error().code == Errc::limit;
  if (crowded && book_.started_anew_too_often(arrival.device))
    return answer(arrival.batch, arrival.device, Outcome::refused, Errc::limit);
  const auto spot = status ? find_spot(*in, arrival.batch, after) : fail(status.error());
  const auto author = in->authors.find(core.author);
  const bool frozen = author != in->authors.end() && author->second.frozen;
  if (!spot || frozen) return contradicted(*in, std::move(arrival), spot, admit, now);
  return place(*in, std::move(arrival), *spot, admit, now);
}

}  // namespace troth::sync
