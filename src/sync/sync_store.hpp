// What sync needs from storage (spec 07 §8). src/store implements it over one Db; every call that
// writes belongs to the step that the engine has open. A category is known by a small local number.
#pragma once

#include <algorithm>
#include <optional>

#include "sync/admission.hpp"
#include "sync/certificate.hpp"
#include "sync/field.hpp"
#include "sync/vector.hpp"

namespace troth::sync {

struct CategoryHandle {
  std::uint32_t value = 0;
  friend auto operator<=>(const CategoryHandle&, const CategoryHandle&) = default;
};

// Kept in step with every applied batch, so that status costs nothing.
struct CategoryTotals {
  std::uint64_t items = 0;  // rows, deleted ones included
  std::uint64_t dead = 0;   // of them, deleted
  std::uint64_t ops = 0;
  std::uint64_t bytes = 0;  // of sealed batches
  Hlc hlc;                  // the highest clock that counted for our own (observe())
  bool erasing = false;     // withdrawn: rows go away, nothing is taken in
  friend bool operator==(const CategoryTotals&, const CategoryTotals&) = default;
};
// Batches that were left out for a consent that counts from now on (spec 07 §11). low: the last one
// held before them (counter 0: none). high: the last one left out, as the batch after it names it.
// lost: what stood here was held once (spec 11 §6.1), so that it is missed whatever the consent.
struct Gap {
  VectorEntry low;
  VectorEntry high;
  bool lost = false;
  [[nodiscard]] bool covers(std::uint64_t counter) const {
    return counter > low.counter && counter <= high.counter;
  }
  friend bool operator==(const Gap&, const Gap&) = default;
};
struct AuthorState {
  VectorEntry entry;
  bool frozen = false;    // forked: nothing more is taken until somebody decides (rule 19)
  std::vector<Gap> gaps;  // ascending, all below entry; none where the consent is to all history
  // Up to here nothing is missing.
  [[nodiscard]] const VectorEntry& whole() const { return gaps.empty() ? entry : gaps.front().low; }
  // Up to here nothing is lost.
  [[nodiscard]] const VectorEntry& sound() const {
    const auto lost = std::find_if(gaps.begin(), gaps.end(), [](auto& gap) { return gap.lost; });
    return lost == gaps.end() ? entry : lost->low;
  }
  friend bool operator==(const AuthorState&, const AuthorState&) = default;
};
struct CategoryState {
  CategoryId id;
  CategoryHandle handle;
  CategoryTotals totals;
  std::map<AuthorId, AuthorState> authors;
  std::map<AuthorId, VectorEntry> tails;  // ends of held and parked chains
};

struct BatchMeta {
  AuthorId author;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  ChainHash prev;
  ChainHash chain;
};
// Where a stored batch stands and whose key opens it, without its bytes.
struct BatchPlace {
  AuthorId author;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  ChainHash chain;
  MailboxId mailbox;
};
struct StoredBatch {
  BatchSeq seq;
  BatchMeta meta;
  Bytes sealed;
};

// Batches that came but do not count: held (asked again), parked (review tray), forked.
enum class SideKind : std::uint8_t { held = 1, parked = 2, fork = 3 };
struct SideBatch {
  std::uint64_t id = 0;  // local
  SideKind kind = SideKind::held;
  Errc reason = Errc::held;
  BatchMeta meta;
  DeviceId device;
  Bytes sealed;  // empty in listings
};
struct SideCount {
  std::uint64_t batches = 0;
  std::uint64_t ops = 0;
  std::uint64_t bytes = 0;
};

struct ItemRow {
  ItemId item;
  ItemState state;
};
struct QueueCount {
  std::uint64_t drafts = 0;
  std::uint64_t bytes = 0;
};

// Tables whose rows are under a set sum, in the order of counting (spec 11 §6.1).
enum class RowTable : std::uint8_t { draft, side, batch, item, superseded };
inline constexpr std::size_t kRowTables = 5;
[[nodiscard]] constexpr std::size_t index_of(RowTable table) {
  return static_cast<std::size_t>(table);
}
[[nodiscard]] constexpr RowTable table_at(std::size_t index) {
  return static_cast<RowTable>(index);
}
enum class SumState : std::uint8_t {
  unknown = 0,  // never counted
  right = 1,    // kept with every change
  wrong = 2,    // a count said otherwise; stays until what follows from that is done
};
struct Recount {
  bool done = false;
  bool right = false;           // when done: the rows are those that were written
  std::uint64_t malformed = 0;  // of no writer of ours; they are in no sum
  std::uint64_t rows = 0;       // counted
  std::uint64_t dead = 0;       // of items whose sum is wrong: deleted ones
};

// All ops that an item's rows name; those that lost are all in `lost`.
struct ReadableOps {
  ItemState state;
  bool unreadable = false;  // there was more, of no writer of ours
};

class SyncStore {
 public:
  virtual ~SyncStore() = default;

