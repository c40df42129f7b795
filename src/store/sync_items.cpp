// Items, the ops that lost, and drafts.
#include <algorithm>

#include "store/sync_store.hpp"

namespace troth::store {

using sync::CategoryHandle;

namespace {

constexpr std::string_view kDraftTable = "sync/draft";

std::uint64_t number(CategoryHandle category) { return category.value; }

Bytes draft_key(CategoryHandle category, const ItemId& item, std::uint64_t field) {
  Bytes key;
  append_be32(key, category.value);
  append(key, item.view());
  append_be64(key, field);
  return key;
}

}  // namespace

Result<std::optional<sync::ItemState>> SyncStore::item(CategoryHandle category,
                                                       const ItemId& item) {
  TROTH_TRY(Query query, db_->prepare("SELECT fold FROM item WHERE cat = ?1 AND item = ?2"));
  TROTH_TRY(const bool has, query.bind(1, number(category)).bind(2, item).step());
  if (!has) return std::optional<sync::ItemState>{};
  TROTH_TRY(auto state, codec_.take_item(query.blob(0)));
  return std::optional<sync::ItemState>(std::move(state));
}

Result<> SyncStore::put_item(CategoryHandle category, const ItemId& item,
                             const sync::ItemState& state) {
  scratch_.clear();
  TROTH_CHECK(codec_.put_item(scratch_, state));
  TROTH_TRY(Query query,
            db_->prepare("INSERT OR REPLACE INTO item (cat, item, fold) VALUES (?1, ?2, ?3)"));
  return query.bind(1, number(category)).bind(2, item).bind_borrowed(3, scratch_).run();
}

Result<> SyncStore::remove_item(CategoryHandle category, const ItemId& item) {
  TROTH_TRY(Query query, db_->prepare("DELETE FROM item WHERE cat = ?1 AND item = ?2"));
  return query.bind(1, number(category)).bind(2, item).run();
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
  TROTH_TRY(Query query, db_->prepare("INSERT OR REPLACE INTO superseded (cat, item, batch, op, v) "
                                      "VALUES (?1, ?2, ?3, ?4, ?5)"));
  query.bind(1, number(category)).bind(2, item).bind(3, op.at.batch.value);
  return query.bind(4, std::uint64_t{op.at.index}).bind_borrowed(5, scratch_).run();
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

Result<> SyncStore::clear_superseded(CategoryHandle category, const ItemId& item) {
  TROTH_TRY(Query query, db_->prepare("DELETE FROM superseded WHERE cat = ?1 AND item = ?2"));
  return query.bind(1, number(category)).bind(2, item).run();
}

Result<> SyncStore::put_draft(CategoryHandle category, const sync::Draft& draft) {
  TROTH_TRY(const auto field, codec_.field(draft.shape.field));
  Bytes plain{draft.shape.type};
  append_be32(plain, draft.shape.schema);
  append(plain, draft.body);
  const auto sealed =
      sealer_->seal(kDraftTable, draft_key(category, draft.item, field), plain, *rng_);
  TROTH_TRY(Query query,
            db_->prepare("INSERT OR REPLACE INTO draft (cat, item, field, delivery, hlc, size, v) "
                         "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"));
  query.bind(1, number(category)).bind(2, draft.item).bind(3, field);
  query.bind(4, static_cast<std::uint64_t>(draft.delivery)).bind(5, draft.hlc.value);
  return query.bind(6, std::uint64_t{draft.body.size()}).bind_borrowed(7, sealed).run();
}

// Columns: item, field, delivery, hlc, v.
Result<sync::Draft> SyncStore::read_draft(CategoryHandle category, const Query& row) const {
  sync::Draft out;
  TROTH_TRY(out.category, category_id(category));
  TROTH_TRY(out.item, row.id<ItemId>(0));
  TROTH_TRY(out.shape.field, codec_.field_name(row.u64(1)));
  out.delivery = static_cast<sync::Delivery>(row.u64(2));
  if (!sync::wire_known(out.delivery)) return fail(Errc::damaged);
  out.hlc.value = row.u64(3);
  const auto key = draft_key(category, out.item, row.u64(1));
  TROTH_TRY(const auto plain, sealer_->open(kDraftTable, key, row.blob(4)));
  if (plain.size() < 5) return fail(Errc::damaged);
  out.shape.type = plain[0];
  out.shape.schema = static_cast<std::uint32_t>(read_be(ByteView(plain).subspan(1, 4)));
  out.body = to_bytes(ByteView(plain).subspan(5));
  return out;
}

Result<std::vector<sync::Draft>> SyncStore::drafts(CategoryHandle category, std::size_t limit,
                                                   std::size_t max_bytes) {
  std::vector<sync::Draft> out;
  TROTH_TRY(Query query,
            db_->prepare("SELECT item, field, delivery, hlc, v FROM draft INDEXED BY "
                         "draft_order WHERE cat = ?1 ORDER BY delivery, hlc LIMIT ?2"));
  query.bind(1, number(category)).bind(2, std::uint64_t{limit});
  std::size_t bytes = 0;
  while (true) {
    TROTH_TRY(const bool has, query.step());
    if (!has) return out;
    if (!out.empty() && query.u64(2) != static_cast<std::uint64_t>(out.front().delivery))
      return out;
    TROTH_TRY(auto draft, read_draft(category, query));
    bytes += draft.body.size();
    if (!out.empty() && bytes > max_bytes) return out;
    out.push_back(std::move(draft));
  }
}

Result<std::vector<sync::Draft>> SyncStore::item_drafts(CategoryHandle category,
                                                        const ItemId& item) {
  std::vector<sync::Draft> out;
  TROTH_TRY(Query query, db_->prepare("SELECT item, field, delivery, hlc, v FROM draft WHERE "
                                      "cat = ?1 AND item = ?2"));
  query.bind(1, number(category)).bind(2, item);
  TROTH_CHECK(query.each([&]() -> Result<> {
    TROTH_TRY(auto draft, read_draft(category, query));
    out.push_back(std::move(draft));
    return {};
  }));
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

Result<> SyncStore::remove_drafts(CategoryHandle category, sync::Delivery delivery,
                                  sync::Hlc up_to) {
  TROTH_TRY(Query query, db_->prepare("DELETE FROM draft INDEXED BY draft_order WHERE cat = ?1 AND "
                                      "delivery = ?2 AND hlc <= ?3"));
  query.bind(1, number(category)).bind(2, static_cast<std::uint64_t>(delivery));
  return query.bind(3, up_to.value).run();
}

Result<std::array<sync::QueueCount, sync::kDeliveries>> SyncStore::count_drafts(
    CategoryHandle category) {
  std::array<sync::QueueCount, sync::kDeliveries> out{};
  TROTH_TRY(Query query, db_->prepare("SELECT delivery, count(*), sum(size) FROM draft WHERE "
                                      "cat = ?1 GROUP BY delivery"));
  query.bind(1, number(category));
  TROTH_CHECK(query.each([&]() -> Result<> {
    const auto delivery = query.u64(0);
    if (delivery >= out.size()) return fail(Errc::damaged);
    out[delivery] = {query.u64(1), query.u64(2)};
    return {};
  }));
  return out;
}

Result<sync::Hlc> SyncStore::newest_draft() {
  TROTH_TRY(Query query, db_->prepare("SELECT coalesce(max(hlc), 0) FROM draft"));
  TROTH_TRY(const bool has, query.step());
  return sync::Hlc{has ? query.u64(0) : 0};
}

}  // namespace troth::store
