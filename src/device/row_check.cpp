#include "device/row_check.hpp"

#include "device/files.hpp"

namespace troth::device {
namespace {

std::string_view alert_of(sync::RowFault fault) {
  switch (fault) {
    case sync::RowFault::drafts:
      return "rows.drafts";
    case sync::RowFault::aside:
      return "rows.aside";
    case sync::RowFault::batches:
      return "rows.batches";
    case sync::RowFault::index:
      return "rows.index";
  }
  TROTH_UNREACHABLE();
}

}  // namespace

std::optional<MonoMs> RowCheck::deadline() const {
  // Is the database older than the keystore? That is asked before anything lasting is written.
  if (!core_.begun() || core_.fatal()) return std::nullopt;
  if (!core_.replica_ || !core_.replica_->check_due()) return std::nullopt;
  return core_.replica_->mending() ? rested_ : std::max(begin_, rested_);
}

void RowCheck::tick() {
  const auto at = deadline();
  if (!at || core_.now_.mono < *at) return;
  rested_ = MonoMs{core_.now_.mono.ms + limits::kCheckGapMs};
  if (core_.replica_->check_writes()) core_.touch(store::Durability::normal);
  const auto category = core_.replica_->looked_at();
  const auto slice = core_.replica_->check_rows();
  if (category ? core_.good_in(*category, slice) : core_.good(slice)) tell(*slice);
}

void RowCheck::tell(const sync::RowSlice& slice) {
  for (const auto fault : slice.faults) {
    core_.audit(audit::FactKind::anomaly, slice.category.view());
    core_.alert(alert_of(fault), core_.self_);
  }
  if (!slice.changed.empty()) {
    auto& back = core_.taken_back_[slice.category];
    back.insert(back.end(), slice.changed.begin(), slice.changed.end());
  }
  if (slice.mended) {
    // What waited goes on, and what came or was told meanwhile was not taken.
    core_.log_grew_ = core_.data_grew_ = true;
    files_.compare_anew(slice.category);
  }
  if (slice.retry) core_.log_grew_ = true;
  if (slice.ask_again || slice.mended) {
    // The others are asked once it is durable that this device holds less.
    core_.touch(store::Durability::full);
    core_.data_touched(slice.category);
    core_.fetch_anew_.insert(slice.category);
  }
  if (slice.own_lost) core_.be_new_author();
}

}  // namespace troth::device
