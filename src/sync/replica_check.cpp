// Are all rows there that were written (spec 11 §6.1)? Counting, and what follows from a count.
#include <algorithm>

#include "sync/replica.hpp"

namespace troth::sync {
namespace {

using Stage = RowWalk::Stage;

RowTable table_at(std::size_t index) { return static_cast<RowTable>(index); }

RowFault fault_of(RowTable table) {
  switch (table) {
    case RowTable::draft:
      return RowFault::drafts;
    case RowTable::side:
      return RowFault::aside;
    case RowTable::batch:
      return RowFault::batches;
    case RowTable::item:
    case RowTable::superseded:
      return RowFault::index;
  }
  TROTH_UNREACHABLE();
}

// Nothing can be made anew from elsewhere: it is told, and what is there counts from now on.
bool taken_as_it_is(RowTable table) { return table == RowTable::draft || table == RowTable::side; }

constexpr std::array kMended{RowTable::batch, RowTable::item, RowTable::superseded};

}  // namespace

bool Replica::check_due() const {
  if (walk_ || !doubts_.empty()) return true;
  return !walked_ && std::any_of(categories_.begin(), categories_.end(),
                                 [](const auto& one) { return !one.second.totals.erasing; });
}

void Replica::begin_walk() {
  walk_.emplace();
  walk_->doubted = std::exchange(doubts_, {});
  for (const auto& [id, in] : categories_) {
    if (!walked_ || walk_->doubted.contains(in.handle)) walk_->left.push_back(id);
  }
  walked_ = true;
}

void Replica::next_category() {
  walk_->left.pop_back();
  auto rest = std::move(*walk_);
  walk_.reset();
  if (rest.left.empty()) return;
  walk_.emplace();
  walk_->left = std::move(rest.left);
  walk_->doubted = std::move(rest.doubted);
}

Result<RowSlice> Replica::check_rows() {
  RowSlice out;
  if (!walk_) begin_walk();
  if (walk_->left.empty()) {
    walk_.reset();
    return out;
  }
  out.category = walk_->left.back();
  auto* in = find(out.category);
  if (in == nullptr || in->totals.erasing) {
    next_category();
    return out;
  }
  TROTH_CHECK(check_slice(out.category, *in, out));
  std::sort(out.changed.begin(), out.changed.end());
  out.changed.erase(std::unique(out.changed.begin(), out.changed.end()), out.changed.end());
  return out;
}

Result<> Replica::check_slice(const CategoryId& category, Category& in, RowSlice& out) {
  switch (walk_->stage) {
    case Stage::count:
      return count_slice(in);
    case Stage::judge:
      return judge(in, out);
    case Stage::chains:
      return mend_chains(in, out);
    case Stage::items:
      return mend_items(in, out);
    case Stage::batches:
      return mend_batches(in, out);
    case Stage::recount: {
      TROTH_TRY(const auto count,
                store_->recount(in.handle, kMended.at(walk_->table), limits::kCheckRows));
      if (count.done) walk_->stage = Stage::take;
      return {};
    }
    case Stage::take:
      TROTH_CHECK(take_counts(in));
      out.mended = walk_ == std::nullopt || walk_->left.empty() || walk_->left.back() != category;
      return {};
  }
  TROTH_UNREACHABLE();
}

Result<> Replica::count_slice(Category& in) {
  const auto table = table_at(walk_->table);
  TROTH_TRY(const auto count, store_->recount(in.handle, table, limits::kCheckRows));
  if (!count.done) return {};
  const bool last = walk_->table + 1 == kRowTables;
  const bool nothing = count.right && store_->sum_state(in.handle, table) == SumState::right;
  // The end of a category may begin its mending, which writes.
  if (!nothing || (last && (walk_->mend || walk_->doubted.contains(in.handle))))
    walk_->stage = Stage::judge;
  else
    next_table(last);
  return {};
}

void Replica::next_table(bool last) {
  walk_->stage = Stage::count;
  if (last) return next_category();
  ++walk_->table;
}

Result<> Replica::judge(Category& in, RowSlice& out) {
  const auto table = table_at(walk_->table);
  TROTH_TRY(const auto count, store_->recount(in.handle, table, limits::kCheckRows));
  if (!count.done) {  // it began anew
    walk_->stage = Stage::count;
    return {};
  }
  const auto state = store_->sum_state(in.handle, table);
  if (state == SumState::unknown) {
    store_->take_recount(in.handle, table);
  } else if (state == SumState::wrong) {
    walk_->mend = true;  // a run before this one found it and told of it
  } else if (!count.right) {
    if (walk_->told.insert(fault_of(table)).second) out.faults.push_back(fault_of(table));
    if (taken_as_it_is(table)) {
      TROTH_CHECK(store_->remove_malformed(in.handle, table));
      store_->take_recount(in.handle, table);
    } else {
      store_->mark_wrong(in.handle, table);
      walk_->mend = true;
    }
  }
  const bool last = walk_->table + 1 == kRowTables;
  const bool doubted = walk_->doubted.contains(in.handle);
  if (!last || !(walk_->mend || doubted)) {
    next_table(last);
    return {};
  }
  if (!walk_->mend) out.faults.push_back(RowFault::batches);
  return begin_mending(in);
}

Result<> Replica::begin_mending(Category& in) {
  for (const auto table : kMended) {
    store_->mark_wrong(in.handle, table);
    TROTH_CHECK(store_->remove_malformed(in.handle, table));
  }
  mended_.insert(in.handle);
  TROTH_TRY(walk_->authors, store_->batch_authors(in.handle));
  for (const auto& [author, state] : in.authors) walk_->authors.push_back(author);
  std::sort(walk_->authors.begin(), walk_->authors.end());
  walk_->authors.erase(std::unique(walk_->authors.begin(), walk_->authors.end()),
                       walk_->authors.end());
  walk_->stage = Stage::chains;
  return {};
}

Result<> Replica::take_counts(Category& in) {
  const auto table = kMended.at(walk_->table);
  TROTH_TRY(const auto count, store_->recount(in.handle, table, limits::kCheckRows));
  if (!count.done) {
    walk_->stage = Stage::recount;
    return {};
  }
  if (table == RowTable::item) {
    in.totals.items = count.rows;
    in.totals.dead = count.dead;
    TROTH_CHECK(store_->put_totals(in.handle, in.totals));
  }
  store_->take_recount(in.handle, table);
  walk_->stage = Stage::recount;
  if (++walk_->table == kMended.size()) next_category();
  return {};
}

}  // namespace troth::sync
