#include "shell/os/clock.hpp"

#include <ctime>

#include "base/assert.hpp"

namespace troth::shell {

namespace {
std::uint64_t read_ms(clockid_t clock) {
  timespec now{};
  TROTH_ASSERT(clock_gettime(clock, &now) == 0);
  // A clock before 1970 counts as 1970: the engine then reports a wrong clock in words.
  if (now.tv_sec < 0) return 0;
  return static_cast<std::uint64_t>(now.tv_sec) * 1000 +
         static_cast<std::uint64_t>(now.tv_nsec) / 1'000'000;
}
}  // namespace

WallMs wall_now() { return {read_ms(CLOCK_REALTIME)}; }
MonoMs mono_now() { return {read_ms(CLOCK_BOOTTIME)}; }
Now os_now() { return {wall_now(), mono_now()}; }

}  // namespace troth::shell
