#include <sqlite3.h>

#include <limits>

#include "base/assert.hpp"
#include "store/db.hpp"

namespace troth::store {
namespace {

constexpr std::uint64_t kMaxStored = (std::uint64_t{1} << 63) - 1;

}  // namespace

Query::Query(Query&& other) noexcept
    : db_(other.db_),
      slot_(other.slot_),
      statement_(other.statement_),
      bind_error_(other.bind_error_) {
  other.statement_ = nullptr;
}

Query::~Query() {
  if (statement_ == nullptr) return;
  reset();
  slot_->idle.push_back(statement_);
  --db_->live_queries_;
}

void Query::note(int rc) {
  if (rc != SQLITE_OK && !bind_error_) {
    bind_error_ = rc == SQLITE_TOOBIG ? Errc::limit : Errc::internal;
  }
}

Query& Query::bind(int index, std::uint64_t value) {
  if (value > kMaxStored) {
    if (!bind_error_) bind_error_ = Errc::bad_value;
    return *this;
  }
  note(sqlite3_bind_int64(statement_, index, static_cast<sqlite3_int64>(value)));
  return *this;
}

Query& Query::bind(int index, ByteView bytes) {
  // A null pointer would bind NULL; an empty value is an empty blob.
  const void* data = bytes.empty() ? static_cast<const void*>("") : bytes.data();
  note(sqlite3_bind_blob64(statement_, index, data, bytes.size(), SQLITE_TRANSIENT));
  return *this;
}

Query& Query::bind_borrowed(int index, ByteView bytes) {
  const void* data = bytes.empty() ? static_cast<const void*>("") : bytes.data();
  note(sqlite3_bind_blob64(statement_, index, data, bytes.size(), SQLITE_STATIC));
  return *this;
}

Query& Query::bind(int index, std::string_view text) {
  const char* data = text.empty() ? "" : text.data();
  note(sqlite3_bind_text64(statement_, index, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

Query& Query::bind_raw(int index, std::int64_t value) {
  note(sqlite3_bind_int64(statement_, index, value));
  return *this;
}

// SQLite orders numbers before blobs, and this before every integer.
Query& Query::bind_least(int index) {
  note(sqlite3_bind_double(statement_, index, -std::numeric_limits<double>::infinity()));
  return *this;
}

Result<bool> Query::step() {
  if (db_->poison_) return fail(*db_->poison_);
  if (bind_error_) return fail(*bind_error_);
  // Outside a step every write would be a transaction of its own, with a durability nobody chose.
  TROTH_ASSERT(slot_->readonly || db_->in_step_);
  const int rc = sqlite3_step(statement_);
  if (rc == SQLITE_ROW) return true;
  if (rc == SQLITE_DONE) return false;
  return fail(db_->failed(rc));
}

Result<> Query::run() {
  auto more = step();
  while (more && *more) more = step();
  reset();
  if (!more) return fail(more.error());
  return {};
}

void Query::reset() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  bind_error_.reset();
}

std::uint64_t Query::u64(int column) const {
  const bool integer = sqlite3_column_type(statement_, column) == SQLITE_INTEGER;
  const sqlite3_int64 value = integer ? sqlite3_column_int64(statement_, column) : -1;
  if (value < 0) {
    db_->poison(Errc::damaged);
    return 0;
  }
  return static_cast<std::uint64_t>(value);
}

std::int64_t Query::raw(int column) const {
  const bool integer = sqlite3_column_type(statement_, column) == SQLITE_INTEGER;
  return integer ? sqlite3_column_int64(statement_, column) : 0;
}

ByteView Query::blob(int column) const {
  if (sqlite3_column_type(statement_, column) != SQLITE_BLOB) {
    db_->poison(Errc::damaged);
    return {};
  }
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::string_view Query::text(int column) const {
  if (sqlite3_column_type(statement_, column) != SQLITE_TEXT) {
    db_->poison(Errc::damaged);
    return {};
  }
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

BlobHeads::~BlobHeads() { close(); }

void BlobHeads::close() { sqlite3_blob_close(std::exchange(blob_, nullptr)); }

Result<ByteView> BlobHeads::read(std::int64_t row, MutableBytes out) {
  if (db_->poison_) return fail(*db_->poison_);
  int rc = blob_ == nullptr
               ? sqlite3_blob_open(db_->handle_, "main", table_, column_, row, 0, &blob_)
               : sqlite3_blob_reopen(blob_, row);
  const auto size = rc == SQLITE_OK ? static_cast<std::size_t>(sqlite3_blob_bytes(blob_)) : 0;
  const auto head = out.first(std::min(out.size(), size));
  if (rc == SQLITE_OK) rc = sqlite3_blob_read(blob_, head.data(), static_cast<int>(head.size()), 0);
  if (rc == SQLITE_OK) return ByteView(head);
  close();
  if (rc == SQLITE_ERROR) return ByteView{};  // of another type, so of no writer of ours
  return fail(db_->failed(rc));
}

}  // namespace troth::store
