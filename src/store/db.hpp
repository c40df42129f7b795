// Db: one SQLite file, one connection, one step (transaction) at a time. It decides when bytes are
// durable and turns every SQLite error into a typed one; it knows no table but its own two (spec
// 11).
//
// Recovery has one path: when the environment fails a write (disk full, I/O error, damage), the Db
// is poisoned and answers that error to everything. The owner drops its memory, destroys the Db and
// opens it again, exactly as after a crash.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "store/schema.hpp"
#include "troth/result.hpp"
#include "troth/types.hpp"

struct sqlite3;
struct sqlite3_stmt;
struct sqlite3_blob;

namespace troth::store {

// full: after commit() the step and all before it survive a power loss. normal: they survive the
// end of the process; after a power loss a prefix of the normal steps since the last full one
// survives.
enum class Durability : std::uint8_t { normal, full };

// SQL text that is a literal: its address names the prepared statement in the cache.
class Sql {
 public:
  consteval Sql(const char* literal) : text_(literal) {}  // NOLINT: implicit on purpose
  [[nodiscard]] const char* c_str() const { return text_; }

 private:
  const char* text_;
};

struct StatementSlot {              // the idle prepared statements of one SQL text
  std::vector<sqlite3_stmt*> idle;  // has room for all of them, so that giving one back cannot fail
  std::size_t made = 0;
  bool readonly = false;
};

class Db;

// Told about the end of steps, so that what is kept in memory beside the file can follow it.
class StepObserver {
 public:
  virtual ~StepObserver() = default;
  [[nodiscard]] virtual Result<> before_commit() = 0;  // may still write
  virtual void rolled_back() = 0;
};

// One use of a prepared statement. Back in the cache when it goes out of scope; must not outlive
// the Db. Parameters count from 1, columns from 0. Bound bytes are copied, except by bind_borrowed.
class Query {
 public:
  Query(Query&& other) noexcept;
  Query& operator=(Query&&) = delete;
  ~Query();

  // A value above 2^63-1 makes step() fail with bad_value.
  Query& bind(int index, std::uint64_t value);
  Query& bind(int index, ByteView bytes);
  Query& bind(int index, std::string_view text);
  template <class Tag, std::size_t N>
  Query& bind(int index, const Id<Tag, N>& id) {
    return bind(index, id.view());
  }
  Query& bind_raw(int index, std::int64_t value);
  Query& bind_least(int index);                     // less than every number and every blob
  Query& bind_borrowed(int index, ByteView bytes);  // bytes must stay until reset or destruction

  // True: a row is there to be read. False: done.
  [[nodiscard]] Result<bool> step();
  // For statements without rows: steps to the end, then resets, so that the next values can be
  // bound.
  [[nodiscard]] Result<> run();
  void reset();
  // Calls visit() -> Result<> once a row, from the first row on, and stops at the first error.
  template <class Visit>
  [[nodiscard]] Result<> each(Visit&& visit) {
    while (true) {
      TROTH_TRY(const bool has, step());
      if (!has) return {};
      TROTH_CHECK(visit());
    }
  }

  // Columns of the current row. Views are valid until the next step, run, reset or destruction. A
  // value of the wrong type, or a negative u64, can only come from a damaged file: it reads as zero
  // or empty and poisons the Db.
  [[nodiscard]] std::uint64_t u64(int column) const;
  [[nodiscard]] ByteView blob(int column) const;
  [[nodiscard]] std::string_view text(int column) const;
  // Of rows that nobody may have written: 0 when it is no integer, and nothing is poisoned.
  [[nodiscard]] std::int64_t raw(int column) const;
  template <class IdType>
  [[nodiscard]] Result<IdType> id(int column) const {
    auto parsed = id_from<IdType>(blob(column));
    if (!parsed) return fail(Errc::damaged);
    return parsed;
  }

 private:
  friend class Db;
  Query(Db& db, StatementSlot& slot, sqlite3_stmt* statement)
      : db_(&db), slot_(&slot), statement_(statement) {}
  void note(int rc);

  Db* db_;
  StatementSlot* slot_;
  sqlite3_stmt* statement_;  // null when moved from
  std::optional<Errc> bind_error_;
};

// The first bytes of the blobs of one column, without the pages behind them: SQL functions load a
// whole value. Must not outlive the step or the look that it was made for.
class BlobHeads {
 public:
  BlobHeads(Db& db, const char* table, const char* column)
      : db_(&db), table_(table), column_(column) {}
  ~BlobHeads();
  BlobHeads(const BlobHeads&) = delete;
  BlobHeads& operator=(const BlobHeads&) = delete;
  // At most out.size() of them, fewer where there are fewer; none where it is no blob.
  [[nodiscard]] Result<ByteView> read(std::int64_t row, MutableBytes out);

