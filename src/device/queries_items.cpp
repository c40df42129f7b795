// Queries about items: what stands, what stood, and the proof of it.
#include <algorithm>

#include "device/queries.hpp"
#include "sync/batch.hpp"
#include "sync/inner.hpp"

namespace troth::device {

namespace {

// Of an item whose id is that of a path (spec 10 §2), and whose newest version is a file.
std::optional<FileFacts> file_facts(const CategoryId& category, const ItemId& item,
                                    std::string_view path, ByteView manifest) {
  if (path.empty() || files::item_of(category, path) != item) return std::nullopt;
  const auto read = files::read_manifest(manifest);
  if (!read || !read->manifest.file) return std::nullopt;
  constexpr std::uint64_t kMillisecond = 1'000'000;
  const auto& file = *read->manifest.file;
  return FileFacts{std::string(path), file.size, file.mtime_ns / kMillisecond, file.executable};
}

ByteView body_of(const std::vector<FieldValue>& fields, std::string_view name) {
  for (const auto& field : fields) {
    if (field.name == name) return field.value;
  }
  return {};
}

}  // namespace

ItemInfo Queries::item_info(const CategoryId& category, const sync::ItemView& view) const {
  ItemInfo info{category, view.item, {}, !view.alive, 0, {}, {}};
  for (const auto& field : view.fields) {
    info.fields.push_back({field.name, field.body});
    if (field.hlc.wall().ms < info.changed_ms) continue;
    info.changed_ms = field.hlc.wall().ms;
    info.changed_by = device_of(field.author);
  }
  info.file = file_facts(category, view.item, as_text(body_of(info.fields, files::kPathField)),
                         body_of(info.fields, files::kManifestField));
  return info;
}

Result<ItemQuery::Answer> Queries::answer(const ItemQuery& query) const {
  TROTH_CHECK(readable(query.category));
  TROTH_TRY(const auto view,
            core_.watched(query.category,
                          core_.replica_->get(query.category, query.item, core_.now_.wall)));
  if (!view.alive) return fail(Errc::unknown_item);
  return item_info(query.category, view);
}

Result<ListQuery::Answer> Queries::answer(const ListQuery& query) const {
  TROTH_CHECK(readable(query.category));
  const auto limit = std::min<std::size_t>(query.limit, limits::kListPage);
  TROTH_TRY(const auto views,
            core_.watched(query.category, core_.replica_->list(query.category, query.after, limit,
                                                               false, core_.now_.wall)));
  ListQuery::Answer out;
  for (const auto& view : views) out.push_back(item_info(query.category, view));
  return out;
}

Result<ChangesQuery::Answer> Queries::answer(const ChangesQuery& query) const {
  TROTH_CHECK(readable(query.category));
  TROTH_TRY(
      const auto changes,
      core_.watched(query.category, core_.replica_->changes(
                                        query.category, sync::BatchSeq{query.since}, query.limit)));
  ChangesQuery::Answer out;
  for (const auto& item : changes.items)
    out.push_back(
        {query.category, item, changes.cursor.value, core_.is_deleted(query.category, item)});
  return out;
}

Result<HistoryQuery::Answer> Queries::answer(const HistoryQuery& query) const {
  TROTH_CHECK(readable(query.category));
  TROTH_TRY(const auto changes,
            core_.watched(query.category, core_.replica_->history(query.category, query.item)));
  HistoryQuery::Answer out;
  std::string path;  // of a file it is in every version the same
  for (const auto& change : changes) {
    if (change.field.name == files::kPathField) path = as_text(change.field.body);
  }
  for (const auto& change : changes) {
    ItemInfo info{query.category,
                  query.item,
                  {},
                  false,
                  change.field.hlc.wall().ms,
                  device_of(change.field.author),
                  {}};
    if (change.field.name == files::kManifestField)
      info.file = file_facts(query.category, query.item, path, change.field.body);
    info.deleted =
        change.field.name == sync::kAliveField && change.field.body == Bytes{sync::kDead};
    info.fields.push_back({change.field.name, change.field.body});
    out.push_back(std::move(info));
  }
  return out;
}

namespace {
// It stands in the header of the stored batch alone: 0 when that is not held any more.
std::uint8_t suite_of(sync::Replica& replica, const CategoryId& category,
                      const sync::BatchCore& core) {
  sync::RangeCursor cursor{category, {{core.author, core.first - 1, core.first}}};
  const auto sealed = replica.next_batch(cursor);
  if (!sealed || !*sealed) return 0;
  const auto header = sync::parse_header(**sealed);
  return header ? header->suite : std::uint8_t{0};
}
}  // namespace

Result<InspectQuery::Answer> Queries::answer(const InspectQuery& query) const {
  TROTH_CHECK(readable(query.category));
  TROTH_TRY(const auto view,
            core_.watched(query.category,
                          core_.replica_->get(query.category, query.item, core_.now_.wall)));
  InspectQuery::Answer out;
  for (const auto& field : view.fields) {
    if (field.draft) continue;
    TROTH_TRY(const auto proof,
              core_.watched(query.category,
                            core_.replica_->prove_field(query.category, query.item, field.name)));
    InspectInfo info;
    info.category = query.category;
    info.field = field.name;
    info.author = device_of(field.author);
    const auto key = core_.sign_key(info.author);
    const auto proven = key ? sync::verify_op(proof, core_.log_->circle(), *key)
                            : Result<sync::ProvenOp>(fail(Errc::no_key));
    info.proof_ok = proven.has_value();
    if (proven) {
      info.epoch = proven->core.epoch;
      info.counter = proven->header.counter;
      info.suite = suite_of(*core_.replica_, query.category, proven->core);
      info.batch = to_bytes(sync::chain_hash(proof.core, sync::leaf_root(proof.leaves)).bytes);
    }
    out.push_back(std::move(info));
  }
  return out;
}

}  // namespace troth::device