  // Categories, vectors, totals: read once at open, then written through.
  [[nodiscard]] virtual Result<std::vector<CategoryState>> load() = 0;
  [[nodiscard]] virtual Result<CategoryHandle> create_category(const CategoryId& id) = 0;
  [[nodiscard]] virtual Result<> put_totals(CategoryHandle category,
                                            const CategoryTotals& totals) = 0;
  [[nodiscard]] virtual Result<> put_author(CategoryHandle category, const AuthorId& author,
                                            const AuthorState& state) = 0;

  // Batches. Sequence numbers ascend for ever, also across erasing. exists: another row of the
  // author ends there.
  [[nodiscard]] virtual Result<BatchSeq> add_batch(CategoryHandle category, const BatchMeta& meta,
                                                   ByteView sealed) = 0;
  // not_found: also when it is of another category.
  [[nodiscard]] virtual Result<StoredBatch> batch(CategoryHandle category, BatchSeq seq) = 0;
  // The author's first batch that ends after this counter.
  [[nodiscard]] virtual Result<std::optional<StoredBatch>> batch_after(CategoryHandle category,
                                                                       const AuthorId& author,
                                                                       std::uint64_t counter) = 0;
  [[nodiscard]] virtual Result<std::optional<StoredBatch>> batch_since(CategoryHandle category,
                                                                       BatchSeq after) = 0;
  // All of the category, by author and counter.
  [[nodiscard]] virtual Result<> each_place(
      CategoryHandle category, const std::function<void(const BatchPlace&)>& visit) = 0;
  [[nodiscard]] virtual Result<> remove_batch(BatchSeq seq) = 0;
  [[nodiscard]] virtual Result<BatchSeq> newest_batch() = 0;  // ever given

  // Items.
  [[nodiscard]] virtual Result<std::optional<ItemState>> item(CategoryHandle category,
                                                              const ItemId& item) = 0;
  [[nodiscard]] virtual Result<> put_item(CategoryHandle category, const ItemId& item,
                                          const ItemState& state) = 0;
  [[nodiscard]] virtual Result<> remove_item(CategoryHandle category, const ItemId& item) = 0;
  [[nodiscard]] virtual Result<std::vector<ItemRow>> items(CategoryHandle category,
                                                           std::optional<ItemId> after,
                                                           std::size_t limit) = 0;
  // Ops that lost and no longer stand in the item's row: history, and what stands again when a
  // winner is taken away (rule 10).
  [[nodiscard]] virtual Result<> add_superseded(CategoryHandle category, const ItemId& item,
                                                std::string_view field, const Op& op) = 0;
  [[nodiscard]] virtual Result<std::vector<FieldState>> superseded(CategoryHandle category,
                                                                   const ItemId& item) = 0;
  // Is it this op that stands at its place?
  [[nodiscard]] virtual Result<bool> has_superseded(CategoryHandle category, const ItemId& item,
                                                    const FieldState& op) = 0;
  [[nodiscard]] virtual Result<> clear_superseded(CategoryHandle category, const ItemId& item) = 0;

