// What was set aside and waits for somebody to look at it (rules 10 and 19; spec 07 §7).
#include <algorithm>

#include "device/queries.hpp"

namespace troth::device {

namespace {

const char* reason_of(sync::SideKind kind) {
  return kind == sync::SideKind::fork ? "aside.fork" : "aside.parked";
}

std::vector<ItemInfo> items_of(const CategoryId& category, const DeviceId& device,
                               const std::vector<sync::SideOp>& ops) {
  std::map<ItemId, ItemInfo> items;
  for (const auto& op : ops) {
    auto& info = items.try_emplace(op.item, ItemInfo{category, op.item, {}, false, 0, device, {}})
                     .first->second;
    if (op.shape.field == sync::kAliveField) info.deleted = op.body == Bytes{sync::kDead};
    info.fields.push_back({op.shape.field, op.body});
    info.changed_ms = std::max(info.changed_ms, op.hlc.wall().ms);
  }
  std::vector<ItemInfo> out;
  for (auto& [item, info] : items) out.push_back(std::move(info));
  return out;
}

}  // namespace

Result<SetAsideInfo> Queries::set_aside(const CategoryId& category, const sync::SideBatch& batch,
                                        bool whole) const {
  SetAsideInfo info{batch.id, category, batch.device, reason_of(batch.kind), 0, 0, {}};
  info.changes = batch.meta.last - batch.meta.first + 1;
  const auto ops = core_.replica_->side_ops(category, batch.id);
  // Its key may be gone, or its row is not what was written: then nobody can read it, and the
  // others still can be. Nothing makes one anew that only shows a fork, so this ends no run.
  if (!ops && ops.error().code == Errc::damaged) core_.replica_->doubt(category);
  if (!ops && (ops.error().code == Errc::no_key || ops.error().code == Errc::damaged)) return info;
  TROTH_CHECK(ops);
  info.left = static_cast<std::uint64_t>(
      std::count_if(ops->begin(), ops->end(), [](const auto& op) { return !op.overtaken; }));
  if (whole) info.items = items_of(category, batch.device, *ops);
  return info;
}

// At most so many; with an id only that one, and what it says.
Result<std::vector<SetAsideInfo>> Queries::set_asides(const CategoryId& category, std::size_t limit,
                                                      std::optional<std::uint64_t> id) const {
  std::vector<SetAsideInfo> out;
  for (const auto kind : {sync::SideKind::parked, sync::SideKind::fork}) {
    const auto most = id ? limits::kHeldBatches : limit - out.size();
    TROTH_TRY(const auto batches,
              core_.watched(category, core_.replica_->side(category, kind, most)));
    for (const auto& batch : batches) {
      if (id && batch.id != *id) continue;
      TROTH_TRY(auto info, set_aside(category, batch, id.has_value()));
      out.push_back(std::move(info));
    }
  }
  return out;
}

Result<SetAsideQuery::Answer> Queries::answer(const SetAsideQuery& query) const {
  SetAsideQuery::Answer out;
  if (!core_.in_circle()) return out;
  for (const auto& [category, info] : core_.view().categories()) {
    if (!readable(category)) continue;
    TROTH_TRY(auto some, set_asides(category, limits::kReviewRows - out.size(), query.id));
    for (auto& one : some) out.push_back(std::move(one));
  }
  return out;
}

}  // namespace troth::device
