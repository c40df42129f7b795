// Batches in place, and those set aside.
#include <algorithm>

#include "store/sync_store.hpp"

namespace troth::store {

using sync::CategoryHandle;
using sync::RowTable;

namespace {

constexpr std::size_t kMailboxAt = 3;  // in the clear header (spec 07 §6)

// A batch is told from every other by its place and by its header, whose salt is its own.
struct BatchColumns {
  std::uint64_t writer;
  std::uint64_t first;
  std::uint64_t last;
  ByteView prev;
  ByteView chain;
  std::uint64_t size;
  ByteView head;  // or more
};
void batch_place(RowBytes& row, const BatchColumns& batch) {
  row.number(batch.first).number(batch.last).bytes(batch.prev).bytes(batch.chain);
}
void batch_head(RowBytes& row, const BatchColumns& batch) {
  row.number(batch.size).bytes(batch.head.first(std::min(batch.head.size(), kBatchHead)));
}
void batch_row(RowBytes& row, CategoryHandle category, std::uint64_t seq,
               const BatchColumns& batch) {
  row.begin(RowTable::batch, category).number(seq).end_key().number(batch.writer);
  batch_place(row, batch);
  batch_head(row, batch);
}

struct SideColumns {
  std::uint64_t kind;
  std::uint64_t reason;
  ByteView device;
};
void side_row(RowBytes& row, CategoryHandle category, std::uint64_t id, const BatchColumns& batch,
              const SideColumns& side) {
  row.begin(RowTable::side, category).number(id).end_key().number(batch.writer);
  row.number(side.kind).number(side.reason);
  batch_place(row, batch);
  row.bytes(side.device);
  batch_head(row, batch);
}

}  // namespace

// Columns: seq, writer, first, last, prev, chain, length.
RowBytes& SyncStore::read_batch_row(CategoryHandle category, const Query& row, ByteView head) {
  batch_row(row_, category, row.u64(0),
            {row.u64(1), row.u64(2), row.u64(3), row.blob(4), row.blob(5), row.u64(6), head});
  return row_;
}

// Columns: id, writer, first, last, prev, chain, length, another, kind, reason, device.
RowBytes& SyncStore::read_side_row(CategoryHandle category, const Query& row, ByteView head) {
  side_row(row_, category, row.u64(0),
           {row.u64(1), row.u64(2), row.u64(3), row.blob(4), row.blob(5), row.u64(6), head},
           {row.u64(8), row.u64(9), row.blob(10)});
  return row_;
}

Result<sync::BatchSeq> SyncStore::add_batch(CategoryHandle category, const sync::BatchMeta& meta,
                                            ByteView sealed) {
  TROTH_TRY(const auto writer, codec_.writer(meta.author));
  TROTH_TRY(Query query, db_->prepare("INSERT INTO batch (cat, writer, first, last, prev, chain, "
                                      "sealed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"));
  query.bind(1, std::uint64_t{category.value}).bind(2, writer).bind(3, meta.first);
  query.bind(4, meta.last).bind(5, meta.prev).bind(6, meta.chain).bind_borrowed(7, sealed);
  TROTH_CHECK(query.run());
  const sync::BatchSeq seq{db_->last_rowid()};
  batch_row(
      row_, category, seq.value,
      {writer, meta.first, meta.last, meta.prev.view(), meta.chain.view(), sealed.size(), sealed});
  sum_row(category, row_, true);
  return seq;
}

Result<sync::StoredBatch> SyncStore::read_batch(const Query& row) const {
  sync::StoredBatch out;
  out.seq.value = row.u64(0);
  TROTH_TRY(out.meta.author, codec_.author(row.u64(1)));
  out.meta.first = row.u64(2);
  out.meta.last = row.u64(3);
  TROTH_TRY(out.meta.prev, row.id<ChainHash>(4));
  TROTH_TRY(out.meta.chain, row.id<ChainHash>(5));
  out.sealed = to_bytes(row.blob(6));
  // A number that no writer writes reads as 0, and nothing may be concluded from that.
  if (const auto wrong = db_->poisoned()) return fail(*wrong);
  return out;
}

Result<sync::StoredBatch> SyncStore::batch(CategoryHandle category, sync::BatchSeq seq) {
  TROTH_TRY(Query query, db_->prepare("SELECT seq, writer, first, last, prev, chain, sealed FROM "
                                      "batch WHERE seq = ?1 AND cat = ?2"));
  query.bind(1, seq.value).bind(2, std::uint64_t{category.value});
  TROTH_TRY(const bool has, query.step());
  if (!has) return fail(Errc::not_found);
  return read_batch(query);
}

Result<std::optional<sync::StoredBatch>> SyncStore::batch_after(CategoryHandle category,
                                                                const AuthorId& author,
                                                                std::uint64_t counter) {
  const auto writer = codec_.writer_of(author);
  if (!writer) return std::optional<sync::StoredBatch>{};
  TROTH_TRY(Query query,
            db_->prepare("SELECT seq, writer, first, last, prev, chain, sealed FROM batch WHERE "
                         "cat = ?1 AND writer = ?2 AND last > ?3 ORDER BY last LIMIT 1"));
  query.bind(1, std::uint64_t{category.value}).bind(2, *writer).bind(3, counter);
  TROTH_TRY(const bool has, query.step());
  if (!has) return std::optional<sync::StoredBatch>{};
  TROTH_TRY(auto out, read_batch(query));
  return std::optional<sync::StoredBatch>(std::move(out));
}

Result<std::optional<sync::StoredBatch>> SyncStore::batch_since(CategoryHandle category,
                                                                sync::BatchSeq after) {
  TROTH_TRY(Query query,
            db_->prepare("SELECT seq, writer, first, last, prev, chain, sealed FROM batch INDEXED "
                         "BY batch_category WHERE cat = ?1 AND seq > ?2 ORDER BY seq LIMIT 1"));
  TROTH_TRY(const bool has,
            query.bind(1, std::uint64_t{category.value}).bind(2, after.value).step());
  if (!has) return std::optional<sync::StoredBatch>{};
  TROTH_TRY(auto out, read_batch(query));
  return std::optional<sync::StoredBatch>(std::move(out));
}

Result<> SyncStore::each_place(CategoryHandle category,
                               const std::function<void(const sync::BatchPlace&)>& visit) {
  // The mailbox stands in the clear header, so only the beginning of a row is read.
  TROTH_TRY(Query query,
            db_->prepare("SELECT writer, first, last, chain, seq FROM batch WHERE cat = ?1 "
                         "ORDER BY writer, last"));
  query.bind(1, std::uint64_t{category.value});
  BlobHeads heads(*db_, "batch", "sealed");
  return query.each([&]() -> Result<> {
    std::array<std::uint8_t, kMailboxAt + sync::MailboxId::kSize> buffer{};
    TROTH_TRY(const auto head, heads.read(query.raw(4), buffer));
    if (head.size() < buffer.size()) return fail(Errc::damaged);
    sync::BatchPlace place;
    TROTH_TRY(place.author, codec_.author(query.u64(0)));
    place.first = query.u64(1);
    place.last = query.u64(2);
    TROTH_TRY(place.chain, query.id<ChainHash>(3));
    TROTH_TRY(place.mailbox, id_from<sync::MailboxId>(head.subspan(kMailboxAt)));
    visit(place);
    return {};
  });
}

Result<> SyncStore::remove_batch(sync::BatchSeq seq) {
  {
    TROTH_TRY(Query query,
              db_->prepare("SELECT seq, writer, first, last, prev, chain, length(sealed), cat "
                           "FROM batch WHERE seq = ?1"));
    TROTH_TRY(const bool has, query.bind(1, seq.value).step());
    if (!has) return {};
    const CategoryHandle category{static_cast<std::uint32_t>(query.u64(7))};
    BlobHeads heads(*db_, "batch", "sealed");
    std::array<std::uint8_t, kBatchHead> buffer{};
    TROTH_TRY(const auto head, heads.read(query.raw(0), buffer));
    sum_row(category, read_batch_row(category, query, head), false);
  }
  TROTH_TRY(Query query, db_->prepare("DELETE FROM batch WHERE seq = ?1"));
  return query.bind(1, seq.value).run();
}

Result<sync::BatchSeq> SyncStore::newest_batch() {
  // Anybody may write anything there; too low a number does no harm.
  TROTH_TRY(Query query, db_->prepare("SELECT max(0, coalesce(CAST(seq AS INTEGER), 0)) FROM "
                                      "sqlite_sequence WHERE name = 'batch'"));
  TROTH_TRY(const bool has, query.step());
  return sync::BatchSeq{has ? query.u64(0) : 0};
}

Result<> SyncStore::add_side(CategoryHandle category, const sync::SideBatch& batch) {
  TROTH_TRY(const auto writer, codec_.writer(batch.meta.author));
  TROTH_TRY(Query query,
            db_->prepare("INSERT INTO side (cat, writer, kind, reason, first, last, prev, chain, "
                         "device, sealed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"));
  query.bind(1, std::uint64_t{category.value}).bind(2, writer);
  query.bind(3, static_cast<std::uint64_t>(batch.kind));
  query.bind(4, static_cast<std::uint64_t>(batch.reason));
  query.bind(5, batch.meta.first).bind(6, batch.meta.last).bind(7, batch.meta.prev);
  query.bind(8, batch.meta.chain).bind(9, batch.device).bind_borrowed(10, batch.sealed);
  TROTH_CHECK(query.run());
  side_row(row_, category, db_->last_rowid(),
           {writer, batch.meta.first, batch.meta.last, batch.meta.prev.view(),
            batch.meta.chain.view(), batch.sealed.size(), batch.sealed},
           {static_cast<std::uint64_t>(batch.kind), static_cast<std::uint64_t>(batch.reason),
            batch.device.view()});
  sum_row(category, row_, true);
  return {};
}

Result<sync::SideBatch> SyncStore::read_side(const Query& row, bool with_bytes) const {
  sync::SideBatch out;
  out.id = row.u64(0);
  TROTH_TRY(out.meta.author, codec_.author(row.u64(1)));
  const auto kind = row.u64(2);
  if (kind < 1 || kind > 3) return fail(Errc::damaged);
  out.kind = static_cast<sync::SideKind>(kind);
  out.reason = static_cast<Errc>(row.u64(3));
  out.meta.first = row.u64(4);
  out.meta.last = row.u64(5);
  TROTH_TRY(out.meta.prev, row.id<ChainHash>(6));
  TROTH_TRY(out.meta.chain, row.id<ChainHash>(7));
  TROTH_TRY(out.device, row.id<DeviceId>(8));
  if (with_bytes) out.sealed = to_bytes(row.blob(9));
  if (const auto wrong = db_->poisoned()) return fail(*wrong);
  return out;
}

Result<std::vector<sync::SideBatch>> SyncStore::side(CategoryHandle category, sync::SideKind kind,
                                                     std::size_t limit) {
  std::vector<sync::SideBatch> out;
  TROTH_TRY(Query query,
            db_->prepare("SELECT id, writer, kind, reason, first, last, prev, chain, device FROM "
                         "side WHERE cat = ?1 AND kind = ?2 ORDER BY writer, last, id LIMIT ?3"));
  query.bind(1, std::uint64_t{category.value}).bind(2, static_cast<std::uint64_t>(kind));
  query.bind(3, std::uint64_t{limit});
  TROTH_CHECK(query.each([&]() -> Result<> {
    TROTH_TRY(auto batch, read_side(query, false));
    out.push_back(std::move(batch));
    return {};
  }));
  return out;
}

Result<std::optional<sync::SideBatch>> SyncStore::side_after(CategoryHandle category,
                                                             const AuthorId& author,
                                                             std::uint64_t counter) {
  const auto writer = codec_.writer_of(author);
  if (!writer) return std::optional<sync::SideBatch>{};
  TROTH_TRY(
      Query query,
      db_->prepare("SELECT id, writer, kind, reason, first, last, prev, chain, device, sealed "
                   "FROM side WHERE cat = ?1 AND writer = ?2 AND last > ?3 AND kind < 3 "
                   "ORDER BY last LIMIT 1"));
  query.bind(1, std::uint64_t{category.value}).bind(2, *writer).bind(3, counter);
  TROTH_TRY(const bool has, query.step());
  if (!has) return std::optional<sync::SideBatch>{};
  TROTH_TRY(auto out, read_side(query, true));
  return std::optional<sync::SideBatch>(std::move(out));
}

Result<sync::SideBatch> SyncStore::side_batch(CategoryHandle category, std::uint64_t id) {
  TROTH_TRY(
      Query query,
      db_->prepare("SELECT id, writer, kind, reason, first, last, prev, chain, device, sealed "
                   "FROM side WHERE id = ?1 AND cat = ?2"));
  query.bind(1, id).bind(2, std::uint64_t{category.value});
  TROTH_TRY(const bool has, query.step());
  if (!has) return fail(Errc::not_found);
  return read_side(query, true);
}

Result<> SyncStore::remove_side(std::uint64_t id) {
  {
    TROTH_TRY(
        Query query,
        db_->prepare("SELECT id, writer, first, last, prev, chain, length(sealed), cat, kind, "
                     "reason, device FROM side WHERE id = ?1"));
    TROTH_TRY(const bool has, query.bind(1, id).step());
    if (!has) return {};
    const CategoryHandle category{static_cast<std::uint32_t>(query.u64(7))};
    BlobHeads heads(*db_, "side", "sealed");
    std::array<std::uint8_t, kBatchHead> buffer{};
    TROTH_TRY(const auto head, heads.read(query.raw(0), buffer));
    sum_row(category, read_side_row(category, query, head), false);
  }
  TROTH_TRY(Query query, db_->prepare("DELETE FROM side WHERE id = ?1"));
  return query.bind(1, id).run();
}

Result<sync::SideCount> SyncStore::count_side(CategoryHandle category, sync::SideKind kind) {
  TROTH_TRY(
      Query query,
      db_->prepare("SELECT count(*), coalesce(sum(min(max(last - first + 1, 0), ?3)), 0), "
                   "coalesce(sum(length(sealed)), 0) FROM side WHERE cat = ?1 AND kind = ?2"));
  query.bind(1, std::uint64_t{category.value}).bind(2, static_cast<std::uint64_t>(kind));
  query.bind(3, std::uint64_t{limits::kOpsPerBatch});  // whatever a hand wrote, sums stay in bounds
  TROTH_TRY(const bool has, query.step());
  if (!has) return fail(Errc::damaged);
  return sync::SideCount{query.u64(0), query.u64(1), query.u64(2)};
}

}  // namespace troth::store
