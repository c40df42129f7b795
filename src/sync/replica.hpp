// Replica: what one device holds of the categories, over a SyncStore (spec 07). Local edits become
// drafts, drafts become batches, batches of others are checked and merged, items are read.
//
// Sans-IO and single-threaded. Every call that writes belongs to the engine's open step. An error
// of storage (disk_full, io_error, damaged) leaves memory and disk apart: drop the Replica, open it
// anew.
#pragma once

#include "sync/batch_cache.hpp"
#include "sync/replica_types.hpp"
#include "sync/row_walk.hpp"
#include "sync/runs.hpp"

namespace troth::sync {

class Replica {
 public:
  // Borrowed arguments outlive the Replica.
  [[nodiscard]] static Result<Replica> open(SyncStore& store, const KeySource& keys,
                                            const Self& self);

  [[nodiscard]] const Self& self() const { return self_; }
  [[nodiscard]] AuthorId author() const { return author_; }

  // --- local edits -------------------------------------------------------------------------
  // Never fails for reasons of clock, consent, key or network: the draft waits. Brings a deleted
  // item back. too_long, bad_name, bad_value, limit: what no batch could hold.
  // check_put: would put refuse it? Nothing is written.
  [[nodiscard]] Result<> check_put(const CategoryId& category, const ItemId& item,
                                   std::span<const FieldEdit> fields, WallMs now);
  [[nodiscard]] Result<> put(const CategoryId& category, const ItemId& item,
                             std::span<const FieldEdit> fields, Delivery delivery, WallMs now);
  [[nodiscard]] Result<> remove(const CategoryId& category, const ItemId& item, Delivery delivery,
                                WallMs now);  // unknown_item
  [[nodiscard]] Result<> restore(const CategoryId& category, const ItemId& item, Delivery delivery,
                                 WallMs now);  // unknown_item
  [[nodiscard]] Result<std::array<QueueCount, kDeliveries>> queue(const CategoryId& category);
  [[nodiscard]] std::vector<CategoryId> categories() const;

  // --- certificates and sealing ------------------------------------------------------------
  // The body to sign (certificate_message of its encoding) with the device's sign key.
  [[nodiscard]] Certificate next_certificate(const crypto::Ed25519Public& key, WallMs now) const;
  [[nodiscard]] Result<> install(const SignedCertificate& certificate, crypto::Ed25519KeyPair key);
  void drop_signer() { signer_.reset(); }  // at lock
  [[nodiscard]] bool signer_usable(WallMs now) const;
  // Rule 19: the first seal of a run waits for a peer's word about our own counter.
  [[nodiscard]] bool may_seal(const CategoryId& category) const;
  [[nodiscard]] Result<Confirmed> confirm(const CategoryId& category, const VectorEntry& theirs);
  [[nodiscard]] Result<> confirm_alone(
      const CategoryId& category);                   // nobody to ask: checked at first contact
  void reincarnate(const Incarnation& incarnation);  // drops the signer and every confirmation
  // Seals the oldest drafts into one batch, merges and stores it. Nothing when no draft waits.
  // again: may_seal says no, no usable certificate, or a row in doubt stands in the way.
  [[nodiscard]] Result<std::optional<Sealed>> seal_due(const CategoryId& category,
                                                       const SealInputs& inputs, WallMs now,
                                                       Rng& rng);