 private:
  void close();
  Db* db_;
  const char* table_;
  const char* column_;
  sqlite3_blob* blob_ = nullptr;
};

class Db {
 public:
  struct Options {
    std::string path = ":memory:";
    std::string vfs;  // empty: the platform's own
    std::uint32_t cache_kib = limits::kStoreCacheKib;
    std::uint32_t wal_pages = limits::kStoreWalPages;  // commit() checkpoints above this
    std::span<const Migration> migrations = schema();
  };
  // Opens or creates, recovers, migrates. busy: another Db holds the file. newer_schema: written by
  // a newer program; nothing was touched. damaged: not ours or not readable.
  [[nodiscard]] static Result<std::unique_ptr<Db>> open(const Options& options);
  struct Private {};
  explicit Db(Private, const Options& options) : options_(options) {}
  ~Db();
  Db(const Db&) = delete;
  Db& operator=(const Db&) = delete;

  [[nodiscard]] Result<Query> prepare(Sql sql);
  [[nodiscard]] std::uint64_t changes() const;  // rows changed by the last statement
  [[nodiscard]] std::uint64_t last_rowid() const;

  // A step. Nothing can be written outside one. commit() that fails poisons the Db.
  [[nodiscard]] Result<> begin(Durability durability);
  // Raises the step that is open: commit() makes it, and all before it, durable.
  [[nodiscard]] Result<> require_durable();
  [[nodiscard]] Result<> commit();
  void rollback();
  [[nodiscard]] bool in_step() const { return in_step_; }

  // Outside a step: everything committed becomes durable (a no-op when it is already).
  [[nodiscard]] Result<> make_durable();
  [[nodiscard]] bool all_durable() const { return durable_steps_ == committed_steps_; }
  [[nodiscard]] std::uint64_t committed_steps() const { return committed_steps_; }
  [[nodiscard]] std::uint64_t durable_steps() const { return durable_steps_; }

  // Call when idle: moves the write-ahead log into the file. A full disk is reported, not fatal.
  [[nodiscard]] Result<> maintain();
  [[nodiscard]] bool wants_rest() const { return wal_pages_ >= limits::kStoreIdleWalPages; }
  // Reads the whole file and every index: slow, for a job. damaged when anything is wrong.
  [[nodiscard]] Result<> check();
  [[nodiscard]] std::optional<Errc> poisoned() const { return poison_; }
  void poison(Errc code);  // for an owner that found the file to be wrong
  // What stands in rows was wrong, but not the disk and nothing of SQLite's own: once the step is
  // given up, something may be written for whoever opens the file next. False: nothing may.
  [[nodiscard]] bool lift();
  // Borrowed until unobserve(). The one that came last is asked first, because it may write to what
  // an earlier one keeps.
  void observe(StepObserver& observer) { observers_.push_back(&observer); }
  void unobserve(StepObserver& observer) { std::erase(observers_, &observer); }

 private:
  friend class Query;
  friend class BlobHeads;
  [[nodiscard]] Result<> connect();
  [[nodiscard]] Result<> configure();
  [[nodiscard]] Result<> refuse_foreign();
  [[nodiscard]] Result<> migrate();
  [[nodiscard]] Result<> run_migration(const Migration& migration);
  [[nodiscard]] Result<> exec(const char* sql);
  [[nodiscard]] Result<std::uint64_t> pragma(const char* sql);
  [[nodiscard]] Result<> set_durability(Durability durability);
  [[nodiscard]] Result<> ask_observers();
  [[nodiscard]] Result<> run_commit();
  [[nodiscard]] Result<> fence();
  [[nodiscard]] Result<> recover();
  [[nodiscard]] Result<> checkpoint(int mode);
  [[nodiscard]] Error failed(int rc);  // types the error and poisons when it is fatal
  void broken(Errc code);
  static int on_wal(void* self, sqlite3*, const char*, int pages);

  Options options_;
  sqlite3* handle_ = nullptr;
  // Looked up by the literal's address, never walked in an order that matters.
  std::unordered_map<const char*, StatementSlot> statements_;
  std::optional<Errc> poison_;
  bool broken_ = false;                   // SQLite said so
  std::optional<Durability> durability_;  // what PRAGMA synchronous says now
  std::vector<StepObserver*> observers_;
  bool in_step_ = false;
  bool raise_ = false;
  bool recovery_due_ =
      false;  // an old write-ahead log must be moved before anything is added to it
  std::uint64_t changes_at_begin_ = 0;
  std::uint64_t committed_steps_ = 0;
  std::uint64_t durable_steps_ = 0;
  std::uint32_t wal_pages_ = 0;
  std::uint32_t live_queries_ = 0;
};

}  // namespace troth::store
