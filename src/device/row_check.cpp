#include "device/row_check.hpp"

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
  if (!core_.replica_ || core_.fatal() || !core_.replica_->check_due()) return std::nullopt;
  return due_;
}

void RowCheck::tick() {
  const auto at = deadline();
  if (!at || core_.now_.mono < *at) return;
  due_ = MonoMs{core_.now_.mono.ms + limits::kCheckGapMs};
  if (core_.replica_->check_writes()) core_.touch(store::Durability::normal);
  const auto slice = core_.replica_->check_rows();
  if (core_.good(slice)) tell(*slice);
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
  if (slice.ask_again) {
    // The others are asked once it is durable that this device holds less.
    core_.touch(store::Durability::full);
    core_.data_touched(slice.category);
    core_.fetch_anew_.insert(slice.category);
  }
  if (slice.own_lost) core_.be_new_author();
}

}  // namespace troth::device
