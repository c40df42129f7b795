// Set sums: kept with each change, and counted again in slices (spec 11 §6.1).
#include "base/assert.hpp"
#include "base/limits.hpp"
#include "store/sync_store.hpp"

namespace troth::store {

using sync::CategoryHandle;
using sync::RowTable;

namespace {

std::size_t index_of(RowTable table) { return static_cast<std::size_t>(table); }

}  // namespace

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

Result<Query> SyncStore::count_query(const RowCount& count, std::size_t rows) {
  constexpr std::size_t kPrefix = 5;  // table and handle
  const auto key = ByteView(count.reached).subspan(std::min(kPrefix, count.reached.size()));
  const auto item = key.first(std::min(key.size(), ItemId::kSize));
  const auto number = [&](std::size_t at) {
    return key.size() >= at + 8 ? read_be(key.subspan(at, 8)) : std::uint64_t{0};
  };
  const auto start = [&](Result<Query> query) -> Result<Query> {
    if (query) query->bind(1, std::uint64_t{count.category.value});
    if (query) query->bind(2, std::uint64_t{rows});
    return query;
  };
  switch (count.table) {
    case RowTable::draft: {
      TROTH_TRY(Query query,
                start(db_->prepare("SELECT item, field, delivery, hlc, v, size FROM draft WHERE "
                                   "cat = ?1 AND (item, field) > (?3, ?4) ORDER BY item, field "
                                   "LIMIT ?2")));
      query.bind(3, item).bind(4, number(ItemId::kSize));
      return query;
    }
    case RowTable::side: {
      TROTH_TRY(Query query,
                start(db_->prepare(
                    "SELECT id, writer, first, last, prev, chain, length(sealed), "
                    "coalesce(substr(sealed, 1, 55), x''), kind, reason, device FROM side WHERE "
                    "cat = ?1 AND id > ?3 ORDER BY id LIMIT ?2")));
      query.bind(3, number(0));
      return query;
    }
    case RowTable::batch: {
      TROTH_TRY(Query query,
                start(db_->prepare(
                    "SELECT seq, writer, first, last, prev, chain, length(sealed), "
                    "coalesce(substr(sealed, 1, 55), x'') FROM batch INDEXED BY batch_category "
                    "WHERE cat = ?1 AND seq > ?3 ORDER BY seq LIMIT ?2")));
      query.bind(3, number(0));
      return query;
    }
    case RowTable::item: {
      TROTH_TRY(Query query,
                start(db_->prepare("SELECT item, fold FROM item WHERE cat = ?1 AND item > ?3 "
                                   "ORDER BY item LIMIT ?2")));
      query.bind(3, item);
      return query;
    }
    case RowTable::superseded: {
      TROTH_TRY(Query query,
                start(db_->prepare("SELECT item, batch, op, v FROM superseded WHERE cat = ?1 AND "
                                   "(item, batch, op) > (?3, ?4, ?5) ORDER BY item, batch, op "
                                   "LIMIT ?2")));
      query.bind(3, item).bind(4, number(ItemId::kSize)).bind(5, number(ItemId::kSize + 8));
      return query;
    }
  }
  return fail(Errc::internal);
}

RowBytes& SyncStore::counted_row(const RowCount& count, const Query& row) {
  switch (count.table) {
    case RowTable::draft:
      return read_draft_row(count.category, row);
    case RowTable::side:
      return read_side_row(count.category, row);
    case RowTable::batch:
      return read_batch_row(count.category, row);
    case RowTable::item:
      row_.begin(count.table, count.category).id(row.blob(0)).end_key();
      return row_.content(row.blob(1));
    case RowTable::superseded:
      row_.begin(count.table, count.category).id(row.blob(0)).number(row.u64(1));
      return row_.number(row.u64(2)).end_key().content(row.blob(3));
  }
  return row_;
}

Result<> SyncStore::count_more(RowCount& count, std::size_t rows, bool dead) {
  std::size_t taken = 0;
  TROTH_TRY(Query query, count_query(count, rows));
  TROTH_CHECK(query.each([&]() -> Result<> {
    const auto& row = counted_row(count, query);
    count.set.add(sealer_->set_mac(row.all()));
    if (dead && is_dead(row.rest())) ++count.dead;
    count.reached = to_bytes(row.key());
    ++taken;
    return {};
  }));
  count.done = taken < rows;
  return {};
}

Result<std::vector<RowTable>> SyncStore::wrong_sums() {
  std::vector<RowTable> out;
  for (const auto& [handle, kept] : categories_) {
    if (kept.totals.erasing) continue;
    for (std::size_t table = 0; table < sync::kRowTables; ++table) {
      RowCount count;
      count.category = {handle};
      count.table = static_cast<RowTable>(table);
      while (!count.done) TROTH_CHECK(count_more(count, limits::kCheckRows, false));
      const auto& one = kept.sums.at(table);
      if (one.state != sync::SumState::right || one.set != count.set) out.push_back(count.table);
    }
  }
  return out;
}

Result<sync::Recount> SyncStore::recount(CategoryHandle category, RowTable table,
                                         std::size_t rows) {
  if (!count_ || count_->category != category || count_->table != table) {
    count_.emplace();
    count_->category = category;
    count_->table = table;
  }
  auto& count = *count_;
  const auto in = categories_.find(category.value);
  if (in == categories_.end()) return fail(Errc::unknown_category);
  const auto& kept = in->second.sums[index_of(table)];
  const bool dead = kept.state == sync::SumState::wrong && table == RowTable::item;
  if (!count.done) TROTH_CHECK(count_more(count, rows, dead));
  return sync::Recount{count.done, count.done && count.set == kept.set, count.set.count(),
                       kept.set.count(), count.dead};
}

namespace {

// Each gives the columns that counted_row() reads of what it deletes.
Result<Query> malformed_query(Db& db, RowTable table) {
  switch (table) {
    case RowTable::draft:
      return db.prepare(
          "DELETE FROM draft WHERE cat = ?1 AND (length(item) <> ?2 OR delivery NOT BETWEEN 0 AND "
          "?3 OR field NOT IN (SELECT handle FROM field_name)) "
          "RETURNING item, field, delivery, hlc, v, size");
    case RowTable::side:
      return db.prepare(
          "DELETE FROM side WHERE cat = ?1 AND (length(prev) <> ?2 OR length(chain) <> ?2 OR "
          "length(device) <> ?3 OR kind NOT BETWEEN 1 AND 3 OR writer NOT IN (SELECT handle FROM "
          "writer)) RETURNING id, writer, first, last, prev, chain, length(sealed), "
          "coalesce(substr(sealed, 1, 55), x''), kind, reason, device");
    case RowTable::batch:
      return db.prepare(
          "DELETE FROM batch WHERE cat = ?1 AND (length(prev) <> ?2 OR length(chain) <> ?2 OR "
          "length(sealed) < ?3 OR writer NOT IN (SELECT handle FROM writer)) RETURNING seq, "
          "writer, first, last, prev, chain, length(sealed), coalesce(substr(sealed, 1, 55), x'')");
    case RowTable::item:
      return db.prepare(
          "DELETE FROM item WHERE cat = ?1 AND length(item) <> ?2 AND ?3 = 0 RETURNING item, fold");
    case RowTable::superseded:
      return db.prepare(
          "DELETE FROM superseded WHERE cat = ?1 AND length(item) <> ?2 AND ?3 = 0 "
          "RETURNING item, batch, op, v");
  }
  return fail(Errc::internal);
}

std::pair<std::uint64_t, std::uint64_t> malformed_sizes(RowTable table) {
  switch (table) {
    case RowTable::draft:
      return {ItemId::kSize, sync::kDeliveries - 1};
    case RowTable::side:
      return {ChainHash::kSize, DeviceId::kSize};
    case RowTable::batch:
      return {ChainHash::kSize, kBatchHead};
    case RowTable::item:
    case RowTable::superseded:
      return {ItemId::kSize, 0};
  }
  TROTH_UNREACHABLE();
}

}  // namespace

Result<> SyncStore::remove_malformed(CategoryHandle category, RowTable table) {
  RowCount rows;
  rows.category = category;
  rows.table = table;
  forget_seen();
  const auto [first, second] = malformed_sizes(table);
  TROTH_TRY(Query query, malformed_query(*db_, table));
  query.bind(1, std::uint64_t{category.value}).bind(2, first).bind(3, second);
  return query.each([&]() -> Result<> {
    sum_row(category, counted_row(rows, query), false);
    return {};
  });
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
  TROTH_CHECK(read_item(category, item));
  if (seen_->has) {
    auto state = codec_.take_item(seen_->fold);
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
            db_->prepare("SELECT count(*), coalesce(sum(last - first + 1), 0), "
                         "coalesce(sum(length(sealed)), 0) FROM batch WHERE cat = ?1"));
  TROTH_TRY(const bool has, query.bind(1, std::uint64_t{category.value}).step());
  if (!has) return fail(Errc::damaged);
  return sync::SideCount{query.u64(0), query.u64(1), query.u64(2)};
}

}  // namespace troth::store
