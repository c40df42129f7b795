#include "store/db.hpp"

#include <sqlite3.h>

#include "base/assert.hpp"

namespace troth::store {
namespace {

// "trot": a file of another program is refused, never changed.
constexpr std::uint64_t kApplicationId = 0x74726f74;

Errc errc_of(int rc) {
  if (rc == SQLITE_IOERR_CORRUPTFS) return Errc::damaged;
  if (rc == SQLITE_IOERR_NOMEM) return Errc::internal;
  switch (rc & 0xff) {
    case SQLITE_FULL:
      return Errc::disk_full;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
      return Errc::io_error;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Errc::damaged;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Errc::busy;
    case SQLITE_CONSTRAINT:
      return Errc::exists;
    case SQLITE_TOOBIG:
      return Errc::limit;
    default:
      return Errc::internal;
  }
}

// After these nobody knows what the file or SQLite's memory holds: only opening again tells.
bool is_fatal(Errc code) {
  return code == Errc::disk_full || code == Errc::io_error || code == Errc::damaged ||
         code == Errc::internal;
}

}  // namespace

Result<std::unique_ptr<Db>> Db::open(const Options& options) {
  auto db = std::make_unique<Db>(Private{}, options);
  TROTH_CHECK(db->connect());
  TROTH_CHECK(db->refuse_foreign());
  TROTH_CHECK(db->configure());
  TROTH_CHECK(db->migrate());
  // Without space reading works, and begin() tries again.
  db->recovery_due_ = true;
  const auto recovered = db->recover();
  if (!recovered && recovered.error().code != Errc::disk_full) return fail(recovered.error());
  return db;
}

Db::~Db() {
  TROTH_ASSERT(live_queries_ == 0);
  if (handle_ == nullptr) return;
  for (auto& [text, slot] : statements_) {
    for (sqlite3_stmt* statement : slot.idle) sqlite3_finalize(statement);
  }
  if (in_step_) sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
  if (poison_) {
    // Leave the files as they are, so that opening again takes the path of a crash.
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  }
  sqlite3_close_v2(handle_);
}

Result<> Db::connect() {
  constexpr int flags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
  const char* vfs = options_.vfs.empty() ? nullptr : options_.vfs.c_str();
  const int rc = sqlite3_open_v2(options_.path.c_str(), &handle_, flags, vfs);
  if (rc != SQLITE_OK) return fail(errc_of(rc));
  sqlite3_extended_result_codes(handle_, 1);
  for (const int option :
       {SQLITE_DBCONFIG_TRUSTED_SCHEMA, SQLITE_DBCONFIG_ENABLE_TRIGGER, SQLITE_DBCONFIG_ENABLE_VIEW,
        SQLITE_DBCONFIG_DQS_DML, SQLITE_DBCONFIG_DQS_DDL, SQLITE_DBCONFIG_ENABLE_FKEY}) {
    sqlite3_db_config(handle_, option, 0, nullptr);
  }
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_limit(handle_, SQLITE_LIMIT_LENGTH, limits::kStoreValueBytes);
  sqlite3_limit(handle_, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_wal_hook(handle_, &Db::on_wal, this);
  // Before the first look at the file, so that a file in WAL mode is opened without shared memory.
  return exec("PRAGMA locking_mode=EXCLUSIVE");
}

Result<> Db::refuse_foreign() {
  TROTH_TRY(const std::uint64_t version, pragma("PRAGMA user_version"));
  TROTH_TRY(const std::uint64_t application, pragma("PRAGMA application_id"));
  if (version == 0 && application == 0) {
    TROTH_TRY(const std::uint64_t tables, pragma("SELECT count(*) FROM sqlite_schema"));
    return require(tables == 0, Errc::damaged);
  }
  TROTH_CHECK(require(application == kApplicationId, Errc::damaged));
  const std::uint64_t newest = options_.migrations.size();
  return require(version <= newest, Errc::newer_schema);
}

Result<> Db::configure() {
  sqlite3_stmt* statement = nullptr;
  const int rc = sqlite3_prepare_v2(handle_, "PRAGMA journal_mode=WAL", -1, &statement, nullptr);
  if (rc != SQLITE_OK) return fail(failed(rc));
  const int stepped = sqlite3_step(statement);
  const bool has = stepped == SQLITE_ROW;
  const std::string mode =
      has ? reinterpret_cast<const char*>(sqlite3_column_text(statement, 0)) : "";
  sqlite3_finalize(statement);
  if (!has) return fail(failed(stepped));
  TROTH_CHECK(require(mode == "wal" || mode == "memory", Errc::io_error));

  TROTH_CHECK(
      exec("PRAGMA secure_delete=ON; PRAGMA foreign_keys=OFF; PRAGMA mmap_size=0;"
           "PRAGMA temp_store=MEMORY; PRAGMA cell_size_check=ON; PRAGMA wal_autocheckpoint=0"));
  TROTH_CHECK(exec(("PRAGMA cache_size=-" + std::to_string(options_.cache_kib)).c_str()));
  const std::uint64_t wal_bytes = std::uint64_t{options_.wal_pages} * 4096;
  TROTH_CHECK(exec(("PRAGMA journal_size_limit=" + std::to_string(wal_bytes)).c_str()));
  // wal_autocheckpoint replaces the hook, so the hook is set again.
  sqlite3_wal_hook(handle_, &Db::on_wal, this);

  return {};
}

Result<> Db::migrate() {
  TROTH_TRY(const std::uint64_t version, pragma("PRAGMA user_version"));
  for (const Migration& migration : options_.migrations) {
    if (static_cast<std::uint64_t>(migration.version) <= version) continue;
    TROTH_CHECK(run_migration(migration));
  }
  return {};
}

Result<> Db::run_migration(const Migration& migration) {
  TROTH_CHECK(begin(Durability::full));
  for (const char* part : migration.parts) TROTH_CHECK(exec(part));
  TROTH_CHECK(exec(("PRAGMA application_id=" + std::to_string(kApplicationId)).c_str()));
  TROTH_CHECK(exec(("PRAGMA user_version=" + std::to_string(migration.version)).c_str()));
  return commit();
}

Result<Query> Db::prepare(Sql sql) {
  if (poison_) return fail(*poison_);
  StatementSlot& slot = statements_[sql.c_str()];
  sqlite3_stmt* statement = nullptr;
  if (!slot.idle.empty()) {
    statement = slot.idle.back();
    slot.idle.pop_back();
  } else {
    slot.idle.reserve(slot.made + 1);
    const int rc = sqlite3_prepare_v3(handle_, sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT,
                                      &statement, nullptr);
    if (rc != SQLITE_OK) return fail(failed(rc));
    ++slot.made;
    slot.readonly = sqlite3_stmt_readonly(statement) != 0;
  }
  ++live_queries_;
  return Query(*this, slot, statement);
}

std::uint64_t Db::changes() const { return static_cast<std::uint64_t>(sqlite3_changes64(handle_)); }

std::uint64_t Db::last_rowid() const {
  return static_cast<std::uint64_t>(sqlite3_last_insert_rowid(handle_));
}

Result<> Db::exec(const char* sql) {
  if (poison_) return fail(*poison_);
  const int rc = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (rc != SQLITE_OK) return fail(failed(rc));
  return {};
}

Result<std::uint64_t> Db::pragma(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  int rc = sqlite3_prepare_v2(handle_, sql, -1, &statement, nullptr);
  if (rc != SQLITE_OK) return fail(failed(rc));
  rc = sqlite3_step(statement);
  const sqlite3_int64 value = rc == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
  sqlite3_finalize(statement);
  if (rc != SQLITE_ROW) return fail(failed(rc));
  return static_cast<std::uint64_t>(value);
}

Error Db::failed(int rc) {
  const Errc code = errc_of(rc);
  if (is_fatal(code)) broken(code);
  return Error{code, "store", static_cast<unsigned>(rc)};  // the extended code stands as the line
}

void Db::poison(Errc code) {
  if (!poison_) poison_ = code;
}

void Db::broken(Errc code) {
  broken_ = true;
  poison(code);
}

bool Db::lift() {
  if (broken_ || (poison_ && *poison_ != Errc::damaged)) return false;
  poison_.reset();
  return true;
}

}  // namespace troth::store
