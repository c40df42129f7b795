// The steps of a Db: what is written when, and when it is durable (spec 11 §3).
#include <sqlite3.h>

#include "base/assert.hpp"
#include "store/db.hpp"

namespace troth::store {

int Db::on_wal(void* self, sqlite3*, const char*, int pages) {
  static_cast<Db*>(self)->wal_pages_ = static_cast<std::uint32_t>(pages);
  return SQLITE_OK;
}

Result<> Db::set_durability(Durability durability) {
  if (durability_ == durability) return {};
  // The pragma acts while it is compiled, so it cannot be a cached statement.
  TROTH_CHECK(exec(durability == Durability::full ? "PRAGMA synchronous=FULL"
                                                  : "PRAGMA synchronous=NORMAL"));
  durability_ = durability;
  return {};
}

Result<> Db::begin(Durability durability) {
  TROTH_ASSERT(!in_step_);
  if (poison_) return fail(*poison_);
  if (recovery_due_) TROTH_CHECK(recover());
  TROTH_CHECK(set_durability(durability));
  TROTH_TRY(Query query, prepare("BEGIN IMMEDIATE"));
  in_step_ = true;
  raise_ = false;
  changes_at_begin_ = static_cast<std::uint64_t>(sqlite3_total_changes64(handle_));
  const auto begun = query.run();
  if (!begun) in_step_ = false;
  return begun;
}

Result<> Db::require_durable() {
  TROTH_ASSERT(in_step_);
  if (poison_) return fail(*poison_);
  if (durability_ == Durability::normal) raise_ = true;
  return {};
}

Result<> Db::ask_observers() {
  for (auto it = observers_.rbegin(); it != observers_.rend(); ++it)
    TROTH_CHECK((*it)->before_commit());
  return {};
}

Result<> Db::run_commit() {
  TROTH_TRY(Query query, prepare("COMMIT"));
  return query.run();
}

Result<> Db::commit() {
  TROTH_ASSERT(in_step_);
  if (poison_) {
    rollback();
    return fail(*poison_);
  }
  auto done = ask_observers();
  // After the observers: what only they wrote is no less in need of being made durable.
  const auto total = static_cast<std::uint64_t>(sqlite3_total_changes64(handle_));
  const bool wrote = total != changes_at_begin_;
  if (done) done = run_commit();
  if (!done) {
    // Whether it reached the disk is unknown even when the error is a mild one.
    broken(done.error().code);
    rollback();
    return done;
  }
  in_step_ = false;
  const bool was_durable = all_durable();
  ++committed_steps_;
  if (durability_ == Durability::full ? wrote || was_durable : !wrote && was_durable) {
    durable_steps_ = committed_steps_;
  }
  if (raise_ || durability_ == Durability::full) TROTH_CHECK(make_durable());
  if (wal_pages_ <= options_.wal_pages) return {};
  const auto moved = checkpoint(SQLITE_CHECKPOINT_PASSIVE);
  // The step is committed. Without space the log stays longer than it should; the step that no
  // longer fits is the one that says so.
  if (!moved && moved.error().code != Errc::disk_full) return moved;
  return {};
}

void Db::rollback() {
  if (!in_step_) return;
  in_step_ = false;
  // SQLite may have rolled back by itself.
  if (sqlite3_get_autocommit(handle_) == 0 &&
      sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr) != SQLITE_OK) {
    broken(Errc::io_error);
  }
  for (auto* observer : observers_) observer->rolled_back();
}

Result<> Db::make_durable() {
  TROTH_ASSERT(!in_step_);
  if (poison_) return fail(*poison_);
  if (all_durable()) return {};
  return fence();
}

// SQLite syncs the log when a transaction that wrote something commits under FULL; the sync covers
// every frame before it. One small row is the cheapest such transaction.
Result<> Db::fence() {
  TROTH_CHECK(begin(Durability::full));
  const auto written = exec("UPDATE fence SET n = n + 1 WHERE id = 1");
  if (!written) {
    rollback();
    return written;
  }
  return commit();
}

// A log left by a crash may hold frames whose fsync failed: the kernel calls such pages clean and
// never writes them, so anything appended behind them could be lost, and a log that comes back
// shorter after a power loss would be copied over what is newer. Copying the log into the file and
// syncing the beginning of a new one repairs that, before anybody is told what was read.
Result<> Db::recover() {
  TROTH_CHECK(checkpoint(SQLITE_CHECKPOINT_TRUNCATE));
  recovery_due_ = false;
  const auto fenced = fence();
  recovery_due_ = !fenced;
  // Nobody waits for the row of a fence: without space for it, what stands can still be read.
  if (poison_ == Errc::disk_full) poison_.reset();
  return fenced;
}

Result<> Db::checkpoint(int mode) {
  int log_pages = 0;
  int moved = 0;
  const int rc = sqlite3_wal_checkpoint_v2(handle_, "main", mode, &log_pages, &moved);
  // A full disk leaves the log as it was: nothing is lost and a later try may succeed. After a
  // failed fsync a later success would prove nothing, so that is fatal.
  if ((rc & 0xff) == SQLITE_FULL) return fail(Errc::disk_full);
  if (rc != SQLITE_OK) return fail(failed(rc));
  if (log_pages == moved) wal_pages_ = 0;
  return {};
}

Result<> Db::maintain() {
  TROTH_ASSERT(!in_step_);
  if (poison_) return fail(*poison_);
  if (wal_pages_ < limits::kStoreIdleWalPages) return {};
  return checkpoint(SQLITE_CHECKPOINT_TRUNCATE);
}

Result<> Db::check() {
  if (poison_) return fail(*poison_);
  sqlite3_stmt* statement = nullptr;
  int rc = sqlite3_prepare_v2(handle_, "PRAGMA integrity_check(1)", -1, &statement, nullptr);
  if (rc != SQLITE_OK) return fail(failed(rc));
  rc = sqlite3_step(statement);
  const bool ok = rc == SQLITE_ROW && as_text({sqlite3_column_text(statement, 0), 2}) == "ok";
  sqlite3_finalize(statement);
  if (rc != SQLITE_ROW) return fail(failed(rc));
  if (ok) return {};
  broken(Errc::damaged);
  return fail(Errc::damaged);
}

}  // namespace troth::store