  // --- batches of others -------------------------------------------------------------------
  // Idempotent. Errors: what the bytes themselves earn (auth_failed, bad_signature, wire errors,
  // no_key); gap: ask for what is missing, in order; rolled_back: a batch of our own that we do not
  // hold, so take a new incarnation and apply it again (rule 19).
  // after: only where this device's own consent counts from now on (spec 07 §11): the sender's word
  // that between this counter and the batch there is nothing that this device may open. again: its
  // place is in doubt, or the category is being erased.
  [[nodiscard]] Result<Applied> apply(ByteView sealed, const Admitter& admit, WallMs now,
                                      std::optional<std::uint64_t> after = {});
  // Asks again for everything held; call when the log has grown. Stops at the byte bound: call
  // again while it returns as many.
  [[nodiscard]] Result<std::vector<Applied>> retry_held(const CategoryId& category,
                                                        const Admitter& admit, WallMs now,
                                                        std::size_t limit);
  [[nodiscard]] Result<std::vector<SideBatch>> side(const CategoryId& category, SideKind kind,
                                                    std::size_t limit);
  [[nodiscard]] Result<SideCount> side_count(const CategoryId& category, SideKind kind);
  // Rule 10: takes back what was applied above a cut; those batches are parked. A cut that is not
  // on the author's chain as we hold it is bad_chain. Returns the items whose values changed.
  [[nodiscard]] Result<std::vector<ItemId>> cut(const CategoryId& category, const AuthorId& author,
                                                const VectorEntry& cut, Errc reason);
  // Do we hold the author's chain that a cut names? Where a row is missing nobody can tell.
  [[nodiscard]] Result<OneChain> runs_through(const CategoryId& category, const AuthorId& author,
                                              const VectorEntry& cut);
  // Sets all aside that we hold of the author, so that the chain that the cut names can come.
  // Returns the items whose values changed.
  [[nodiscard]] Result<std::vector<ItemId>> disown(const CategoryId& category,
                                                   const AuthorId& author);
  // Review tray (rule 10): what one batch that was set aside says, in its order.
  [[nodiscard]] Result<std::vector<SideOp>> side_ops(const CategoryId& category,
                                                     std::uint64_t side_id) const;
  // Its ops become drafts of our own where nothing newer stands. Returns the items.
  [[nodiscard]] Result<std::vector<ItemId>> adopt(const CategoryId& category, std::uint64_t side_id,
                                                  Delivery delivery, WallMs now);
  // What the author had folded when it sealed its first batch after this counter; not_found.
  [[nodiscard]] Result<std::vector<EntryId>> heads_after(const CategoryId& category,
                                                         const AuthorId& author,
                                                         std::uint64_t counter) const;

  // --- vectors and catch-up ----------------------------------------------------------------
  // What is in memory, committed or not: claim it only after a durable commit (design 2).
  [[nodiscard]] Vector vector(const CategoryId& category) const;
  // The same, but of each author only up to the first batch that was left out.
  [[nodiscard]] Vector whole(const CategoryId& category) const;
  [[nodiscard]] bool has_gaps(const CategoryId& category) const;
  // Up to the first batch that was lost here and that somebody may still have (spec 11 §6.1).
  [[nodiscard]] Vector sound(const CategoryId& category) const;
  [[nodiscard]] bool has_lost(const CategoryId& category) const;
  [[nodiscard]] CategoryTotals totals(const CategoryId& category) const;
  [[nodiscard]] RangeCursor ranges_for(const CategoryId& category, const Vector& theirs) const;
  [[nodiscard]] Result<std::optional<Bytes>> next_batch(RangeCursor& cursor);
  // For a peer whose consent counts from now on: of what we hold up to `held`, the last that it may
  // open of each author; and the ranges that it lacks.
  [[nodiscard]] Result<Vector> chosen_vector(const CategoryId& category, const Vector& held,
                                             const Choice& choice);
  [[nodiscard]] Result<RangeCursor> chosen_ranges(const CategoryId& category, const Vector& theirs,
                                                  const Choice& choice);

  // --- reading -----------------------------------------------------------------------------
  [[nodiscard]] Result<ItemView> get(const CategoryId& category, const ItemId& item, WallMs now);
  // Is nothing there to be read, because it was deleted or never was? Opens no batch for it.
  [[nodiscard]] Result<bool> deleted(const CategoryId& category, const ItemId& item, WallMs now);
  // In id order; deleted items are left out unless asked for, but for one that ends a long walk.
  [[nodiscard]] Result<std::vector<ItemView>> list(const CategoryId& category,
                                                   std::optional<ItemId> after, std::size_t limit,
                                                   bool with_deleted, WallMs now);
  [[nodiscard]] Result<std::vector<Change>> history(const CategoryId& category, const ItemId& item);
  [[nodiscard]] Result<Changes> changes(const CategoryId& category, BatchSeq since,
                                        std::size_t limit);
  [[nodiscard]] BatchSeq newest() const { return newest_; }
  // For `inspect`: the field's winning op with its proof.
  [[nodiscard]] Result<OpProof> prove_field(const CategoryId& category, const ItemId& item,
                                            std::string_view field);
  [[nodiscard]] const CertBook& certificates() const { return book_; }
  // The newest that counts: ops that are far ahead of this device's time do not drag it (spec 07).
  [[nodiscard]] Hlc clock() const { return clock_; }
  // Two chains of one author were seen: nothing more of it is taken in some category.
  [[nodiscard]] std::set<AuthorId> forked() const;
  [[nodiscard]] bool frozen(const CategoryId& category, const AuthorId& author) const;
  // Of which other devices the vector names another chain than is held here, and from where on this
  // chain has to be shown to prove it.
  [[nodiscard]] Result<std::vector<OtherChain>> other_chains(const CategoryId& category,
                                                             const Vector& theirs);

