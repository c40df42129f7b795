// Are all rows there that were written (spec 11 §6.1)? Counting, and what follows from a count.
#include <algorithm>

#include "sync/replica.hpp"

namespace troth::sync {
namespace {

using Stage = RowWalk::Stage;

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
// What waits aside comes last: its count is kept until it has been opened.
constexpr std::array kSwept{RowTable::draft, RowTable::batch, RowTable::item, RowTable::superseded,
                            RowTable::side};

}  // namespace

bool Replica::marked(CategoryHandle category) const {
  return std::any_of(kMended.begin(), kMended.end(), [&](RowTable table) {
    return store_->sum_state(category, table) == SumState::wrong;
  });
}

void Replica::doubt(const Category& in) {
  if (!mended_.contains(in.handle) && !in.totals.erasing) doubts_.insert(in.handle);
}

// To be asked again once it is mended; what is wrong again after that is not.
Errc Replica::doubted(const Category& in) {
  doubt(in);
  return in_doubt(in.id) ? Errc::again : Errc::damaged;
}

bool Replica::doubt(const CategoryId& category) {
  const auto* in = find(category);
  return in == nullptr || in->totals.erasing || doubted(*in) == Errc::again;
}

bool Replica::in_doubt(const CategoryId& category) const {
  const auto* in = find(category);
  if (in == nullptr || in->totals.erasing) return false;
  return doubts_.contains(in->handle) || marked(in->handle);
}

bool Replica::mending() const {
  return !doubts_.empty() || (walk_ && (walk_->mending || walk_->stage == Stage::begin));
}

std::optional<CategoryId> Replica::looked_at() const {
  if (!walk_ || walk_->left.empty()) return std::nullopt;
  return walk_->left.back();
}

void Replica::mark_doubts(const std::set<CategoryId>& found) {
  const bool all = found.empty() && doubts_.empty();
  for (const auto& [id, in] : categories_) {
    const bool doubted = all || found.contains(id) || doubts_.contains(in.handle);
    if (doubted && !in.totals.erasing) store_->mark_wrong(in.handle, RowTable::batch);
  }
}

bool Replica::check_due() const {
  if (walk_ || !doubts_.empty()) return true;
  return !walked_ && std::any_of(categories_.begin(), categories_.end(),
                                 [](const auto& one) { return !one.second.totals.erasing; });
}

void Replica::begin_walk() {
  walk_.emplace();
  for (const auto& [id, in] : categories_) {
    if (!walked_) walk_->left.push_back(id);
  }
  walked_ = true;
  if (!turn_to_doubts()) start_category();
}

// What is in doubt comes first. True: the walk turned to it.
bool Replica::turn_to_doubts() {
  auto& walk = *walk_;
  if (doubts_.empty() || walk.mending || walk.stage == Stage::begin) return false;
  const auto doubted = [&](const CategoryId& id) {
    const auto* in = find(id);
    return in != nullptr && doubts_.contains(in->handle);
  };
  std::erase_if(walk.left, doubted);
  const auto before = walk.left.size();
  for (const auto& [id, in] : categories_) {
    if (doubted(id)) walk.left.push_back(id);
  }
  if (walk.left.size() == before) return false;
  start_category();
  return true;
}

void Replica::start_category() {
  auto left = std::move(walk_->left);
  walk_.reset();
  if (left.empty()) return;
  walk_.emplace();
  walk_->left = std::move(left);
  const auto* in = find(walk_->left.back());
  if (in != nullptr && doubts_.contains(in->handle)) walk_->stage = Stage::begin;
}

void Replica::next_category() {
  walk_->left.pop_back();
  start_category();
}

void Replica::next_table(const Category& in, RowSlice& out) {
  if (table_at(walk_->table) == RowTable::side) aside_known(in, out);
  walk_->stage = Stage::count;
  if (++walk_->table == kRowTables) next_category();
}

// Nothing that waits aside is missing, or its author begins anew.
void Replica::aside_known(const Category& in, RowSlice& out) {
  if (uncounted_.erase(in.handle) > 0) out.retry = true;
}

Result<RowSlice> Replica::check_rows() {
  RowSlice out;
  // What the next slice does is known before it, so that it gets a step if it needs one.
  if (!walk_) {
    begin_walk();
    return out;
  }
  if (turn_to_doubts()) return out;
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
      return count_slice(in, out);
    case Stage::judge:
      return judge(in, out);
    case Stage::begin:
      begin_mending(in);
      return {};
    case Stage::sweep:
      return sweep(in, out);
    case Stage::aside:
      return mend_aside(in, out);
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

Result<> Replica::count_slice(Category& in, RowSlice& out) {
  const auto table = table_at(walk_->table);
  TROTH_TRY(const auto count, store_->recount(in.handle, table, limits::kCheckRows));
  if (!count.done) return {};
  const bool nothing = count.right && store_->sum_state(in.handle, table) == SumState::right;
  if (nothing)
    next_table(in, out);
  else
    walk_->stage = Stage::judge;  // which may write
  return {};
}

// Items that miss an op because its batch is gone are nothing to be told of beside that.
void Replica::tell(RowFault fault, RowSlice& out) {
  if (fault == RowFault::index && walk_->told.contains(RowFault::batches)) return;
  if (walk_->told.insert(fault).second) out.faults.push_back(fault);
}

Result<> Replica::judge(Category& in, RowSlice& out) {
  const auto table = table_at(walk_->table);
  TROTH_TRY(const auto count, store_->recount(in.handle, table, limits::kCheckRows));
  if (!count.done) {  // it began anew
    walk_->stage = Stage::count;
    return {};
  }
  const auto state = store_->sum_state(in.handle, table);
  if (state == SumState::unknown && count.malformed == 0) {
    store_->take_recount(in.handle, table);
    next_table(in, out);
  } else if (table == RowTable::draft) {
    walk_->stage = Stage::sweep;
  } else {
    // The others need no count any more: all are mended, and from now on nothing is done with them.
    if (state == SumState::right) tell(fault_of(table), out);
    walk_->stage = Stage::begin;
    doubt(in);
  }
  return {};
}

// From here to the end the state of the tables says, durably, that they are to be mended.
void Replica::begin_mending(Category& in) {
  for (const auto table : kMended) store_->mark_wrong(in.handle, table);
  mended_.insert(in.handle);
  doubts_.erase(in.handle);
  cache_.clear();
  walk_->mending = true;
  walk_->table = 0;
  walk_->stage = Stage::sweep;
}

// Rows of no writer of ours go, slice by slice. What cannot be made anew counts from now on as it
// is, when it has been told that it is not what was written.
Result<> Replica::sweep(Category& in, RowSlice& out) {
  auto& walk = *walk_;
  const auto table = walk.mending ? kSwept.at(walk.table) : table_at(walk.table);
  TROTH_TRY(const auto count, store_->recount(in.handle, table, limits::kCheckRows, true));
  if (!count.done) return {};
  const bool known = store_->sum_state(in.handle, table) == SumState::right;
  const bool differs = taken_as_it_is(table) && known && !count.right;
  if (differs) tell(fault_of(table), out);
  if (table == RowTable::draft) store_->take_recount(in.handle, table);
  if (!walk.mending) {
    next_table(in, out);
    return {};
  }
  if (++walk.table < kSwept.size()) return {};
  walk.stage = Stage::aside;
  walk.holes = differs;
  walk.authors.clear();
  walk.at = {};
  for (const auto& [author, tail] : in.tails) walk.authors.push_back(author);
  return {};
}

Result<> Replica::begin_chains(Category& in, RowSlice& out) {
  store_->take_recount(in.handle, RowTable::side);
  aside_known(in, out);
  auto& authors = walk_->authors;
  TROTH_TRY(authors, store_->batch_authors(in.handle));
  for (const auto& [author, state] : in.authors) authors.push_back(author);
  std::sort(authors.begin(), authors.end());
  authors.erase(std::unique(authors.begin(), authors.end()), authors.end());
  walk_->at = {};
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
