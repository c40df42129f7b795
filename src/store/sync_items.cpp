// Items, the ops that lost, and drafts.
#include <algorithm>

#include "store/sync_store.hpp"

namespace troth::store {

using sync::CategoryHandle;
using sync::RowTable;

namespace {

constexpr std::string_view kDraftTable = "sync/draft";
constexpr std::size_t kSeenItems = limits::kOpsPerBatch;  // what one batch can have
constexpr std::size_t kSeenBytes = 1024 * 1024;

std::uint64_t number(CategoryHandle category) { return category.value; }

struct DraftColumns {
  std::uint64_t delivery;
  std::uint64_t hlc;
  std::uint64_t size;
  ByteView sealed;
};
constexpr std::size_t kDraftHead = 13;  // version and nonce of a sealed row
constexpr std::size_t kDraftTail = 16;  // its tag

// Of the sealed edit only its nonce and tag: no other text has both, and it is opened when read.
void draft_row(RowBytes& row, CategoryHandle category, ByteView item, std::uint64_t field,
               const DraftColumns& draft) {
  row.begin(RowTable::draft, category).bytes(item).number(field).end_key();
  row.number(draft.delivery).number(draft.hlc).number(draft.size);
  if (draft.sealed.size() < kDraftHead + kDraftTail) {  // of no writer of ours
    row.bytes(Bytes(kDraftHead + kDraftTail));
    return;
  }
  row.bytes(draft.sealed.first(kDraftHead)).bytes(draft.sealed.last(kDraftTail));
}

// Also what stands beside the seal and decides when the edit counts: a row in which that was
// changed does not open.
Bytes draft_key(CategoryHandle category, const ItemId& item, std::uint64_t field,
                sync::Delivery delivery, sync::Hlc hlc) {
  Bytes key;
  append_be32(key, category.value);
  append(key, item.view());
  append_be64(key, field);
  key.push_back(static_cast<std::uint8_t>(delivery));
  append_be64(key, hlc.value);
  return key;
}

}  // namespace

// Valid until the next one is read.
Result<SyncStore::SeenItem*> SyncStore::read_item(CategoryHandle category, const ItemId& item) {
  const auto known = seen_.find({category, item});
  if (known != seen_.end()) return &known->second;
  TROTH_TRY(Query query, db_->prepare("SELECT fold FROM item WHERE cat = ?1 AND item = ?2"));
  TROTH_TRY(const bool has, query.bind(1, number(category)).bind(2, item).step());
  if (seen_.size() >= kSeenItems || seen_bytes_ >= kSeenBytes) forget_items();
  auto& seen = seen_[{category, item}];
  seen.has = has;
  if (has) append(seen.fold, query.blob(0));
  seen_bytes_ += seen.fold.size();
  return &seen;
}

Result<std::optional<sync::ItemState>> SyncStore::item(CategoryHandle category,
                                                       const ItemId& item) {
  TROTH_TRY(const auto* seen, read_item(category, item));
  if (!seen->has) return std::optional<sync::ItemState>{};
  TROTH_TRY(auto state, codec_.take_item(seen->fold));
  return std::optional<sync::ItemState>(std::move(state));
}

Result<> SyncStore::put_item(CategoryHandle category, const ItemId& item,
                             const sync::ItemState& state) {
  scratch_.clear();
  TROTH_CHECK(codec_.put_item(scratch_, state));
  TROTH_TRY(auto* seen, read_item(category, item));
  TROTH_TRY(Query query,
            db_->prepare("INSERT OR REPLACE INTO item (cat, item, fold) VALUES (?1, ?2, ?3)"));
  TROTH_CHECK(query.bind(1, number(category)).bind(2, item).bind_borrowed(3, scratch_).run());
  row_.begin(RowTable::item, category).bytes(item.view()).end_key();
  if (seen->has) sum_row(category, row_.bytes(seen->fold), false);
  sum_row(category, row_.cut().bytes(scratch_), true);
  seen->has = true;
  seen_bytes_ += scratch_.size();  // more than there is, never less
  std::swap(seen->fold, scratch_);
  return {};
}

Result<> SyncStore::remove_item(CategoryHandle category, const ItemId& item) {
  TROTH_TRY(auto* seen, read_item(category, item));
  if (!seen->has) return {};
  TROTH_TRY(Query query, db_->prepare("DELETE FROM item WHERE cat = ?1 AND item = ?2"));
  TROTH_CHECK(query.bind(1, number(category)).bind(2, item).run());
  row_.begin(RowTable::item, category).bytes(item.view()).end_key();
  sum_row(category, row_.bytes(seen->fold), false);
  *seen = {};
  return {};
}

Result<std::vector<sync::ItemRow>> SyncStore::items(CategoryHandle category,
                                                    std::optional<ItemId> after,
                                                    std::size_t limit) {
  std::vector<sync::ItemRow> out;
  TROTH_TRY(Query query, db_->prepare("SELECT item, fold FROM item WHERE cat = ?1 AND item > ?2 "
                                      "ORDER BY item LIMIT ?3"));
  query.bind(1, number(category)).bind(2, after ? after->view() : ByteView{});
  query.bind(3, std::uint64_t{limit});
  TROTH_CHECK(query.each([&]() -> Result<> {
    sync::ItemRow row;
    TROTH_TRY(row.item, query.id<ItemId>(0));
    TROTH_TRY(row.state, codec_.take_item(query.blob(1)));
    out.push_back(std::move(row));
    return {};
  }));
  return out;
}

Result<> SyncStore::add_superseded(CategoryHandle category, const ItemId& item,
                                   std::string_view field, const sync::Op& op) {
  scratch_.clear();
  TROTH_CHECK(codec_.put(scratch_, field, op));
  {
    TROTH_TRY(Query query, db_->prepare("INSERT OR IGNORE INTO superseded (cat, item, batch, op, "
                                        "v) VALUES (?1, ?2, ?3, ?4, ?5)"));
    query.bind(1, number(category)).bind(2, item).bind(3, op.at.batch.value);
    TROTH_CHECK(query.bind(4, std::uint64_t{op.at.index}).bind_borrowed(5, scratch_).run());
  }
  // No op loses twice. Where one stands at its place all the same, a hand on the closed disk put an
  // older row of the item back, and that was not found yet.
  if (db_->changes() == 0) TROTH_CHECK(replace_superseded(category, item, op.at));
  row_.begin(RowTable::superseded, category).bytes(item.view()).number(op.at.batch.value);
  sum_row(category, row_.number(op.at.index).end_key().bytes(scratch_), true);
  return {};
}

// The row there leaves the sum, and scratch_ takes its place.
Result<> SyncStore::replace_superseded(CategoryHandle category, const ItemId& item,
                                       const sync::OpAt& at) {
  {
    TROTH_TRY(Query query, db_->prepare("SELECT v FROM superseded WHERE cat = ?1 AND item = ?2 AND "
                                        "batch = ?3 AND op = ?4"));
    query.bind(1, number(category)).bind(2, item).bind(3, at.batch.value);
    TROTH_TRY(const bool has, query.bind(4, std::uint64_t{at.index}).step());
    if (!has) return fail(Errc::internal);
    row_.begin(RowTable::superseded, category).bytes(item.view()).number(at.batch.value);
    sum_row(category, row_.number(at.index).end_key().bytes(query.blob(0)), false);
  }
  TROTH_TRY(Query query, db_->prepare("UPDATE superseded SET v = ?5 WHERE cat = ?1 AND item = ?2 "
                                      "AND batch = ?3 AND op = ?4"));
  query.bind(1, number(category)).bind(2, item).bind(3, at.batch.value);
  return query.bind(4, std::uint64_t{at.index}).bind_borrowed(5, scratch_).run();
}

Result<std::vector<sync::FieldState>> SyncStore::superseded(CategoryHandle category,
                                                            const ItemId& item) {
  std::vector<sync::FieldState> out;
  TROTH_TRY(Query query, db_->prepare("SELECT v FROM superseded WHERE cat = ?1 AND item = ?2 "
                                      "ORDER BY batch, op"));
  query.bind(1, number(category)).bind(2, item);
  TROTH_CHECK(query.each([&]() -> Result<> {
    ByteView row = query.blob(0);
    TROTH_TRY(auto field, codec_.take(row));
    out.push_back(std::move(field));
    return {};
  }));
  return out;
}

Result<bool> SyncStore::has_superseded(CategoryHandle category, const ItemId& item,
                                       const sync::FieldState& op) {
  TROTH_TRY(Query query, db_->prepare("SELECT v FROM superseded WHERE cat = ?1 AND item = ?2 AND "
                                      "batch = ?3 AND op = ?4"));
  query.bind(1, number(category)).bind(2, item).bind(3, op.winner.at.batch.value);
  TROTH_TRY(const bool has, query.bind(4, std::uint64_t{op.winner.at.index}).step());
  if (!has) return false;
  ByteView row = query.blob(0);
  const auto there = codec_.take(row);
  return there && *there == op;
}

Result<> SyncStore::clear_superseded(CategoryHandle category, const ItemId& item) {
  bool any = false;
  {
    TROTH_TRY(Query query, db_->prepare("SELECT batch, op, v FROM superseded WHERE cat = ?1 AND "
                                        "item = ?2"));
    query.bind(1, number(category)).bind(2, item);
    TROTH_CHECK(query.each([&]() -> Result<> {
      row_.begin(RowTable::superseded, category).bytes(item.view()).number(query.u64(0));
      sum_row(category, row_.number(query.u64(1)).end_key().bytes(query.blob(2)), false);
      any = true;
      return {};
    }));
  }
  if (!any) return {};
  TROTH_TRY(Query query, db_->prepare("DELETE FROM superseded WHERE cat = ?1 AND item = ?2"));
  return query.bind(1, number(category)).bind(2, item).run();
}

Result<> SyncStore::put_draft(CategoryHandle category, const sync::Draft& draft) {
  TROTH_TRY(const auto field, codec_.field(draft.shape.field));
  Bytes plain{draft.shape.type};
  append_be32(plain, draft.shape.schema);
  append(plain, draft.body);
  const auto key = draft_key(category, draft.item, field, draft.delivery, draft.hlc);
  const auto sealed = sealer_->seal(kDraftTable, key, plain, *rng_);
  TROTH_CHECK(drop_draft_row(category, draft.item, field));
  TROTH_TRY(Query query,
            db_->prepare("INSERT OR REPLACE INTO draft (cat, item, field, delivery, hlc, size, v) "
                         "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"));
  query.bind(1, number(category)).bind(2, draft.item).bind(3, field);
  query.bind(4, static_cast<std::uint64_t>(draft.delivery)).bind(5, draft.hlc.value);
  TROTH_CHECK(query.bind(6, std::uint64_t{draft.body.size()}).bind_borrowed(7, sealed).run());
  draft_row(
      row_, category, draft.item.view(), field,
      {static_cast<std::uint64_t>(draft.delivery), draft.hlc.value, draft.body.size(), sealed});
  sum_row(category, row_, true);
  append(seen_drafts_->rows, row_.all());
  due_.reset();
  return {};
}

// The draft that a new one replaces leaves the sum. Who edits an item has just read its drafts.
Result<> SyncStore::drop_draft_row(CategoryHandle category, const ItemId& item,
                                   std::uint64_t field) {
  const bool seen =
      seen_drafts_ && seen_drafts_->category == category && seen_drafts_->item == item;
  if (!seen) TROTH_CHECK(item_drafts(category, item));
  row_.begin(RowTable::draft, category).bytes(item.view()).number(field).end_key();
  auto& rows = seen_drafts_->rows;
  for (std::size_t at = 0; at < rows.size(); at += kDraftRow) {
    const auto one = ByteView(rows).subspan(at, kDraftRow);
    if (!equal(one.first(kDraftKey), row_.all())) continue;
    sum_row(category, row_.set(one, kDraftKey), false);
    const auto from = rows.begin() + static_cast<std::ptrdiff_t>(at);
    rows.erase(from, from + static_cast<std::ptrdiff_t>(kDraftRow));
    break;
  }
  return {};
}

// Columns: item, field, delivery, hlc, v, size.
Result<sync::Draft> SyncStore::read_draft(CategoryHandle category, const Query& row) const {
  sync::Draft out;
  TROTH_TRY(out.category, category_id(category));
  TROTH_TRY(out.item, row.id<ItemId>(0));
  TROTH_TRY(out.shape.field, codec_.field_name(row.u64(1)));
  out.delivery = static_cast<sync::Delivery>(row.u64(2));
  if (!sync::wire_known(out.delivery)) return fail(Errc::damaged);
  out.hlc.value = row.u64(3);
  const auto key = draft_key(category, out.item, row.u64(1), out.delivery, out.hlc);
  TROTH_TRY(const auto plain, sealer_->open(kDraftTable, key, row.blob(4)));
  if (plain.size() < 5) return fail(Errc::damaged);
  out.shape.type = plain[0];
  out.shape.schema = static_cast<std::uint32_t>(read_be(ByteView(plain).subspan(1, 4)));
  out.body = to_bytes(ByteView(plain).subspan(5));
  return out;
}

RowBytes& SyncStore::read_draft_row(CategoryHandle category, const Query& row) {
  draft_row(row_, category, row.blob(0), row.u64(1),
            {row.u64(2), row.u64(3), row.u64(5), row.blob(4)});
  return row_;
}

Result<std::vector<sync::Draft>> SyncStore::drafts(CategoryHandle category, std::size_t limit,
                                                   std::size_t max_bytes) {
  std::vector<sync::Draft> out;
  TROTH_TRY(Query query,
            db_->prepare("SELECT item, field, delivery, hlc, v, size FROM draft INDEXED BY "
                         "draft_order WHERE cat = ?1 ORDER BY delivery, hlc LIMIT ?2"));
  query.bind(1, number(category)).bind(2, std::uint64_t{limit});
  std::size_t bytes = 0;
  SeenDrafts due{category, {}, {}};
  due_.reset();
  while (true) {
    TROTH_TRY(const bool has, query.step());
    if (!has) break;
    if (!out.empty() && query.u64(2) != static_cast<std::uint64_t>(out.front().delivery)) break;
    TROTH_TRY(auto draft, read_draft(category, query));
    bytes += draft.body.size();
    if (!out.empty() && bytes > max_bytes) break;
    append(due.rows, read_draft_row(category, query).all());
    out.push_back(std::move(draft));
  }
  due_ = std::move(due);
  return out;
}

Result<std::vector<sync::Draft>> SyncStore::item_drafts(CategoryHandle category,
                                                        const ItemId& item) {
  std::vector<sync::Draft> out;
  TROTH_TRY(Query query, db_->prepare("SELECT item, field, delivery, hlc, v, size FROM draft WHERE "
                                      "cat = ?1 AND item = ?2"));
  query.bind(1, number(category)).bind(2, item);
  SeenDrafts seen{category, item, {}};
  TROTH_CHECK(query.each([&]() -> Result<> {
    TROTH_TRY(auto draft, read_draft(category, query));
    append(seen.rows, read_draft_row(category, query).all());
    out.push_back(std::move(draft));
    return {};
  }));
  seen_drafts_ = std::move(seen);
  // Most edits find none: SQLite would set up a sorter before it knows that.
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.hlc < b.hlc; });
  return out;
}