  // --- rows (spec 11 §6.1) -----------------------------------------------------------------
  // Is every row there that was written? Once a run, and at once for a category that is in doubt.
  // One slice: call it until !check_due(), in a step if check_writes().
  [[nodiscard]] bool check_due() const;
  [[nodiscard]] bool check_writes() const { return walk_ && walk_->writes(); }
  [[nodiscard]] Result<RowSlice> check_rows();
  // Something damaged was read there: it is mended, once a run, and until then nothing else should
  // be done with its rows. False: that was done in this run, and it is wrong again.
  bool doubt(const CategoryId& category);
  [[nodiscard]] bool in_doubt(const CategoryId& category) const;
  [[nodiscard]] bool mending() const;
  [[nodiscard]] std::optional<CategoryId> looked_at() const;  // by the next slice
  // The step is lost: whoever opens the home next begins by mending these categories and those in
  // doubt, or all when there are none.
  void mark_doubts(const std::set<CategoryId>& found);

  // --- withdrawal --------------------------------------------------------------------------
  // Deletes about `rows` rows; true when the category is gone. Its vector is forgotten at once.
  // Until then edits and batches are refused with `again`, also after a restart: see erasing().
  [[nodiscard]] Result<bool> erase(const CategoryId& category, std::size_t rows);
  [[nodiscard]] std::vector<CategoryId> erasing() const;

 private:
  struct Category {
    CategoryId id;
    CategoryHandle handle;
    CategoryTotals totals;
    std::map<AuthorId, AuthorState> authors;
    std::map<AuthorId, VectorEntry> tails;  // ends of held and parked chains
    bool confirmed = false;
    std::optional<MailboxId> sealed_under;  // our last batch of this run
    std::optional<Runs> runs;               // read when first asked for
  };
  // Where a batch may go: behind all that is known of its author, before what is set aside, or into
  // a gap.
  enum class Spot : std::uint8_t { tail, front, gap };
  // An opened batch with what was found out about it.
  struct Arrival {
    OpenBatch batch;
    ByteView sealed;
    DeviceId device;  // zero while the certificate is not known
    bool verified = false;
  };
  Replica(SyncStore& store, const KeySource& keys, const Self& self);
  [[nodiscard]] Result<> load();
  [[nodiscard]] const Category* find(const CategoryId& category) const;
  [[nodiscard]] Category* find(const CategoryId& category);
  [[nodiscard]] Result<Category*> writable(const CategoryId& category);  // found or made

  struct Standing {  // of an item before an edit
    bool known = false;
    bool newest = true;  // alive by the newest op, which may come from too far ahead,
    bool shown = true;   // and by the newest that is shown
  };
  // limit: with these the item would have more names than limits::kItemNames.
  [[nodiscard]] Result<Standing> standing(const Category& in, const ItemId& item,
                                          std::span<const FieldEdit> fields, WallMs now);
  [[nodiscard]] Result<> add_draft(Category& in, Draft draft, WallMs now);
  [[nodiscard]] Result<> set_alive(const CategoryId& category, const ItemId& item, bool alive,
                                   Delivery delivery, WallMs now);

