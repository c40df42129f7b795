#include "store/vault.hpp"

#include "base/assert.hpp"
#include "wire/codec.hpp"

namespace troth::store {
namespace {

constexpr std::string_view kRecordTable = "vault";
constexpr std::uint64_t kRecordVersion = 1;
constexpr std::string_view kOuterPrefix = "outer/";  // rows in tables that are not the vault's

struct TableSum {
  std::string name;
  std::uint64_t count{};
  Hash sum;
  using Fields = wire::FieldList<wire::Field<1, &TableSum::name, limits::kStoreTableName>,
                                 wire::Field<2, &TableSum::count>, wire::Field<3, &TableSum::sum>>;
};

struct Record {
  std::uint64_t version = kRecordVersion;
  HomeId home;
  std::uint64_t generation{};
  std::vector<TableSum> tables;
  using Fields = wire::FieldList<wire::Field<1, &Record::version>, wire::Field<2, &Record::home>,
                                 wire::Field<3, &Record::generation>,
                                 wire::Field<4, &Record::tables, limits::kStoreTables>>;
};

}  // namespace

Vault::Vault(Private, Db& db, const Secret32& at_rest_key, const HomeId& home)
    : db_(db), sealer_(at_rest_key), home_(home) {
  db_.observe(*this);
}

Vault::~Vault() { db_.unobserve(*this); }

Result<std::unique_ptr<Vault>> Vault::create(Db& db, const Secret32& at_rest_key,
                                             const HomeId& home) {
  auto vault = std::make_unique<Vault>(Private{}, db, at_rest_key, home);
  {
    TROTH_TRY(Query query, db.prepare("SELECT count(*) FROM vault"));
    TROTH_TRY(const bool has, query.step());
    TROTH_CHECK(require(has && query.u64(0) == 0, Errc::exists));
  }
  TROTH_CHECK(db.begin(Durability::full));
  vault->dirty_ = true;
  TROTH_CHECK(db.commit());
  return vault;
}

Result<std::unique_ptr<Vault>> Vault::open(Db& db, const Secret32& at_rest_key,
                                           const HomeId& home) {
  auto vault = std::make_unique<Vault>(Private{}, db, at_rest_key, home);
  TROTH_CHECK(vault->load());
  TROTH_CHECK(vault->verify());
  return vault;
}

SealedMap Vault::map(std::string_view name) {
  TROTH_ASSERT(name.size() <= limits::kStoreTableName);
  return SealedMap(*this, name);
}

Result<> Vault::load() {
  TROTH_TRY(Query query, db_.prepare("SELECT v FROM vault WHERE id = 1"));
  TROTH_TRY(const bool has, query.step());
  TROTH_CHECK(require(has, Errc::rolled_back));
  TROTH_TRY(const Bytes plain, sealer_.open(kRecordTable, {}, query.blob(0)));
  const auto record = wire::decode<Record>(plain);
  if (!record || record->version != kRecordVersion) return fail(Errc::damaged);
  if (record->home != home_) return fail(Errc::damaged);
  generation_ = record->generation;
  sets_.clear();
  for (const TableSum& table : record->tables) {
    sets_.emplace(table.name, RowSet::from(table.sum, table.count));
  }
  dirty_ = false;
  return {};
}

std::optional<RowSet> Vault::outer(std::string_view name) const {
  const auto set = sets_.find(name);
  if (set == sets_.end()) return std::nullopt;
  return set->second;
}

Result<> Vault::put_outer(std::string_view name, const RowSet& set) {
  TROTH_ASSERT(name.starts_with(kOuterPrefix));
  if (!sets_.contains(name)) TROTH_CHECK(require(sets_.size() < limits::kStoreTables, Errc::limit));
  sets_.insert_or_assign(std::string(name), set);
  dirty_ = true;
  return {};
}

// One pass over all protected rows, without opening them.
Result<> Vault::verify() {
  std::map<std::uint64_t, std::pair<std::string_view, RowSet>> found;
  for (const auto& [name, set] : sets_) {
    if (name.starts_with(kOuterPrefix)) continue;
    found.emplace(sealer_.table_number(name), std::pair{std::string_view(name), RowSet{}});
  }
  TROTH_TRY(Query query, db_.prepare("SELECT t, k, v FROM sealed"));
  while (true) {
    TROTH_TRY(const bool has, query.step());
    if (!has) break;
    const auto table = found.find(query.u64(0));
    if (table == found.end()) return fail(Errc::damaged);
    auto& [name, set] = table->second;
    set.add(sealer_.row_mac(name, query.blob(1), query.blob(2)));
  }
  for (const auto& [number, table] : found) {
    const auto& [name, set] = table;
    if (!(set == sets_.find(name)->second)) return fail(Errc::damaged);
  }
  return {};
}

Result<> Vault::save() {
  Record record;
  record.home = home_;
  record.generation = ++generation_;
  for (const auto& [name, set] : sets_) {
    record.tables.push_back({name, set.count(), set.sum()});
  }
  // No random bytes: the nonce differs because the generation or a sum does.
  const Bytes sealed = sealer_.seal_with(kRecordTable, {}, wire::encode(record), {});
  TROTH_TRY(Query query, db_.prepare("INSERT OR REPLACE INTO vault (id, v) VALUES (1, ?1)"));
  TROTH_CHECK(query.bind(1, sealed).run());
  dirty_ = false;
  return {};
}

Result<> Vault::before_commit() { return dirty_ ? save() : Result<>(); }

void Vault::rolled_back() {
  if (!dirty_) return;
  // The file is as it was before the step; so must the sums be. If it cannot be read the Db is
  // poisoned by that and nothing can be committed over it.
  if (!load()) db_.poison(Errc::damaged);
}

Result<> Vault::changed(std::string_view name, const Hash* removed, const Hash* added) {
  auto set = sets_.find(name);
  if (set == sets_.end()) {
    TROTH_CHECK(require(sets_.size() < limits::kStoreTables, Errc::limit));
    set = sets_.emplace(std::string(name), RowSet{}).first;
  }
  if (removed != nullptr) set->second.remove(*removed);
  if (added != nullptr) set->second.add(*added);
  dirty_ = true;
  return {};
}

}  // namespace troth::store
