// sync::SyncStore over the one Db (spec 07 §8). Names of fields and authors become small numbers;
// the two dictionaries are in memory. Belongs to the engine's step; after a failed step it is
// dropped.
#pragma once

#include <map>

#include "store/db.hpp"
#include "store/sync_sums.hpp"
#include "store/vault.hpp"

namespace troth::store {

// The index row of an item: fields with the places of their winners (spec 07 §8).
class FoldCodec {
 public:
  FoldCodec(Db& db, const RowSealer& sealer, Rng& rng, SmallRows& rows)
      : db_(&db), sealer_(&sealer), rng_(&rng), rows_(&rows) {}

  [[nodiscard]] Result<> load();
  [[nodiscard]] Result<std::uint64_t> writer(const AuthorId& author);  // find or create
  [[nodiscard]] std::optional<std::uint64_t> writer_of(const AuthorId& author) const;
  [[nodiscard]] Result<AuthorId> author(std::uint64_t writer) const;
  [[nodiscard]] Result<std::uint64_t> field(std::string_view name);  // find or create
  [[nodiscard]] Result<std::string> field_name(std::uint64_t handle) const;
  [[nodiscard]] Result<> put(Bytes& out, std::string_view name, const sync::Op& op);
  [[nodiscard]] Result<sync::FieldState> take(ByteView& in) const;  // damaged
  [[nodiscard]] Result<> put_item(Bytes& out, const sync::ItemState& state);
  [[nodiscard]] Result<sync::ItemState> take_item(ByteView in) const;

 private:
  Db* db_;
  const RowSealer* sealer_;
  Rng* rng_;
  SmallRows* rows_;
  std::map<AuthorId, std::uint64_t> writers_;
  std::map<std::uint64_t, AuthorId> authors_;
  std::map<std::string, std::uint64_t, std::less<>> fields_;
  std::map<std::uint64_t, std::string> names_;
};

class SyncStore final : public sync::SyncStore, private StepObserver {
 public:
  // Borrowed; all outlive this. Totals, sums and authors are written once a step, before it
  // commits; whoever calls has them in memory, only load() reads them. Without a vault nothing
  // proves the small tables: for tests of what does not need it.
  SyncStore(Db& db, const RowSealer& sealer, Rng& rng, Vault* vault = nullptr);
  ~SyncStore() override;
  SyncStore(const SyncStore&) = delete;
  SyncStore& operator=(const SyncStore&) = delete;

  Result<std::vector<sync::CategoryState>> load() override;
  Result<sync::CategoryHandle> create_category(const CategoryId& id) override;
  Result<> put_totals(sync::CategoryHandle category, const sync::CategoryTotals& totals) override;
  Result<> put_author(sync::CategoryHandle category, const AuthorId& author,
                      const sync::AuthorState& state) override;

  Result<sync::BatchSeq> add_batch(sync::CategoryHandle category, const sync::BatchMeta& meta,
                                   ByteView sealed) override;
  Result<sync::StoredBatch> batch(sync::CategoryHandle category, sync::BatchSeq seq) override;
  Result<std::optional<sync::StoredBatch>> batch_after(sync::CategoryHandle category,
                                                       const AuthorId& author,
                                                       std::uint64_t counter) override;
  Result<std::optional<sync::StoredBatch>> batch_since(sync::CategoryHandle category,
                                                       sync::BatchSeq after) override;
  Result<> each_place(sync::CategoryHandle category,
                      const std::function<void(const sync::BatchPlace&)>& visit) override;
  Result<> remove_batch(sync::BatchSeq seq) override;
  Result<sync::BatchSeq> newest_batch() override;

  Result<std::optional<sync::ItemState>> item(sync::CategoryHandle category,
                                              const ItemId& item) override;
  Result<> put_item(sync::CategoryHandle category, const ItemId& item,
                    const sync::ItemState& state) override;
  Result<> remove_item(sync::CategoryHandle category, const ItemId& item) override;
  Result<std::vector<sync::ItemRow>> items(sync::CategoryHandle category,
                                           std::optional<ItemId> after, std::size_t limit) override;
  Result<> add_superseded(sync::CategoryHandle category, const ItemId& item, std::string_view field,
                          const sync::Op& op) override;
  Result<std::vector<sync::FieldState>> superseded(sync::CategoryHandle category,
                                                   const ItemId& item) override;
  Result<bool> has_superseded(sync::CategoryHandle category, const ItemId& item,
                              const sync::FieldState& op) override;
  Result<> clear_superseded(sync::CategoryHandle category, const ItemId& item) override;

  Result<> put_draft(sync::CategoryHandle category, const sync::Draft& draft) override;
  Result<std::vector<sync::Draft>> drafts(sync::CategoryHandle category, std::size_t limit,
                                          std::size_t max_bytes) override;
  Result<std::vector<sync::Draft>> item_drafts(sync::CategoryHandle category,
                                               const ItemId& item) override;
  Result<std::vector<ItemId>> draft_items(sync::CategoryHandle category,
                                          std::optional<ItemId> after, std::size_t limit) override;
  Result<> remove_drafts(sync::CategoryHandle category, sync::Delivery delivery,
                         sync::Hlc up_to) override;
  Result<std::array<sync::QueueCount, sync::kDeliveries>> count_drafts(
      sync::CategoryHandle category) override;

  Result<> put_certificate(const sync::CertificateId& id, ByteView encoded) override;
  Result<std::vector<Bytes>> certificates() override;
  Result<> remove_certificate(const sync::CertificateId& id) override;

