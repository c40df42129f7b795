// Pauses: local state of this device, never consent (design 9). Kept across restarts; ends by
// itself.
#pragma once

#include "device/core.hpp"

namespace troth::device {

struct PauseRecord {
  std::optional<CategoryId> category;
  std::optional<DeviceId> device;
  std::uint64_t until_ms = 0;  // 0 = until resumed
  using Fields =
      wire::FieldList<wire::Field<1, &PauseRecord::category>, wire::Field<2, &PauseRecord::device>,
                      wire::Field<3, &PauseRecord::until_ms>>;
};
struct PauseList {
  std::vector<PauseRecord> pauses;
  using Fields = wire::FieldList<wire::Field<1, &PauseList::pauses, limits::kPauses>>;
};

class Pauses {
 public:
  explicit Pauses(Core& core) : core_(core) {}
  Result<> load();
  Result<> add(const Pause& pause);
  bool remove(const Resume& resume);  // of nothing in particular: all; false: nothing was there
  [[nodiscard]] bool tick();          // true: one ended by itself
  // Null: not asked about.
  [[nodiscard]] bool paused(const CategoryId* category, const DeviceId* device) const;
  [[nodiscard]] bool any() const;
  [[nodiscard]] std::optional<WallMs> next_end() const;

 private:
  void save();
  Core& core_;
  PauseList list_;
};

}  // namespace troth::device
