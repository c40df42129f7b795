// RowCheck: after opening the rows of sync are counted in the background, slice by slice, and what
// is wrong is told and put right (spec 11 §6.1). What is in doubt is put right at once.
#pragma once

#include "device/core.hpp"

namespace troth::device {

class Files;

class RowCheck {
 public:
  RowCheck(Core& core, Files& files)
      : core_(core), files_(files), begin_{core.now_.mono.ms + limits::kCheckAfterMs} {}
  void tick();
  [[nodiscard]] std::optional<MonoMs> deadline() const;

 private:
  void tell(const sync::RowSlice& slice);
  Core& core_;
  Files& files_;
  MonoMs begin_;
  MonoMs rested_{};
};

}  // namespace troth::device
