// How long a lookout waits for what; tests shorten it.
#pragma once

#include <cstdint>

namespace troth::shell {

struct LookoutTimes {
  std::uint64_t slice_ms = 2;
  std::uint64_t quiet_ms = 100;      // after the last sign of a change
  std::uint64_t closed_ms = 20;      // after a writer closed the file
  std::uint64_t longest_ms = 5'000;  // a file that is written all the time is told this often
  std::uint64_t rescan_ms = 60'000;  // where the kernel watches no more directories
  std::uint64_t retry_ms = 10'000;   // for a folder that is not there
};

}  // namespace troth::shell