  // Drafts: one a (category, item, field); a later edit replaces it.
  [[nodiscard]] virtual Result<> put_draft(CategoryHandle category, const Draft& draft) = 0;
  // Of the most urgent delivery class that waits, oldest clock first, at most `limit`, stopping
  // before `max_bytes` of bodies (but at least one).
  [[nodiscard]] virtual Result<std::vector<Draft>> drafts(CategoryHandle category,
                                                          std::size_t limit,
                                                          std::size_t max_bytes) = 0;
  [[nodiscard]] virtual Result<std::vector<Draft>> item_drafts(CategoryHandle category,
                                                               const ItemId& item) = 0;
  [[nodiscard]] virtual Result<std::vector<ItemId>> draft_items(CategoryHandle category,
                                                                std::optional<ItemId> after,
                                                                std::size_t limit) = 0;
  // Those of one delivery class up to a clock: what drafts() gave, up to the last of it.
  [[nodiscard]] virtual Result<> remove_drafts(CategoryHandle category, Delivery delivery,
                                               Hlc up_to) = 0;
  [[nodiscard]] virtual Result<std::array<QueueCount, kDeliveries>> count_drafts(
      CategoryHandle category) = 0;

  // Certificates, verified before they come here; encoded SignedCertificate.
  [[nodiscard]] virtual Result<> put_certificate(const CertificateId& id, ByteView encoded) = 0;
  [[nodiscard]] virtual Result<std::vector<Bytes>> certificates() = 0;
  [[nodiscard]] virtual Result<> remove_certificate(const CertificateId& id) = 0;

  // Held, parked and forked batches.
  [[nodiscard]] virtual Result<> add_side(CategoryHandle category, const SideBatch& batch) = 0;
  // Without their bytes, in the order of author and counter.
  [[nodiscard]] virtual Result<std::vector<SideBatch>> side(CategoryHandle category, SideKind kind,
                                                            std::size_t limit) = 0;
  // The author's first held or parked batch after this counter, with its bytes.
  [[nodiscard]] virtual Result<std::optional<SideBatch>> side_after(CategoryHandle category,
                                                                    const AuthorId& author,
                                                                    std::uint64_t counter) = 0;
  [[nodiscard]] virtual Result<SideBatch> side_batch(CategoryHandle category, std::uint64_t id) = 0;
  [[nodiscard]] virtual Result<> remove_side(std::uint64_t id) = 0;
  [[nodiscard]] virtual Result<SideCount> count_side(CategoryHandle category, SideKind kind) = 0;

  // Set sums (spec 11 §6.1). recount() goes on where it ended, one table of one category at a time,
  // and begins anew for another one. Sweeping deletes what no writer of ours wrote on the way.
  [[nodiscard]] virtual SumState sum_state(CategoryHandle category, RowTable table) const = 0;
  [[nodiscard]] virtual Result<Recount> recount(CategoryHandle category, RowTable table,
                                                std::size_t rows, bool sweep = false) = 0;
  virtual void take_recount(CategoryHandle category, RowTable table) = 0;  // it is the sum now
  virtual void mark_wrong(CategoryHandle category, RowTable table) = 0;
  // For mending: whatever stands in the rows, without what cannot be read.
  [[nodiscard]] virtual Result<std::vector<ItemId>> row_items(CategoryHandle category,
                                                              std::optional<ItemId> after,
                                                              std::size_t limit) = 0;
  [[nodiscard]] virtual Result<ReadableOps> readable_ops(CategoryHandle category,
                                                         const ItemId& item) = 0;
  [[nodiscard]] virtual Result<std::vector<AuthorId>> batch_authors(CategoryHandle category) = 0;
  [[nodiscard]] virtual Result<SideCount> count_batches(CategoryHandle category) = 0;

  // Deletes up to `rows` rows of the category; true when nothing is left of it.
  [[nodiscard]] virtual Result<bool> erase_some(CategoryHandle category, std::size_t rows) = 0;
};

}  // namespace troth::sync
