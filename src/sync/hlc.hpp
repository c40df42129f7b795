// Hybrid logical clock: 48 bits of milliseconds and a 16-bit counter (spec 07 §2). It orders values
// and is shown to people; it never identifies an op.
#pragma once

#include <algorithm>
#include <compare>

#include "base/limits.hpp"
#include "troth/types.hpp"

namespace troth::sync {

struct Hlc {
  std::uint64_t value = 0;

  [[nodiscard]] static constexpr Hlc at(WallMs wall, std::uint16_t counter = 0) {
    return {(wall.ms << 16) | counter};
  }
  [[nodiscard]] constexpr WallMs wall() const { return {value >> 16}; }
  [[nodiscard]] constexpr std::uint16_t counter() const {
    return static_cast<std::uint16_t>(value & 0xffff);
  }
  // The clock of an own write. Cannot fail: when the wall clock stands still or went back, the
  // counter advances and carries into the milliseconds.
  [[nodiscard]] static constexpr Hlc next(Hlc last, WallMs corrected_now) {
    return {std::max(last.value + 1, at(corrected_now).value)};
  }
  friend constexpr auto operator<=>(const Hlc&, const Hlc&) = default;
};

// False while an op comes from more than five minutes ahead: it counts, but its display waits.
[[nodiscard]] constexpr bool visible(Hlc hlc, WallMs corrected_now) {
  return hlc.wall().ms <= corrected_now.ms + limits::kClockSkewMs;
}
// What our clock becomes when we see a peer's: a clock that is far ahead does not drag ours.
[[nodiscard]] constexpr Hlc observe(Hlc last, Hlc seen, WallMs corrected_now) {
  return visible(seen, corrected_now) ? std::max(last, seen) : last;
}

}  // namespace troth::sync