  Result<> add_side(sync::CategoryHandle category, const sync::SideBatch& batch) override;
  Result<std::vector<sync::SideBatch>> side(sync::CategoryHandle category, sync::SideKind kind,
                                            std::size_t limit) override;
  Result<std::optional<sync::SideBatch>> side_after(sync::CategoryHandle category,
                                                    const AuthorId& author,
                                                    std::uint64_t counter) override;
  Result<sync::SideBatch> side_batch(sync::CategoryHandle category, std::uint64_t id) override;
  Result<> remove_side(std::uint64_t id) override;
  Result<sync::SideCount> count_side(sync::CategoryHandle category, sync::SideKind kind) override;

  [[nodiscard]] sync::SumState sum_state(sync::CategoryHandle category,
                                         sync::RowTable table) const override;
  Result<sync::Recount> recount(sync::CategoryHandle category, sync::RowTable table,
                                std::size_t rows, bool sweep) override;
  void take_recount(sync::CategoryHandle category, sync::RowTable table) override;
  void mark_wrong(sync::CategoryHandle category, sync::RowTable table) override;
  Result<std::vector<ItemId>> row_items(sync::CategoryHandle category, std::optional<ItemId> after,
                                        std::size_t limit) override;
  Result<sync::ReadableOps> readable_ops(sync::CategoryHandle category,
                                         const ItemId& item) override;
  Result<std::vector<AuthorId>> batch_authors(sync::CategoryHandle category) override;
  Result<sync::SideCount> count_batches(sync::CategoryHandle category) override;

  Result<bool> erase_some(sync::CategoryHandle category, std::size_t rows) override;

  // Counts all rows of all categories at once, beside a count that is under way: which tables are
  // not what their sums say. For checkers and tests.
  [[nodiscard]] Result<std::vector<sync::RowTable>> wrong_sums();

 private:
  struct Category {
    CategoryId id;
    sync::CategoryTotals totals;
    CategorySums sums;
    bool dirty = false;
  };
  // The last rows of items that were read or written: who writes an item has read it just before,
  // and who seals edits has read their items when they were made.
  struct SeenItem {
    bool has = false;
    Bytes fold;
  };
  // Drafts of an item, or those that are about to be sealed, one after another, kDraftRow each.
  struct SeenDrafts {
    sync::CategoryHandle category;
    ItemId item;
    Bytes rows;
  };
  [[nodiscard]] Result<> before_commit() override;
  void rolled_back() override;
  void forget_seen();
  void forget_items();
  [[nodiscard]] Result<> load_small();
  [[nodiscard]] Result<> numbers_are_left();
  [[nodiscard]] Result<> save_category(std::uint32_t handle, Category& category);
  [[nodiscard]] Result<> save_authors();
  void sum_row(sync::CategoryHandle category, const RowBytes& row, bool added);
  [[nodiscard]] Result<SeenItem*> read_item(sync::CategoryHandle category, const ItemId& item);
  [[nodiscard]] Result<> replace_superseded(sync::CategoryHandle category, const ItemId& item,
                                            const sync::OpAt& at);
  [[nodiscard]] Result<> drop_draft_row(sync::CategoryHandle category, const ItemId& item,
                                        std::uint64_t field);
  [[nodiscard]] RowBytes& read_draft_row(sync::CategoryHandle category, const Query& row);
  [[nodiscard]] Result<> sum_out_drafts(sync::CategoryHandle category, sync::Delivery delivery,
                                        sync::Hlc up_to);
  [[nodiscard]] RowBytes& read_batch_row(sync::CategoryHandle category, const Query& row,
                                         ByteView head);
  [[nodiscard]] RowBytes& read_side_row(sync::CategoryHandle category, const Query& row,
                                        ByteView head);
  [[nodiscard]] Result<> count_more(RowCount& count, std::size_t rows, bool dead);
  [[nodiscard]] Result<Query> count_query(const RowCount& count, std::size_t rows);
  [[nodiscard]] Result<RowBytes*> counted_row(const RowCount& count, const Query& row,
                                              BlobHeads& heads);
  [[nodiscard]] bool can_be_read(const RowCount& count, const Query& row) const;
  [[nodiscard]] Result<> remove_at(const RowCount& count, const RowPlace& place);
  [[nodiscard]] bool is_dead(ByteView fold) const;
  [[nodiscard]] Result<std::uint64_t> erase_authors(sync::CategoryHandle category,
                                                    std::uint64_t rows);
  [[nodiscard]] Result<sync::StoredBatch> read_batch(const Query& row) const;
  [[nodiscard]] Result<sync::SideBatch> read_side(const Query& row, bool with_bytes) const;
  [[nodiscard]] Result<sync::Draft> read_draft(sync::CategoryHandle category,
                                               const Query& row) const;
  [[nodiscard]] Result<> load_authors(sync::CategoryState& into);
  [[nodiscard]] Result<> load_tails(sync::CategoryState& into);
  [[nodiscard]] Result<CategoryId> category_id(sync::CategoryHandle category) const;

  Db* db_;
  const RowSealer* sealer_;
  Rng* rng_;
  Vault* vault_;
  SmallRows small_;
  FoldCodec codec_;
  std::map<std::uint32_t, Category> categories_;
  std::optional<RowCount> count_;
  // Rows that differ from those on the disk, by category and writer: each is written once a step.
  std::map<std::pair<sync::CategoryHandle, std::uint64_t>, sync::AuthorState> authors_;
  std::map<std::pair<sync::CategoryHandle, ItemId>, SeenItem> seen_;
  std::size_t seen_bytes_ = 0;
  std::optional<SeenDrafts> seen_drafts_;
  std::optional<SeenDrafts> due_;  // what drafts() gave last
  RowBytes row_;
  Bytes scratch_;
};

}  // namespace troth::store