  // The one look at what a row of this category holds: damaged unless the batch opens, is of this
  // category and stands where the row says.
  [[nodiscard]] Result<OpenBatch> reopen(const Category& in, ByteView sealed,
                                         const BatchMeta& meta) const;
  [[nodiscard]] Result<const OpenBatch*> opened(const Category& in, BatchSeq seq);
  [[nodiscard]] Result<BatchSeq> accept(Category& in, OpenBatch batch, ByteView sealed, WallMs now,
                                        std::vector<ItemId>& changed);
  [[nodiscard]] Result<> merge_batch(Category& in, const OpenBatch& batch, BatchSeq seq,
                                     std::vector<ItemId>& changed);
  [[nodiscard]] Result<> save_item(Category& in, const ItemId& item, ItemState& state);
  [[nodiscard]] Result<std::vector<FieldState>> losers(const Category& in, const ItemId& item,
                                                       const ItemState& state);
  [[nodiscard]] Result<bool> merge_item(Category& in, const OpenBatch& batch, BatchSeq seq,
                                        std::span<const std::uint32_t> ops);

  [[nodiscard]] static Applied answer(const OpenBatch& batch, const DeviceId& device,
                                      Outcome outcome, Errc reason);
  [[nodiscard]] static BatchClaims claims_of(const Arrival& arrival);
  [[nodiscard]] Result<bool> is_duplicate(const Category& in, const OpenBatch& batch);
  [[nodiscard]] Result<std::optional<KnownCertificate>> carried(const OpenBatch& batch) const;
  [[nodiscard]] Result<> learn(KnownCertificate certificate);
  [[nodiscard]] Result<> authenticate(Arrival& arrival);
  [[nodiscard]] Result<> check_arrival(const Category& in, Arrival& arrival);
  struct Room {  // where a batch would have to fit
    Spot spot = Spot::tail;
    VectorEntry prev;
    std::optional<VectorEntry> end;
    bool lost = false;
  };
  [[nodiscard]] Result<Room> room_for(const Category& in, const OpenBatch& batch);
  [[nodiscard]] Result<Spot> find_spot(const Category& in, const OpenBatch& batch,
                                       std::optional<std::uint64_t> after);
  [[nodiscard]] Result<Spot> fit_in(const Category& in, const OpenBatch& batch,
                                    std::optional<std::uint64_t> after);
  [[nodiscard]] Result<> rows_open(const Category& in, const OpenBatch& batch);
  [[nodiscard]] Result<> nothing_lost(Category& in, const OpenBatch& batch, std::uint64_t after);
  [[nodiscard]] Result<Applied> place(Category& in, Arrival arrival, Spot spot,
                                      const Admitter& admit, WallMs now);
  [[nodiscard]] Result<> move_on(Category& in, const OpenBatch& batch);
  [[nodiscard]] Result<Runs*> runs(Category& in);
  [[nodiscard]] Result<Applied> set_aside(Category& in, const Arrival& arrival, SideKind kind,
                                          Errc reason);
  [[nodiscard]] Result<Applied> keep_aside(Category& in, const Arrival& arrival, SideKind kind,
                                           Errc reason);
  [[nodiscard]] Result<Applied> forked(Category& in, const Arrival& arrival);
  struct Waits {
    SideKind kind = SideKind::held;
    Errc reason = Errc::held;
  };
  [[nodiscard]] static std::optional<Waits> still_aside(const Arrival& arrival,
                                                        const Admitter& admit);
  [[nodiscard]] Result<std::optional<Applied>> retry_next(Category& in, const AuthorId& author,
                                                          const Admitter& admit, WallMs now);
  struct TakenBack {
    std::vector<ItemId> items;
    std::vector<BatchSeq> gone;
  };
  [[nodiscard]] Result<TakenBack> take_above(Category& in, const AuthorId& author,
                                             const VectorEntry& cut, SideKind kind, Errc reason);
  [[nodiscard]] Result<std::vector<ItemId>> refold_all(Category& in, TakenBack taken);
  [[nodiscard]] Result<> side_to_fork(Category& in, const AuthorId& author);
  [[nodiscard]] Result<> forget_certificates(const AuthorId& author);
  [[nodiscard]] static bool is_false(const Category& in, const OpenBatch& named, Errc why);
  [[nodiscard]] bool named_by_cut(const Arrival& arrival, const Admitter& admit) const;
  [[nodiscard]] Result<Applied> contradicted(Category& in, Arrival arrival,
                                             const Result<Spot>& spot, const Admitter& admit,
                                             WallMs now);
  [[nodiscard]] Result<> drop_side(Category& in, const AuthorId& author);
  [[nodiscard]] Result<bool> refold(Category& in, const ItemId& item,
                                    std::span<const BatchSeq> gone);

