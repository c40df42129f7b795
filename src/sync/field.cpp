#include "sync/field.hpp"

#include <algorithm>

namespace troth::sync {
namespace {

bool before(const FieldState& field, std::string_view name) { return field.name < name; }

// The comparison stands outside: clang 14 rewrites `<` of strings wrongly inside a template.
auto position(auto& fields, std::string_view name) {
  return std::lower_bound(fields.begin(), fields.end(), name, before);
}

}  // namespace

FieldState merge(FieldState state, const Op& op) {
  if (state.winner.rank < op.rank) state.winner = op;
  return state;
}

const FieldState* ItemState::find(std::string_view name) const {
  const auto it = position(fields, name);
  return it != fields.end() && it->name == name ? &*it : nullptr;
}

bool ItemState::alive() const {
  const auto* field = find(kAliveField);
  return field == nullptr || !field->winner.dead;
}

void keep_first_names(ItemState& item) {
  while (item.fields.size() > limits::kItemNames) {
    auto last = item.fields.end() - 1;
    if (last->name == kAliveField) --last;
    item.fields.erase(last);
  }
}

Merged merge_into(ItemState& item, std::string_view field, const Op& op) {
  const auto it = position(item.fields, field);
  if (it == item.fields.end() || it->name != field) {
    item.fields.insert(it, FieldState{std::string(field), op});
    return {true, std::nullopt};
  }
  const Op before = it->winner;
  if (before.rank == op.rank) return {};
  *it = merge(std::move(*it), op);
  const bool changed = it->winner.rank != before.rank;
  return {changed, changed ? before : op};
}

Op op_at(const OpenBatch& batch, std::size_t index, BatchSeq seq) {
  const auto& slot = batch.ops[index];
  const auto& shape = batch.shapes[slot.shape];
  Op op;
  op.rank.hlc = slot.hlc;
  op.rank.author = batch.core.author;
  std::copy_n(slot.leaf.bytes.begin(), op.rank.leaf.bytes.size(), op.rank.leaf.bytes.begin());
  op.at = {seq, static_cast<std::uint32_t>(index)};
  op.type = shape.type;
  op.schema = shape.schema;
  const auto body = batch.body(slot);
  op.dead = shape.field == kAliveField && body.size() == 1 && body[0] == kDead;
  return op;
}

}  // namespace troth::sync
