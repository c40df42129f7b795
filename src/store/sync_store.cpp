#include "store/sync_store.hpp"

namespace troth::store {

using sync::CategoryHandle;

namespace {

constexpr std::string_view kCategoryTable = "sync/category";
constexpr std::string_view kAuthorTable = "sync/author";

Bytes row_key(CategoryHandle category, std::uint64_t second = 0) {
  Bytes key;
  append_be32(key, category.value);
  append_be64(key, second);
  return key;
}

Bytes encode_totals(const sync::CategoryTotals& totals) {
  Bytes out;
  for (const auto value : {totals.items, totals.dead, totals.ops, totals.bytes, totals.hlc.value}) {
    append_be64(out, value);
  }
  out.push_back(totals.erasing ? 1 : 0);
  return out;
}

Result<sync::CategoryTotals> decode_totals(ByteView in) {
  if (in.size() != 41) return fail(Errc::damaged);
  sync::CategoryTotals out;
  out.items = read_be(in.subspan(0, 8));
  out.dead = read_be(in.subspan(8, 8));
  out.ops = read_be(in.subspan(16, 8));
  out.bytes = read_be(in.subspan(24, 8));
  out.hlc.value = read_be(in.subspan(32, 8));
  out.erasing = in[40] != 0;
  return out;
}

void append_entry(Bytes& out, const sync::VectorEntry& entry) {
  append_be64(out, entry.counter);
  append(out, entry.chain.view());
}

constexpr std::size_t kEntryBytes = 8 + ChainHash::kSize;

Result<sync::VectorEntry> take_entry(ByteView in) {
  TROTH_TRY(const auto chain, id_from<ChainHash>(in.subspan(8, ChainHash::kSize)));
  return sync::VectorEntry{read_be(in.first(8)), chain};
}

Bytes encode_author(const sync::AuthorState& state) {
  Bytes out;
  append_entry(out, state.entry);
  out.push_back(state.frozen ? 1 : 0);
  for (const auto& gap : state.gaps) {
    append_entry(out, gap.low);
    append_entry(out, gap.high);
  }
  return out;
}

Result<sync::AuthorState> decode_author(ByteView in) {
  if (in.size() < kEntryBytes + 1) return fail(Errc::damaged);
  sync::AuthorState out;
  TROTH_TRY(out.entry, take_entry(in));
  out.frozen = in[kEntryBytes] != 0;
  auto rest = in.subspan(kEntryBytes + 1);
  if (rest.size() % (2 * kEntryBytes) != 0) return fail(Errc::damaged);
  while (!rest.empty()) {
    TROTH_TRY(const auto low, take_entry(rest));
    TROTH_TRY(const auto high, take_entry(rest.subspan(kEntryBytes)));
    out.gaps.push_back({low, high});
    rest = rest.subspan(2 * kEntryBytes);
  }
  return out;
}

}  // namespace

Result<std::vector<sync::CategoryState>> SyncStore::load() {
  TROTH_CHECK(codec_.load());
  std::vector<sync::CategoryState> out;
  TROTH_TRY(Query query, db_->prepare("SELECT handle, id, v FROM category ORDER BY handle"));
  TROTH_CHECK(query.each([&]() -> Result<> {
    sync::CategoryState state;
    state.handle.value = static_cast<std::uint32_t>(query.u64(0));
    TROTH_TRY(state.id, query.id<CategoryId>(1));
    TROTH_TRY(const auto plain,
              sealer_->open(kCategoryTable, row_key(state.handle), query.blob(2)));
    TROTH_TRY(state.totals, decode_totals(plain));
    ids_[state.handle.value] = state.id;
    out.push_back(std::move(state));
    return {};
  }));
  for (auto& state : out) {
    TROTH_CHECK(load_authors(state));
    TROTH_CHECK(load_tails(state));
  }
  return out;
}

Result<> SyncStore::load_authors(sync::CategoryState& into) {
  TROTH_TRY(Query query, db_->prepare("SELECT writer, v FROM author WHERE cat = ?1"));
  query.bind(1, std::uint64_t{into.handle.value});
  return query.each([&]() -> Result<> {
    const auto writer = query.u64(0);
    TROTH_TRY(const auto author, codec_.author(writer));
    TROTH_TRY(const auto plain,
              sealer_->open(kAuthorTable, row_key(into.handle, writer), query.blob(1)));
    TROTH_TRY(auto state, decode_author(plain));
    into.authors.emplace(author, std::move(state));
    return {};
  });
}

Result<> SyncStore::load_tails(sync::CategoryState& into) {
  TROTH_TRY(Query query, db_->prepare("SELECT writer, last, chain FROM side WHERE cat = ?1 AND "
                                      "kind < 3 ORDER BY writer, last"));
  query.bind(1, std::uint64_t{into.handle.value});
  return query.each([&]() -> Result<> {
    TROTH_TRY(const auto author, codec_.author(query.u64(0)));
    TROTH_TRY(const auto chain, query.id<ChainHash>(2));
    into.tails[author] = {query.u64(1), chain};
    return {};
  });
}

Result<CategoryId> SyncStore::category_id(CategoryHandle category) const {
  const auto it = ids_.find(category.value);
  if (it == ids_.end()) return fail(Errc::unknown_category);
  return it->second;
}

Result<CategoryHandle> SyncStore::create_category(const CategoryId& id) {
  CategoryHandle handle;
  {
    TROTH_TRY(Query query, db_->prepare("INSERT INTO category (id, v) VALUES (?1, ?2)"));
    TROTH_CHECK(query.bind(1, id).bind(2, ByteView{}).run());
    handle.value = static_cast<std::uint32_t>(db_->last_rowid());
  }
  ids_[handle.value] = id;
  TROTH_CHECK(put_totals(handle, {}));
  return handle;
}

Result<> SyncStore::put_totals(CategoryHandle category, const sync::CategoryTotals& totals) {
  const auto sealed =
      sealer_->seal(kCategoryTable, row_key(category), encode_totals(totals), *rng_);
  TROTH_TRY(Query query, db_->prepare("UPDATE category SET v = ?2 WHERE handle = ?1"));
  return query.bind(1, std::uint64_t{category.value}).bind_borrowed(2, sealed).run();
}

Result<> SyncStore::put_author(CategoryHandle category, const AuthorId& author,
                               const sync::AuthorState& state) {
  TROTH_TRY(const auto writer, codec_.writer(author));
  const auto sealed =
      sealer_->seal(kAuthorTable, row_key(category, writer), encode_author(state), *rng_);
  TROTH_TRY(Query query,
            db_->prepare("INSERT OR REPLACE INTO author (cat, writer, v) VALUES (?1, ?2, ?3)"));
  return query.bind(1, std::uint64_t{category.value})
      .bind(2, writer)
      .bind_borrowed(3, sealed)
      .run();
}

Result<> SyncStore::put_certificate(const sync::CertificateId& id, ByteView encoded) {
  TROTH_TRY(Query query,
            db_->prepare("INSERT OR REPLACE INTO certificate (id, body) VALUES (?1, ?2)"));
  return query.bind(1, id).bind(2, encoded).run();
}

Result<> SyncStore::remove_certificate(const sync::CertificateId& id) {
  TROTH_TRY(Query query, db_->prepare("DELETE FROM certificate WHERE id = ?1"));
  return query.bind(1, id).run();
}

Result<std::vector<Bytes>> SyncStore::certificates() {
  std::vector<Bytes> out;
  TROTH_TRY(Query query, db_->prepare("SELECT body FROM certificate ORDER BY id"));
  TROTH_CHECK(query.each([&]() -> Result<> {
    out.push_back(to_bytes(query.blob(0)));
    return {};
  }));
  return out;
}

namespace {

// Each deletes about ?2 rows of category ?1. Vectors go first: what is half gone is claimed to
// nobody.
Result<Query> erase_query(Db& db, int table) {
  switch (table) {
    case 1:
      return db.prepare(
          "DELETE FROM item WHERE cat = ?1 AND item IN (SELECT item FROM item WHERE "
          "cat = ?1 ORDER BY item LIMIT ?2)");
    case 2:
      return db.prepare(
          "DELETE FROM superseded WHERE cat = ?1 AND item IN (SELECT item FROM "
          "superseded WHERE cat = ?1 ORDER BY item LIMIT ?2)");
    case 3:
      return db.prepare(
          "DELETE FROM draft WHERE rowid IN (SELECT rowid FROM draft WHERE cat = ?1 "
          "LIMIT ?2)");
    case 4:
      return db.prepare(
          "DELETE FROM batch WHERE seq IN (SELECT seq FROM batch WHERE cat = ?1 "
          "LIMIT ?2)");
    case 5:
      return db.prepare(
          "DELETE FROM side WHERE id IN (SELECT id FROM side WHERE cat = ?1 LIMIT ?2)");
    case 0:
      return db.prepare(
          "DELETE FROM author WHERE cat = ?1 AND writer IN (SELECT writer FROM author "
          "WHERE cat = ?1 LIMIT ?2)");
    default:
      return db.prepare("DELETE FROM category WHERE handle = ?1 AND ?2 > 0");
  }
}

}  // namespace

Result<bool> SyncStore::erase_some(CategoryHandle category, std::size_t rows) {
  std::uint64_t left = rows;
  for (int table = 0; table <= 6; ++table) {
    TROTH_TRY(Query query, erase_query(*db_, table));
    TROTH_CHECK(query.bind(1, std::uint64_t{category.value}).bind(2, left).run());
    const auto gone = db_->changes();
    if (gone >= left) return false;
    left -= gone;
  }
  ids_.erase(category.value);
  return true;
}

}  // namespace troth::store
