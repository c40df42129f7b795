// What a person who reads a violation wants to know next.
#pragma once

#include "sim/world/device.hpp"

namespace troth::sim {

// What ended, under which key the batch was sealed, by whom.
[[nodiscard]] std::string describe(const device::Core& core, const circle::EndInfo& end,
                                   const sync::OpenBatch& batch);
// What two devices hold differently of a category, and what waits aside on either.
[[nodiscard]] std::string differences(SimDevice& a, SimDevice& b, const CategoryId& category);
// Why a note may be gone: what ended, under whom the device writes, what it put aside.
[[nodiscard]] std::string stands(SimDevice& device, const CategoryId& category);
[[nodiscard]] std::string fork_of(const device::Core& core);
[[nodiscard]] std::string log_differences(SimDevice& a, SimDevice& b);

}  // namespace troth::sim
