// Reading: items, history, changes, proofs.
#include <algorithm>
#include <set>

#include "sync/replica.hpp"

namespace troth::sync {

// The value behind a field's op, checked against the index: a row that points elsewhere is damage.
Result<FieldView> Replica::read_field(const Category& in, const FieldState& field) {
  const auto& op = field.winner;
  TROTH_TRY(const auto* batch, opened(in, op.at.batch));
  if (op.at.index >= batch->ops.size()) return fail(Errc::damaged);
  const auto& slot = batch->ops[op.at.index];
  if (op_at(*batch, op.at.index, op.at.batch) != op) return fail(Errc::damaged);
  if (batch->shapes[slot.shape].field != field.name) return fail(Errc::damaged);
  return FieldView{field.name,
                   op.type,
                   op.schema,
                   op.rank.hlc,
                   op.rank.author,
                   false,
                   to_bytes(batch->body(slot))};
}

Result<FieldView> Replica::field_view(const Category& in, const FieldState& field) {
  auto out = read_field(in, field);
  if (!out && out.error().code == Errc::damaged) doubt(in);
  return out;
}

// The field as it may be shown now: while its newest op comes from too far ahead, the best before
// it.
Result<std::optional<FieldState>> Replica::shown(const Category& in, const ItemId& item,
                                                 const ItemState& state, const FieldState& field,
                                                 WallMs now, Losers& lost) {
  if (visible(field.winner.rank.hlc, now)) return std::optional<FieldState>(field);
  std::optional<FieldState> best;
  if (!lost) {
    TROTH_TRY(lost, losers(in, item, state));
  }
  for (const auto& other : *lost) {
    if (other.name != field.name || !visible(other.winner.rank.hlc, now)) continue;
    best = best ? merge(std::move(*best), other.winner) : other;
  }
  return best;
}

Result<ItemView> Replica::view(const Category& in, const ItemId& item,
                               const std::optional<ItemState>& state, WallMs now) {
  std::map<std::string, FieldView> fields;
  if (state) {
    Losers lost;
    for (const auto& field : state->fields) {
      TROTH_TRY(const auto best, shown(in, item, *state, field, now, lost));
      if (!best) continue;
      TROTH_TRY(auto value, field_view(in, *best));
      fields.emplace(field.name, std::move(value));
    }
  }
  TROTH_TRY(auto drafts, store_->item_drafts(in.handle, item));
  for (auto& draft : drafts) {
    const auto it = fields.find(draft.shape.field);
    if (it != fields.end() && draft.hlc < it->second.hlc) continue;
    auto name = draft.shape.field;
    fields.insert_or_assign(std::move(name),
                            FieldView{draft.shape.field, draft.shape.type, draft.shape.schema,
                                      draft.hlc, author_, true, std::move(draft.body)});
  }
  ItemView out{item, true, {}};
  for (auto& [name, field] : fields) {
    if (name == kAliveField) {
      out.alive = field.body != Bytes{kDead};
    } else {
      out.fields.push_back(std::move(field));
    }
  }
  return out;
}

Result<ItemView> Replica::get(const CategoryId& category, const ItemId& item, WallMs now) {
  const auto* in = find(category);
  if (in == nullptr || in->totals.erasing) return fail(Errc::unknown_item);
  TROTH_TRY(const auto state, store_->item(in->handle, item));
  TROTH_TRY(auto out, view(*in, item, state, now));
  if (!state && out.fields.empty()) return fail(Errc::unknown_item);
  return out;
}

Result<bool> Replica::deleted(const CategoryId& category, const ItemId& item, WallMs now) {
  const auto* in = find(category);
  if (in == nullptr || in->totals.erasing) return true;
  TROTH_TRY(const auto drafts, store_->item_drafts(in->handle, item));
  TROTH_TRY(const auto state, store_->item(in->handle, item));
  if (drafts.empty()) return !state || !state->alive();
  TROTH_TRY(const auto seen, view(*in, item, state, now));
  return !seen.alive;
}

namespace {
// In one call; others wait for the answer.
constexpr std::size_t kListLooked = 1024;
}  // namespace

// After a long walk the last item looked at ends the answer: deleted, without its fields.
Result<std::vector<ItemView>> Replica::list(const CategoryId& category, std::optional<ItemId> after,
                                            std::size_t limit, bool with_deleted, WallMs now) {
  std::vector<ItemView> out;
  const auto* in = find(category);
  if (in == nullptr || in->totals.erasing) return out;
  for (std::size_t looked = 0; out.size() < limit;) {
    const auto page = std::min(limit - out.size(), limits::kListPage);
    TROTH_TRY(const auto rows, store_->items(in->handle, after, page));
    TROTH_TRY(const auto drafts, store_->draft_items(in->handle, after, page));
    std::map<ItemId, const ItemState*> items;
    for (const auto& row : rows) items.emplace(row.item, &row.state);
    for (const auto& item : drafts) items.emplace(item, nullptr);
    std::size_t taken = 0;
    for (const auto& [item, state] : items) {
      if (++taken > page) break;
      after = item;
      TROTH_TRY(auto one, view(*in, item, state ? std::optional(*state) : std::nullopt, now));
      if (one.alive || with_deleted) out.push_back(std::move(one));
    }
    if (items.size() < page) break;
    looked += page;
    const bool told = !out.empty() && out.back().item == *after;
    if (looked < kListLooked || told || out.size() >= limit) continue;
    out.push_back({*after, false, {}});
    break;
  }
  return out;
}

Result<std::vector<Change>> Replica::history(const CategoryId& category, const ItemId& item) {
  std::vector<Change> out;
  const auto* in = find(category);
  if (in == nullptr || in->totals.erasing) return fail(Errc::unknown_item);
  TROTH_TRY(const auto state, store_->item(in->handle, item));
  if (!state) return fail(Errc::unknown_item);
  TROTH_TRY(auto ops, losers(*in, item, *state));
  const auto lost = ops.size();
  ops.insert(ops.end(), state->fields.begin(), state->fields.end());
  for (std::size_t i = 0; i < ops.size(); ++i) {
    TROTH_TRY(auto value, field_view(*in, ops[i]));
    out.push_back({std::move(value), i >= lost, ops[i].winner.at.batch});
  }
  std::stable_sort(out.begin(), out.end(), [](const Change& a, const Change& b) {
    return std::tie(b.field.hlc, b.field.author) < std::tie(a.field.hlc, a.field.author);
  });
  return out;
}

Result<Changes> Replica::changes(const CategoryId& category, BatchSeq since, std::size_t limit) {
  Changes out{{}, since, false};
  const auto* in = find(category);
  if (in == nullptr || in->totals.erasing) return out;
  std::set<ItemId> seen;
  while (out.items.size() < limit) {
    TROTH_TRY(const auto stored, store_->batch_since(in->handle, out.cursor));
    if (!stored) return out;
    TROTH_TRY(const auto* batch, opened(*in, stored->seq));
    for (const auto& op : batch->ops) {
      if (seen.insert(op.item).second) out.items.push_back(op.item);
    }
    out.cursor = stored->seq;
  }
  out.more = true;
  return out;
}

Result<OpProof> Replica::prove_field(const CategoryId& category, const ItemId& item,
                                     std::string_view field) {
  const auto* in = find(category);
  if (in == nullptr || in->totals.erasing) return fail(Errc::unknown_item);
  TROTH_TRY(const auto state, store_->item(in->handle, item));
  const auto* found = state ? state->find(field) : nullptr;
  if (found == nullptr) return fail(Errc::unknown_item);
  TROTH_CHECK(field_view(*in, *found));
  TROTH_TRY(const auto* batch, opened(*in, found->winner.at.batch));
  const auto* certificate = book_.find(batch->core.certificate);
  if (certificate == nullptr) return fail(Errc::damaged);
  return prove(*batch, found->winner.at.index, *certificate);
}

}  // namespace troth::sync