Result<std::vector<ItemId>> SyncStore::draft_items(CategoryHandle category,
                                                   std::optional<ItemId> after, std::size_t limit) {
  std::vector<ItemId> out;
  TROTH_TRY(Query query,
            db_->prepare("SELECT DISTINCT item FROM draft WHERE cat = ?1 AND item > ?2 "
                         "ORDER BY item LIMIT ?3"));
  query.bind(1, number(category)).bind(2, after ? after->view() : ByteView{});
  query.bind(3, std::uint64_t{limit});
  TROTH_CHECK(query.each([&]() -> Result<> {
    TROTH_TRY(const auto item, query.id<ItemId>(0));
    out.push_back(item);
    return {};
  }));
  return out;
}

// Those that drafts() gave are known; any other set is read first.
Result<> SyncStore::sum_out_drafts(CategoryHandle category, sync::Delivery delivery,
                                   sync::Hlc up_to) {
  constexpr std::size_t kDeliveryAt = kDraftKey;
  constexpr std::size_t kClockAt = kDraftKey + 8;
  const auto number_at = [](ByteView row, std::size_t at) { return read_be(row.subspan(at, 8)); };
  const auto wanted = static_cast<std::uint64_t>(delivery);
  if (due_ && due_->category == category && !due_->rows.empty()) {
    const ByteView rows(due_->rows);
    const auto last = rows.last(kDraftRow);
    const bool all =
        number_at(last, kDeliveryAt) == wanted && number_at(last, kClockAt) >= up_to.value;
    for (std::size_t at = 0; all && at < rows.size(); at += kDraftRow) {
      const auto row = rows.subspan(at, kDraftRow);
      if (number_at(row, kClockAt) <= up_to.value)
        sum_row(category, row_.set(row, kDraftKey), false);
    }
    if (all) return {};
  }
  TROTH_TRY(Query query, db_->prepare("SELECT item, field, delivery, hlc, v, size FROM draft "
                                      "INDEXED BY draft_order WHERE cat = ?1 AND delivery = ?2 "
                                      "AND hlc <= ?3"));
  query.bind(1, number(category)).bind(2, wanted).bind(3, up_to.value);
  return query.each([&]() -> Result<> {
    sum_row(category, read_draft_row(category, query), false);
    return {};
  });
}

