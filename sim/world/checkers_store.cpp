// Checkers of what stands on a device's disk.
#include "sim/world/checkers.hpp"

namespace troth::sim {

// The rows of sync change with every edit, merge, cut and withdrawal; their sums follow each change
// without reading them. A device whose disk does not answer is looked at when it is up again.
void Checkers::sums() {
  static constexpr const char* kTables[sync::kRowTables] = {"drafts", "batches aside", "batches",
                                                            "items", "what lost"};
  for (auto* device : up_members()) {
    auto& core = device->core();
    if (core.fatal()) continue;
    const auto wrong = core.sync_store_->wrong_sums();
    if (!wrong) continue;
    std::string what = device->name + " keeps wrong sums of";
    for (const auto table : *wrong)
      what += std::string(" ") + kTables[static_cast<std::size_t>(table)];
    require(wrong->empty(), Check::sums_right, what);
  }
}

}  // namespace troth::sim
