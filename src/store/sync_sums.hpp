// What proves that no row of sync is missing, older or swapped (spec 11 §6.1): SmallRows sums the
// small tables together, for the vault; SetSum sums one large table of one category.
#pragma once

#include <compare>
#include <map>
#include <optional>

#include "crypto/siphash.hpp"
#include "store/sealed.hpp"
#include "sync/sync_store.hpp"

namespace troth::store {

// The MACs of all rows of the small tables are in memory, so that a row can be replaced unread.
class SmallRows {
 public:
  explicit SmallRows(const RowSealer& sealer) : sealer_(&sealer) {}
  void put(std::string_view table, ByteView key, ByteView stored);
  void remove(std::string_view table, ByteView key);
  [[nodiscard]] const RowSet& set() const { return set_; }
  [[nodiscard]] bool changed() const { return changed_; }
  [[nodiscard]] bool take_changed() { return std::exchange(changed_, false); }
  void clear();

 private:
  const RowSealer* sealer_;
  RowSet set_;
  std::map<std::pair<std::string_view, Bytes>, Hash> macs_;  // tables are named by literals
  bool changed_ = false;
};

// XOR and count: rows come and go in any order.
class SetSum {
 public:
  static constexpr std::size_t kBytes = 8 + 16;
  void add(const crypto::SipTag& row) { change(row, 1); }
  void remove(const crypto::SipTag& row) { change(row, ~std::uint64_t{0}); }
  [[nodiscard]] std::uint64_t count() const { return count_; }
  void encode(Bytes& out) const;
  [[nodiscard]] static SetSum decode(ByteView bytes);  // kBytes
  friend bool operator==(const SetSum&, const SetSum&) = default;

 private:
  void change(const crypto::SipTag& row, std::uint64_t by);
  crypto::SipTag sum_{};
  std::uint64_t count_ = 0;
};

struct TableSum {
  sync::SumState state = sync::SumState::right;
  SetSum set;
};
using CategorySums = std::array<TableSum, sync::kRowTables>;

inline constexpr std::size_t kCategorySumsBytes = sync::kRowTables * (1 + SetSum::kBytes);
void encode_sums(Bytes& out, const CategorySums& sums);
[[nodiscard]] Result<CategorySums> decode_sums(ByteView in);  // damaged

// What F is taken over: table, handle, key, content (spec 11 §6.1). One buffer, filled anew.
class RowBytes {
 public:
  RowBytes& begin(sync::RowTable table, sync::CategoryHandle category);
  RowBytes& bytes(ByteView more);
  RowBytes& number(std::uint64_t value);
  RowBytes& end_key();
  RowBytes& cut();  // back to the key
  RowBytes& set(ByteView whole, std::size_t key_end);
  [[nodiscard]] sync::RowTable table() const { return sync::table_at(bytes_[0] - 1U); }
  [[nodiscard]] ByteView all() const { return bytes_; }
  [[nodiscard]] ByteView key() const { return ByteView(bytes_).first(key_end_); }
  [[nodiscard]] ByteView rest() const { return ByteView(bytes_).subspan(key_end_); }

 private:
  Bytes bytes_;
  std::size_t key_end_ = 0;
};

inline constexpr std::size_t kBatchHead = 55;     // the clear header of a batch (spec 07 §6)
inline constexpr std::size_t kRowPrefix = 1 + 4;  // table and handle
inline constexpr std::size_t kDraftKey = kRowPrefix + ItemId::kSize + 8;
inline constexpr std::size_t kDraftRow = kDraftKey + 3 * 8 + 13 + 16;

// The key of a row as SQLite has it and in SQLite's order, whoever wrote it: an id of any length,
// numbers of any sign. A key of joined bytes would lose its place among such.
struct RowPlace {
  Bytes id;
  std::int64_t first = 0;
  std::int64_t second = 0;
  friend auto operator<=>(const RowPlace&, const RowPlace&) = default;
};
[[nodiscard]] RowPlace place_of(const RowBytes& row);  // of one that we wrote

// A count that is under way. What it has reached follows later changes.
struct RowCount {
  sync::CategoryHandle category;
  sync::RowTable table = sync::RowTable::draft;
  bool sweep = false;  // rows of no writer of ours are deleted on the way
  std::optional<RowPlace> reached;
  SetSum set;
  std::uint64_t dead = 0;
  std::uint64_t malformed = 0;
  bool done = false;
  [[nodiscard]] bool covers(const RowBytes& row, sync::CategoryHandle in) const;
};

}  // namespace troth::store
