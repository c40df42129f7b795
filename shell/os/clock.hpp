// The clocks of the operating system: the only place of the product that reads them.
#pragma once

#include "troth/types.hpp"

namespace troth::shell {

[[nodiscard]] WallMs wall_now();
[[nodiscard]] MonoMs mono_now();  // CLOCK_BOOTTIME: sleep counts, so that timeouts end after a nap
[[nodiscard]] Now os_now();

}  // namespace troth::shell
