#include "store/sync_store.hpp"

#include <algorithm>

namespace troth::store {

using sync::CategoryHandle;

namespace {

constexpr std::string_view kCategoryTable = "sync/category";
constexpr std::string_view kAuthorTable = "sync/author";
constexpr std::string_view kCertificateTable = "sync/certificate";
constexpr std::string_view kSmallSet = "outer/sync";

Bytes row_key(CategoryHandle category, std::uint64_t second = 0) {
  Bytes key;
  append_be32(key, category.value);
  append_be64(key, second);
  return key;
}

constexpr std::size_t kTotalsBytes = 41;

// A category's row proves its id too: the seal binds only the handle.
Bytes with_id(const CategoryId& id, ByteView sealed) {
  Bytes out = to_bytes(id.view());
  append(out, sealed);
  return out;
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
  if (in.size() < kTotalsBytes) return fail(Errc::damaged);
  sync::CategoryTotals out;
  out.items = read_be(in.subspan(0, 8));
  out.dead = read_be(in.subspan(8, 8));
  out.ops = read_be(in.subspan(16, 8));
  out.bytes = read_be(in.subspan(24, 8));
  out.hlc.value = read_be(in.subspan(32, 8));
  out.erasing = in[40] != 0;
  return out;
}

constexpr std::size_t kEntryBytes = 8 + ChainHash::kSize;

void append_entry(Bytes& out, const sync::VectorEntry& entry) {
  append_be64(out, entry.counter);
  append(out, entry.chain.view());
}

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
    // No counter reaches so far. Rows of before this bit read as what they were.
    if (gap.lost) out[out.size() - 2 * kEntryBytes] |= 0x80;
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
    TROTH_TRY(auto low, take_entry(rest));
    TROTH_TRY(const auto high, take_entry(rest.subspan(kEntryBytes)));
    const bool lost = low.counter >> 63 != 0;
    low.counter &= ~std::uint64_t{0} >> 1;
    out.gaps.push_back({low, high, lost});
    rest = rest.subspan(2 * kEntryBytes);
  }
  return out;
}

}  // namespace

SyncStore::SyncStore(Db& db, const RowSealer& sealer, Rng& rng, Vault* vault)
    : db_(&db),
      sealer_(&sealer),
      rng_(&rng),
      vault_(vault),
      small_(sealer),
      codec_(db, sealer, rng, small_) {
  db.observe(*this);
}

SyncStore::~SyncStore() { db_->unobserve(*this); }

// The file is as it was before the step; so must be what is kept of it here. If it cannot be read
// the Db is poisoned by that and nothing can be committed over it.
void SyncStore::rolled_back() {
  forget_seen();
  count_.reset();
  authors_.clear();
  const bool changed = small_.changed() || std::any_of(categories_.begin(), categories_.end(),
                                                       [](auto& one) { return one.second.dirty; });
  if (changed && !load()) db_->poison(Errc::damaged);
}

void SyncStore::forget_seen() {
  forget_items();
  seen_drafts_.reset();
  due_.reset();
}

void SyncStore::forget_items() {
  seen_.clear();
  seen_bytes_ = 0;
}

Result<std::vector<sync::CategoryState>> SyncStore::load() {
  small_.clear();
  forget_seen();
  count_.reset();
  categories_.clear();
  authors_.clear();
  TROTH_CHECK(numbers_are_left());
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
    auto& kept = categories_[state.handle.value];
    kept = {state.id, state.totals, {}, false};
    small_.put(kCategoryTable, row_key(state.handle), with_id(state.id, query.blob(2)));
    const auto sums = ByteView(plain).subspan(kTotalsBytes);
    if (sums.empty()) {
      for (auto& one : kept.sums) one.state = sync::SumState::unknown;
    } else {
      TROTH_TRY(kept.sums, decode_sums(sums));
    }
    out.push_back(std::move(state));
    return {};
  }));
  for (auto& state : out) {
    TROTH_CHECK(load_authors(state));
    TROTH_CHECK(load_tails(state));
  }
  TROTH_CHECK(load_small());
  return out;
}

