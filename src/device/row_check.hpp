// RowCheck: after opening the rows of sync are counted in the background, slice by slice, and what
// is wrong is told and put right (spec 11 §6.1).
#pragma once

#include "device/core.hpp"

namespace troth::device {

class RowCheck {
 public:
  explicit RowCheck(Core& core) : core_(core), due_(core.now_.mono.ms + limits::kCheckAfterMs) {}
  void tick();
  [[nodiscard]] std::optional<MonoMs> deadline() const;

 private:
  void tell(const sync::RowSlice& slice);
  Core& core_;
  MonoMs due_;
};

}  // namespace troth::device