  [[nodiscard]] Result<ItemView> view(const Category& in, const ItemId& item,
                                      const std::optional<ItemState>& state, WallMs now);
  [[nodiscard]] Result<FieldView> field_view(const Category& in, const FieldState& field);
  [[nodiscard]] Result<FieldView> read_field(const Category& in, const FieldState& field);
  using Losers = std::optional<std::vector<FieldState>>;  // of one item, read when it is asked for
  [[nodiscard]] Result<std::optional<FieldState>> shown(const Category& in, const ItemId& item,
                                                        const ItemState& state,
                                                        const FieldState& field, WallMs now,
                                                        Losers& lost);

  void doubt(const Category& in);
  [[nodiscard]] Errc doubted(const Category& in);
  [[nodiscard]] bool marked(CategoryHandle category) const;
  void begin_walk();
  [[nodiscard]] bool turn_to_doubts();
  void start_category();
  void next_category();
  void next_table(const Category& in, RowSlice& out);
  void aside_known(const Category& in, RowSlice& out);
  void tell(RowFault fault, RowSlice& out);
  [[nodiscard]] Result<> check_slice(const CategoryId& category, Category& in, RowSlice& out);
  [[nodiscard]] Result<> count_slice(Category& in, RowSlice& out);
  [[nodiscard]] Result<> judge(Category& in, RowSlice& out);
  void begin_mending(Category& in);
  [[nodiscard]] Result<> sweep(Category& in, RowSlice& out);
  [[nodiscard]] Result<> begin_chains(Category& in, RowSlice& out);
  [[nodiscard]] Result<> mend_aside(Category& in, RowSlice& out);
  [[nodiscard]] Result<> drop_broken(Category& in, const AuthorId& author);
  [[nodiscard]] VectorEntry waits_behind(const Category& in, const AuthorId& author) const;
  [[nodiscard]] bool waits_rightly(const Category& in, const AuthorId& author,
                                   const SideBatch& aside, bool holes) const;
  [[nodiscard]] Result<> mend_chains(Category& in, RowSlice& out);
  [[nodiscard]] bool fits(const Category& in, const AuthorId& author,
                          const StoredBatch& stored) const;
  [[nodiscard]] Result<bool> link(Category& in, const AuthorId& author, const BatchMeta& next);
  [[nodiscard]] Result<bool> end_chain(Category& in, const AuthorId& author);
  [[nodiscard]] Result<> mend_items(Category& in, RowSlice& out);
  [[nodiscard]] Result<> mend_batches(Category& in, RowSlice& out);
  [[nodiscard]] Result<bool> proven(const Category& in, const ItemId& item, const FieldState& op);
  [[nodiscard]] Result<std::size_t> mend_item(Category& in, const ItemId& item, RowSlice& out);
  [[nodiscard]] Result<> index_again(Category& in, const OpenBatch& batch, BatchSeq seq,
                                     RowSlice& out);
  [[nodiscard]] Result<> take_counts(Category& in);

  SyncStore* store_;
  const KeySource* keys_;
  Self self_;
  AuthorId author_;
  Hlc clock_;
  BatchSeq newest_;
  bool fresh_ = false;  // a new incarnation has nothing to be rolled back
  std::map<CategoryId, Category> categories_;
  CertBook book_;
  std::optional<BatchSigner> signer_;
  BatchCache cache_;
  std::optional<RowWalk> walk_;
  bool walked_ = false;                 // in this run
  std::set<CategoryHandle> doubts_;     // something damaged was read there
  std::set<CategoryHandle> mended_;     // in this run: not again and again
  std::set<CategoryHandle> uncounted_;  // what waits aside there is from before this run
};

}  // namespace troth::sync