// Behind the largest number that there is SQLite gives none: every write would look like a full
// disk for ever, which nobody could explain. Honest homes are far below.
Result<> SyncStore::numbers_are_left() {
  TROTH_TRY(Query query,
            db_->prepare("SELECT n FROM (SELECT seq AS n FROM sqlite_sequence UNION ALL SELECT "
                         "max(seq) FROM batch UNION ALL SELECT max(id) FROM side UNION ALL SELECT "
                         "max(handle) FROM category) WHERE n > 4611686018427387904"));
  TROTH_TRY(const bool any, query.step());
  return require(!any, Errc::damaged);
}

// What load() did not read on its way, and then: is it what the vault's record says? A home whose
// record has no such sum is from before there was one (spec 11 §6.1).
Result<> SyncStore::load_small() {
  TROTH_TRY(Query authors, db_->prepare("SELECT cat, writer, v FROM author"));
  TROTH_CHECK(authors.each([&]() -> Result<> {
    const CategoryHandle category{static_cast<std::uint32_t>(authors.u64(0))};
    small_.put(kAuthorTable, row_key(category, authors.u64(1)), authors.blob(2));
    return {};
  }));
  TROTH_TRY(Query certificates, db_->prepare("SELECT id, body FROM certificate"));
  TROTH_CHECK(certificates.each([&]() -> Result<> {
    small_.put(kCertificateTable, certificates.blob(0), certificates.blob(1));
    return {};
  }));
  const auto kept = vault_ == nullptr ? std::nullopt : vault_->outer(kSmallSet);
  if (!kept) return {};
  (void)small_.take_changed();
  return require(*kept == small_.set(), Errc::damaged);
}

Result<> SyncStore::save_category(std::uint32_t handle, Category& category) {
  const auto key = row_key({handle});
  auto plain = encode_totals(category.totals);
  encode_sums(plain, category.sums);
  const auto sealed = sealer_->seal(kCategoryTable, key, plain, *rng_);
  TROTH_TRY(Query query, db_->prepare("UPDATE category SET v = ?2 WHERE handle = ?1"));
  TROTH_CHECK(query.bind(1, std::uint64_t{handle}).bind_borrowed(2, sealed).run());
  small_.put(kCategoryTable, key, with_id(category.id, sealed));
  category.dirty = false;
  return {};
}

Result<> SyncStore::save_authors() {
  for (const auto& [place, state] : authors_) {
    const auto& [category, writer] = place;
    const auto key = row_key(category, writer);
    const auto sealed = sealer_->seal(kAuthorTable, key, encode_author(state), *rng_);
    TROTH_TRY(Query query,
              db_->prepare("INSERT OR REPLACE INTO author (cat, writer, v) VALUES (?1, ?2, ?3)"));
    query.bind(1, std::uint64_t{category.value}).bind(2, writer);
    TROTH_CHECK(query.bind_borrowed(3, sealed).run());
    small_.put(kAuthorTable, key, sealed);
  }
  authors_.clear();
  return {};
}

Result<> SyncStore::before_commit() {
  TROTH_CHECK(save_authors());
  for (auto& [handle, category] : categories_) {
    if (category.dirty) TROTH_CHECK(save_category(handle, category));
  }
  if (!small_.take_changed() || vault_ == nullptr) return {};
  return vault_->put_outer(kSmallSet, small_.set());
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
  // A row of no writer of ours is found when the table is counted: no reason not to open.
  TROTH_TRY(Query query, db_->prepare("SELECT writer, last, chain FROM side WHERE cat = ?1 AND "
                                      "kind < 3 AND last > 0 AND length(chain) = 16 AND writer IN "
                                      "(SELECT handle FROM writer) ORDER BY writer, last"));
  query.bind(1, std::uint64_t{into.handle.value});
  return query.each([&]() -> Result<> {
    TROTH_TRY(const auto author, codec_.author(query.u64(0)));
    TROTH_TRY(const auto chain, query.id<ChainHash>(2));
    into.tails[author] = {query.u64(1), chain};
    return {};
  });
}

