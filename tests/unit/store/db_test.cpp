#include "store/db.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>

namespace troth::store {
namespace {

constexpr const char* kTable[] = {
    "CREATE TABLE t (k BLOB PRIMARY KEY, n INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE fence (id INTEGER PRIMARY KEY, n INTEGER NOT NULL); INSERT INTO fence VALUES (1, "
    "0)"};
constexpr Migration kOne[] = {{1, kTable}};
constexpr const char* kMore[] = {"CREATE TABLE u (n INTEGER NOT NULL) STRICT"};
constexpr Migration kTwo[] = {{1, kTable}, {2, kMore}};
constexpr const char* kBroken[] = {"CREATE TABLE w (n INTEGER NOT NULL) STRICT", "nonsense"};
constexpr Migration kFailing[] = {{1, kTable}, {2, kBroken}};

class DbTest : public ::testing::Test {
 protected:
  DbTest() {
    std::string name = (std::filesystem::temp_directory_path() / "troth_db_XXXXXX").string();
    if (mkdtemp(name.data()) != nullptr) dir_ = name;
  }
  ~DbTest() override { std::filesystem::remove_all(dir_); }

  Db::Options options(std::span<const Migration> migrations = kOne) const {
    Db::Options out;
    out.path = (dir_ / "db").string();
    out.migrations = migrations;
    return out;
  }
  std::filesystem::path dir_;
};

Result<> put(Db& db, std::string_view key, std::uint64_t n) {
  TROTH_TRY(Query query, db.prepare("INSERT INTO t (k, n) VALUES (?1, ?2)"));
  return query.bind(1, as_bytes(key)).bind(2, n).run();
}

Result<std::uint64_t> count(Db& db) {
  TROTH_TRY(Query query, db.prepare("SELECT count(*) FROM t"));
  TROTH_TRY(const bool has, query.step());
  TROTH_CHECK(require(has, Errc::not_found));
  return query.u64(0);
}

TEST_F(DbTest, CommittedStepsAreThereAfterReopenAndRolledBackOnesAreNot) {
  {
    auto db = Db::open(options()).value();
    ASSERT_TRUE(db->begin(Durability::full));
    ASSERT_TRUE(put(*db, "a", 1));
    ASSERT_TRUE(db->commit());
    ASSERT_TRUE(db->begin(Durability::normal));
    ASSERT_TRUE(put(*db, "b", 2));
    db->rollback();
    EXPECT_FALSE(db->in_step());
  }
  auto db = Db::open(options()).value();
  auto query = db->prepare("SELECT k, n FROM t").value();
  ASSERT_TRUE(query.step().value());
  EXPECT_EQ(as_text(query.blob(0)), "a");
  EXPECT_EQ(query.u64(1), 1u);
  EXPECT_FALSE(query.step().value());
}

TEST_F(DbTest, MemoryDatabaseWorks) {
  auto db = Db::open({}).value();
  ASSERT_TRUE(db->begin(Durability::full));
  EXPECT_TRUE(db->commit());
  EXPECT_TRUE(db->maintain());
  EXPECT_TRUE(db->check());
}

TEST_F(DbTest, SecondConnectionIsRefusedAsBusyAndTheFirstGoesOn) {
  auto first = Db::open(options()).value();
  const auto second = Db::open(options());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::busy);
  ASSERT_TRUE(first->begin(Durability::full));
  ASSERT_TRUE(put(*first, "a", 1));
  EXPECT_TRUE(first->commit());
}

TEST_F(DbTest, UsesWalWithoutSharedMemory) {
  auto db = Db::open(options()).value();
  ASSERT_TRUE(db->begin(Durability::full));
  ASSERT_TRUE(put(*db, "a", 1));
  ASSERT_TRUE(db->commit());
  EXPECT_TRUE(std::filesystem::exists(dir_ / "db-wal"));
  EXPECT_FALSE(std::filesystem::exists(dir_ / "db-shm"));
}

TEST_F(DbTest, NewerSchemaIsRefusedAndUntouched) {
  { ASSERT_TRUE(Db::open(options(kTwo))); }
  const auto older = Db::open(options(kOne));
  ASSERT_FALSE(older);
  EXPECT_EQ(older.error().code, Errc::newer_schema);
  EXPECT_TRUE(Db::open(options(kTwo)));
}

TEST_F(DbTest, MigratesForwardAndKeepsRows) {
  {
    auto db = Db::open(options(kOne)).value();
    ASSERT_TRUE(db->begin(Durability::full));
    ASSERT_TRUE(put(*db, "a", 1));
    ASSERT_TRUE(db->commit());
  }
  auto db = Db::open(options(kTwo)).value();
  EXPECT_EQ(count(*db).value(), 1u);
  EXPECT_TRUE(db->prepare("SELECT n FROM u"));
}

TEST_F(DbTest, FailedMigrationLeavesTheOldSchema) {
  { ASSERT_TRUE(Db::open(options(kOne))); }
  EXPECT_FALSE(Db::open(options(kFailing)));
  auto db = Db::open(options(kOne)).value();
  EXPECT_FALSE(db->prepare("SELECT n FROM w"));
}

TEST_F(DbTest, FileOfAnotherProgramIsRefusedAndUntouched) {
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open((dir_ / "db").c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "CREATE TABLE theirs (x)", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(other);
  EXPECT_EQ(Db::open(options()).error().code, Errc::damaged);
  FILE* text = fopen((dir_ / "db").c_str(), "w");
  fputs("this is not a database, though it is long enough to look at", text);
  fclose(text);
  EXPECT_EQ(Db::open(options()).error().code, Errc::damaged);
}

TEST_F(DbTest, ValuesThatSqliteCannotHoldAreRefusedBeforeTheWrite) {
  auto db = Db::open(options()).value();
  ASSERT_TRUE(db->begin(Durability::normal));
  EXPECT_EQ(put(*db, "a", std::uint64_t{1} << 63).error().code, Errc::bad_value);
  EXPECT_TRUE(put(*db, "b", (std::uint64_t{1} << 63) - 1));
  EXPECT_EQ(put(*db, "b", 1).error().code, Errc::exists);
  EXPECT_TRUE(db->commit());
  EXPECT_EQ(count(*db).value(), 1u);
}

TEST_F(DbTest, ColumnsThatNoWriterOfOursMadePoison) {
  auto db = Db::open(options()).value();
  auto query = db->prepare("SELECT -1").value();
  ASSERT_TRUE(query.step().value());
  EXPECT_EQ(query.u64(0), 0u);
  EXPECT_EQ(db->poisoned(), Errc::damaged);
  EXPECT_EQ(db->begin(Durability::full).error().code, Errc::damaged);
}

TEST_F(DbTest, StatementIsReusedAndMayBeNested) {
  auto db = Db::open(options()).value();
  ASSERT_TRUE(db->begin(Durability::normal));
  for (char c = 'a'; c < 'f'; ++c) ASSERT_TRUE(put(*db, {&c, 1}, 1));
  auto outer = db->prepare("SELECT k FROM t ORDER BY k").value();
  std::size_t pairs = 0;
  while (outer.step().value()) {
    auto inner = db->prepare("SELECT k FROM t ORDER BY k").value();
    while (inner.step().value()) ++pairs;
  }
  EXPECT_EQ(pairs, 25u);
  ASSERT_TRUE(db->commit());
}

TEST_F(DbTest, DurabilityIsCountedAndCanBeRaised) {
  auto db = Db::open(options()).value();
  EXPECT_TRUE(db->all_durable());
  ASSERT_TRUE(db->begin(Durability::normal));
  ASSERT_TRUE(put(*db, "a", 1));
  ASSERT_TRUE(db->commit());
  EXPECT_FALSE(db->all_durable());
  ASSERT_TRUE(db->begin(Durability::normal));
  ASSERT_TRUE(put(*db, "b", 1));
  ASSERT_TRUE(db->require_durable());
  ASSERT_TRUE(db->commit());
  EXPECT_TRUE(db->all_durable());
  ASSERT_TRUE(db->begin(Durability::normal));
  ASSERT_TRUE(put(*db, "c", 1));
  ASSERT_TRUE(db->commit());
  ASSERT_TRUE(db->make_durable());
  EXPECT_TRUE(db->all_durable());
  EXPECT_EQ(db->durable_steps(), db->committed_steps());
}

TEST_F(DbTest, WriteAheadLogStaysBounded) {
  Db::Options small = options();
  small.wal_pages = 64;
  auto db = Db::open(small).value();
  const Bytes big(2000, 7);
  for (std::uint64_t i = 0; i < 2000; ++i) {
    ASSERT_TRUE(db->begin(Durability::normal));
    Bytes key = big;
    append_be64(key, i);
    ASSERT_TRUE(put(*db, as_text(key), i));
    ASSERT_TRUE(db->commit());
  }
  EXPECT_LT(std::filesystem::file_size(dir_ / "db-wal"), 1u << 20);
  EXPECT_TRUE(db->check());
}

}  // namespace
}  // namespace troth::store