Result<> SyncStore::remove_drafts(CategoryHandle category, sync::Delivery delivery,
                                  sync::Hlc up_to) {
  TROTH_CHECK(sum_out_drafts(category, delivery, up_to));
  due_.reset();
  seen_drafts_.reset();
  TROTH_TRY(Query query, db_->prepare("DELETE FROM draft INDEXED BY draft_order WHERE cat = ?1 AND "
                                      "delivery = ?2 AND hlc <= ?3"));
  query.bind(1, number(category)).bind(2, static_cast<std::uint64_t>(delivery));
  return query.bind(3, up_to.value).run();
}

Result<std::array<sync::QueueCount, sync::kDeliveries>> SyncStore::count_drafts(
    CategoryHandle category) {
  std::array<sync::QueueCount, sync::kDeliveries> out{};
  TROTH_TRY(Query query,
            db_->prepare("SELECT delivery, count(*), sum(min(max(size, 0), ?2)) FROM draft WHERE "
                         "cat = ?1 GROUP BY delivery"));
  query.bind(1, number(category)).bind(2, std::uint64_t{limits::kValueBytes});
  TROTH_CHECK(query.each([&]() -> Result<> {
    const auto delivery = query.u64(0);
    if (delivery >= out.size()) return fail(Errc::damaged);
    out[delivery] = {query.u64(1), query.u64(2)};
    return {};
  }));
  return out;
}

}  // namespace troth::store