Result<CategoryId> SyncStore::category_id(CategoryHandle category) const {
  const auto it = categories_.find(category.value);
  if (it == categories_.end()) return fail(Errc::unknown_category);
  return it->second.id;
}

Result<CategoryHandle> SyncStore::create_category(const CategoryId& id) {
  CategoryHandle handle;
  {
    TROTH_TRY(Query query, db_->prepare("INSERT INTO category (id, v) VALUES (?1, ?2)"));
    TROTH_CHECK(query.bind(1, id).bind(2, ByteView{}).run());
    handle.value = static_cast<std::uint32_t>(db_->last_rowid());
  }
  categories_[handle.value] = {id, {}, {}, true};
  return handle;
}

Result<> SyncStore::put_totals(CategoryHandle category, const sync::CategoryTotals& totals) {
  const auto kept = categories_.find(category.value);
  if (kept == categories_.end()) return fail(Errc::unknown_category);
  kept->second.totals = totals;
  kept->second.dirty = true;
  return {};
}

Result<> SyncStore::put_author(CategoryHandle category, const AuthorId& author,
                               const sync::AuthorState& state) {
  TROTH_TRY(const auto writer, codec_.writer(author));
  authors_[{category, writer}] = state;
  return {};
}

Result<> SyncStore::put_certificate(const sync::CertificateId& id, ByteView encoded) {
  TROTH_TRY(Query query,
            db_->prepare("INSERT OR REPLACE INTO certificate (id, body) VALUES (?1, ?2)"));
  small_.put(kCertificateTable, id.view(), encoded);
  return query.bind(1, id).bind(2, encoded).run();
}

Result<> SyncStore::remove_certificate(const sync::CertificateId& id) {
  TROTH_TRY(Query query, db_->prepare("DELETE FROM certificate WHERE id = ?1"));
  small_.remove(kCertificateTable, id.view());
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

// Each deletes about ?2 rows of category ?1.
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
    default:
      return db.prepare(
          "DELETE FROM side WHERE id IN (SELECT id FROM side WHERE cat = ?1 LIMIT ?2)");
  }
}

}  // namespace

Result<std::uint64_t> SyncStore::erase_authors(CategoryHandle category, std::uint64_t rows) {
  std::erase_if(authors_, [&](const auto& one) { return one.first.first == category; });
  std::vector<std::uint64_t> writers;
  {
    TROTH_TRY(Query query, db_->prepare("SELECT writer FROM author WHERE cat = ?1 LIMIT ?2"));
    query.bind(1, std::uint64_t{category.value}).bind(2, rows);
    TROTH_CHECK(query.each([&]() -> Result<> {
      writers.push_back(query.u64(0));
      return {};
    }));
  }
  TROTH_TRY(Query query, db_->prepare("DELETE FROM author WHERE cat = ?1 AND writer = ?2"));
  for (const auto writer : writers) {
    TROTH_CHECK(query.bind(1, std::uint64_t{category.value}).bind(2, writer).run());
    small_.remove(kAuthorTable, row_key(category, writer));
  }
  return writers.size();
}

// Vectors go first: what is half gone is claimed to nobody. The sums of the other tables are not
// kept any more: a category that is being erased is not counted.
Result<bool> SyncStore::erase_some(CategoryHandle category, std::size_t rows) {
  forget_seen();
  if (count_ && count_->category == category) count_.reset();
  std::uint64_t left = rows;
  TROTH_TRY(const auto authors, erase_authors(category, left));
  if (authors >= left) return false;
  left -= authors;
  for (int table = 1; table <= 5; ++table) {
    TROTH_TRY(Query query, erase_query(*db_, table));
    TROTH_CHECK(query.bind(1, std::uint64_t{category.value}).bind(2, left).run());
    const auto gone = db_->changes();
    if (gone >= left) return false;
    left -= gone;
  }
  TROTH_TRY(Query query, db_->prepare("DELETE FROM category WHERE handle = ?1"));
  TROTH_CHECK(query.bind(1, std::uint64_t{category.value}).run());
  categories_.erase(category.value);
  small_.remove(kCategoryTable, row_key(category));
  return true;
}

}  // namespace troth::store
