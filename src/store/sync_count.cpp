// Set sums: kept with each change, and counted again in slices (spec 11 §6.1).
#include "base/assert.hpp"
#include "base/limits.hpp"
#include "store/sync_store.hpp"

namespace troth::store {

using sync::CategoryHandle;
using sync::index_of;
using sync::RowTable;

bool SyncStore::is_dead(ByteView fold) const {
  const auto state = codec_.take_item(fold);
  return state && !state->alive();
}

void SyncStore::sum_row(CategoryHandle category, const RowBytes& row, bool added) {
  const auto mac = sealer_->set_mac(row.all());
  const auto kept = categories_.find(category.value);
  if (kept == categories_.end()) return;  // none that was loaded: nothing is kept of it
  kept->second.dirty = true;
  auto& one = kept->second.sums[index_of(row.table())];
  added ? one.set.add(mac) : one.set.remove(mac);
  if (!count_ || !count_->covers(row, category)) return;
  added ? count_->set.add(mac) : count_->set.remove(mac);
  if (one.state != sync::SumState::wrong || row.table() != RowTable::item) return;
  if (is_dead(row.rest())) count_->dead += added ? 1 : ~std::uint64_t{0};
}

sync::SumState SyncStore::sum_state(CategoryHandle category, RowTable table) const {
  const auto it = categories_.find(category.value);
  return it == categories_.end() ? sync::SumState::right : it->second.sums[index_of(table)].state;
}

void SyncStore::mark_wrong(CategoryHandle category, RowTable table) {
  const auto kept = categories_.find(category.value);
  if (kept == categories_.end()) return;
  kept->second.sums[index_of(table)].state = sync::SumState::wrong;
  kept->second.dirty = true;
}

void SyncStore::take_recount(CategoryHandle category, RowTable table) {
  if (!count_ || !count_->done || count_->category != category || count_->table != table) return;
  const auto kept = categories_.find(category.value);
  if (kept == categories_.end()) return;
  kept->second.sums[index_of(table)] = {sync::SumState::right, count_->set};
  kept->second.dirty = true;
  count_.reset();
}

namespace {

// Which columns of a count are the key, and which one says whether a writer of ours wrote the row.
struct CountColumns {
  int id = -1;
  int first = -1;
  int second = -1;
  int good = -1;
};
CountColumns columns_of(RowTable table) {
  switch (table) {
    case RowTable::draft:
      return {.id = 0, .first = 1, .good = 6};
    case RowTable::side:
    case RowTable::batch:
      return {.first = 0, .good = 7};
    case RowTable::item:
      return {.id = 0, .good = 2};
    case RowTable::superseded:
      return {.id = 0, .first = 1, .second = 2, .good = 4};
  }
  TROTH_UNREACHABLE();
}

// Numbers of any sign and ids of any length come in their order; `good` is NULL or 0 for what a
// reader would stumble over.
Result<Query> count_text(Db& db, RowTable table) {
  switch (table) {
    case RowTable::draft:
      return db.prepare(
          "SELECT item, field, delivery, hlc, v, size, length(item) = 16 AND delivery BETWEEN 0 "
          "AND 3 AND hlc >= 0 AND size >= 0 AND field IN (SELECT handle FROM field_name) FROM "
          "draft WHERE cat = ?1 AND (item, field) > (?3, ?4) ORDER BY item, field LIMIT ?2");
    case RowTable::side:
      return db.prepare(
          "SELECT id, writer, first, last, prev, chain, length(sealed), id > 0 AND first > 0 AND "
          "last >= first AND reason >= 0 AND kind BETWEEN 1 AND 3 AND length(prev) = 16 AND "
          "length(chain) = 16 AND length(device) = 32 AND length(sealed) >= 55 AND writer IN "
          "(SELECT handle FROM writer), kind, reason, device FROM side NOT INDEXED WHERE "
          "cat = ?1 AND id > ?3 ORDER BY id LIMIT ?2");
    case RowTable::batch:
      return db.prepare(
          "SELECT seq, writer, first, last, prev, chain, length(sealed), seq > 0 AND first > 0 AND "
          "last >= first AND length(prev) = 16 AND length(chain) = 16 AND length(sealed) >= 55 AND "
          "writer IN (SELECT handle FROM writer) FROM batch INDEXED BY batch_category WHERE "
          "cat = ?1 AND seq > ?3 ORDER BY seq LIMIT ?2");
    case RowTable::item:
      return db.prepare(
          "SELECT item, fold, length(item) = 16 FROM item WHERE cat = ?1 AND item > ?3 "
          "ORDER BY item LIMIT ?2");
    case RowTable::superseded:
      return db.prepare(
          "SELECT item, batch, op, v, length(item) = 16 AND batch >= 0 AND op >= 0 FROM superseded "
          "WHERE cat = ?1 AND (item, batch, op) > (?3, ?4, ?5) ORDER BY item, batch, op LIMIT ?2");
  }
  TROTH_UNREACHABLE();
}
static_assert(ItemId::kSize == 16 && ChainHash::kSize == 16 && DeviceId::kSize == 32 &&
              kBatchHead == 55 && sync::kDeliveries == 4);

Result<Query> remove_text(Db& db, RowTable table) {
  switch (table) {
    case RowTable::draft:
      return db.prepare("DELETE FROM draft WHERE cat = ?1 AND item = ?3 AND field = ?4");
    case RowTable::side:
      return db.prepare("DELETE FROM side WHERE cat = ?1 AND id = ?3");
    case RowTable::batch:
      return db.prepare("DELETE FROM batch WHERE cat = ?1 AND seq = ?3");
    case RowTable::item:
      return db.prepare("DELETE FROM item WHERE cat = ?1 AND item = ?3");
    case RowTable::superseded:
      return db.prepare(
          "DELETE FROM superseded WHERE cat = ?1 AND item = ?3 AND batch = ?4 AND op = ?5");
  }
  TROTH_UNREACHABLE();
}

RowPlace read_place(const CountColumns& at, const Query& row) {
  RowPlace out;
  if (at.id >= 0) out.id = to_bytes(row.blob(at.id));
  if (at.first >= 0) out.first = row.raw(at.first);
  if (at.second >= 0) out.second = row.raw(at.second);
  return out;
}

// The parameters behind the category and the limit, in the order of the key.
void bind_place(Query& query, const CountColumns& at, const RowPlace* place) {
  int index = 3;
  if (at.id >= 0) {
    place != nullptr ? query.bind(index, ByteView(place->id)) : query.bind_least(index);
    ++index;
  }
  for (const auto& [column, member] :
       {std::pair{at.first, &RowPlace::first}, std::pair{at.second, &RowPlace::second}}) {
    if (column < 0) continue;
    place != nullptr ? query.bind_raw(index, place->*member) : query.bind_least(index);
    ++index;
  }
}

}  // namespace

Result<Query> SyncStore::count_query(const RowCount& count, std::size_t rows) {
  TROTH_TRY(Query query, count_text(*db_, count.table));
  query.bind(1, std::uint64_t{count.category.value}).bind(2, std::uint64_t{rows});
  bind_place(query, columns_of(count.table), count.reached ? &*count.reached : nullptr);
  return query;
}

Result<> SyncStore::remove_at(const RowCount& count, const RowPlace& place) {
  TROTH_TRY(Query query, remove_text(*db_, count.table));
  query.bind(1, std::uint64_t{count.category.value});
  bind_place(query, columns_of(count.table), &place);
  return query.run();
}

Result<RowBytes*> SyncStore::counted_row(const RowCount& count, const Query& row,
                                         BlobHeads& heads) {
  std::array<std::uint8_t, kBatchHead> buffer{};
  switch (count.table) {
    case RowTable::draft:
      return &read_draft_row(count.category, row);
    case RowTable::side: {
      TROTH_TRY(const auto head, heads.read(row.raw(0), buffer));
      return &read_side_row(count.category, row, head);
    }
    case RowTable::batch: {
      TROTH_TRY(const auto head, heads.read(row.raw(0), buffer));
      return &read_batch_row(count.category, row, head);
    }
    case RowTable::item:
      row_.begin(count.table, count.category).bytes(row.blob(0)).end_key();
      return &row_.bytes(row.blob(1));
    case RowTable::superseded:
      row_.begin(count.table, count.category).bytes(row.blob(0)).number(row.u64(1));
      return &row_.number(row.u64(2)).end_key().bytes(row.blob(3));
  }
  TROTH_UNREACHABLE();
}

// The slice of a sweep ends behind so many bytes of keys: a hand may have made them of any length.
constexpr std::size_t kSweepKeys = 1024 * 1024;

// A draft is nowhere else: whether it opens is looked at when that matters, and only then.
bool SyncStore::can_be_read(const RowCount& count, const Query& row) const {
  if (row.raw(columns_of(count.table).good) != 1) return false;
  const bool look = count.sweep && count.table == RowTable::draft;
  return !look || read_draft(count.category, row).has_value();
}

Result<> SyncStore::count_more(RowCount& count, std::size_t rows, bool dead) {
  const auto at = columns_of(count.table);
  std::vector<RowPlace> sweep;
  std::size_t keys = 0;
  {
    TROTH_TRY(Query query, count_query(count, rows));
    BlobHeads heads(*db_, count.table == RowTable::side ? "side" : "batch", "sealed");
    for (std::size_t taken = 0; taken < rows && keys < kSweepKeys; ++taken) {
      TROTH_TRY(const bool has, query.step());
      count.done = !has;
      if (!has) break;
      count.reached = read_place(at, query);
      if (can_be_read(count, query)) {
        TROTH_TRY(const auto* row, counted_row(count, query, heads));
        count.set.add(sealer_->set_mac(row->all()));
        if (dead && is_dead(row->rest())) ++count.dead;
        continue;
      }
      ++count.malformed;
      if (!count.sweep) continue;
      keys += count.reached->id.size();
      sweep.push_back(*count.reached);
    }
  }
  if (sweep.empty()) return {};
  forget_seen();
  for (const auto& place : sweep) TROTH_CHECK(remove_at(count, place));
  return {};
}

Result<std::vector<RowTable>> SyncStore::wrong_sums() {
  std::vector<RowTable> out;
  for (const auto& [handle, kept] : categories_) {
    if (kept.totals.erasing) continue;
    for (std::size_t table = 0; table < sync::kRowTables; ++table) {
      RowCount count;
      count.category = {handle};
      count.table = sync::table_at(table);
      while (!count.done) TROTH_CHECK(count_more(count, limits::kCheckRows, false));
      const auto& one = kept.sums.at(table);
      const bool right = one.state == sync::SumState::right && one.set == count.set;
      if (!right || count.malformed > 0) out.push_back(count.table);
    }
  }
  return out;
}

Result<sync::Recount> SyncStore::recount(CategoryHandle category, RowTable table, std::size_t rows,
                                         bool sweep) {
  const bool same = count_ && count_->category == category && count_->table == table;
  if (!same || count_->sweep != sweep) {
    count_.emplace();
    count_->category = category;
    count_->table = table;
    count_->sweep = sweep;
  }
  auto& count = *count_;
  const auto in = categories_.find(category.value);
  if (in == categories_.end()) return fail(Errc::unknown_category);
  const auto& kept = in->second.sums[index_of(table)];
  const bool dead = kept.state == sync::SumState::wrong && table == RowTable::item;
  if (!count.done) TROTH_CHECK(count_more(count, rows, dead));
  const bool right = count.done && count.set == kept.set && count.malformed == 0;
  return sync::Recount{count.done, right, count.malformed, count.set.count(), count.dead};
}

Result<std::vector<ItemId>> SyncStore::row_items(CategoryHandle category,
                                                 std::optional<ItemId> after, std::size_t limit) {
  std::vector<ItemId> out;
  TROTH_TRY(Query query,
            db_->prepare("SELECT item FROM item WHERE cat = ?1 AND item > ?2 UNION SELECT item "
                         "FROM superseded WHERE cat = ?1 AND item > ?2 ORDER BY item LIMIT ?3"));
  query.bind(1, std::uint64_t{category.value}).bind(2, after ? after->view() : ByteView{});
  query.bind(3, std::uint64_t{limit});
  TROTH_CHECK(query.each([&]() -> Result<> {
    TROTH_TRY(const auto item, query.id<ItemId>(0));
    out.push_back(item);
    return {};
  }));
  return out;
}

Result<sync::ReadableOps> SyncStore::readable_ops(CategoryHandle category, const ItemId& item) {
  sync::ReadableOps out;
  TROTH_TRY(const auto* seen, read_item(category, item));
  if (seen->has) {
    auto state = codec_.take_item(seen->fold);
    out.unreadable = !state;
    if (state) out.state = std::move(*state);
  }
  TROTH_TRY(Query query, db_->prepare("SELECT v FROM superseded WHERE cat = ?1 AND item = ?2 "
                                      "ORDER BY batch, op"));
  query.bind(1, std::uint64_t{category.value}).bind(2, item);
  TROTH_CHECK(query.each([&]() -> Result<> {
    ByteView row = query.blob(0);
    auto field = codec_.take(row);
    if (field)
      out.state.lost.push_back(std::move(*field));
    else
      out.unreadable = true;
    return {};
  }));
  return out;
}

Result<std::vector<AuthorId>> SyncStore::batch_authors(CategoryHandle category) {
  std::vector<AuthorId> out;
  TROTH_TRY(Query query, db_->prepare("SELECT DISTINCT writer FROM batch WHERE cat = ?1"));
  query.bind(1, std::uint64_t{category.value});
  TROTH_CHECK(query.each([&]() -> Result<> {
    TROTH_TRY(const auto author, codec_.author(query.u64(0)));
    out.push_back(author);
    return {};
  }));
  return out;
}

Result<sync::SideCount> SyncStore::count_batches(CategoryHandle category) {
  TROTH_TRY(Query query,
            db_->prepare("SELECT count(*), coalesce(sum(min(max(last - first + 1, 0), ?2)), 0), "
                         "coalesce(sum(length(sealed)), 0) FROM batch WHERE cat = ?1"));
  query.bind(1, std::uint64_t{category.value}).bind(2, std::uint64_t{limits::kOpsPerBatch});
  TROTH_TRY(const bool has, query.step());
  if (!has) return fail(Errc::damaged);
  return sync::SideCount{query.u64(0), query.u64(1), query.u64(2)};
}

}  // namespace troth::store
