// Ends of consent by time (spec 06 §4): which clock counts, what is due, who may say so.
#pragma once

#include <optional>
#include <vector>

#include "circle/view.hpp"

namespace troth::consent {

struct ClockState {
  WallMs wall;                         // what the platform says
  std::optional<std::int64_t> offset;  // peers' time minus ours in ms, when a peer told
  WallMs last_persisted;               // the highest that this device ever acted on
  WallMs newest_hlc;                   // of the replica's clock, which far-ahead ops do not drag
};
// max(wall, corrected, last persisted, newest accepted HLC - 5 min): setting the clock back does
// not make consent last longer. It ends grants on this device and nothing else.
[[nodiscard]] WallMs expiry_time(const ClockState& clock);
// What to persist as last_persisted after acting. Where this clock and a peer's contradict each
// other only the earlier is remembered, because nobody knows which is wrong: one wrong jump ahead,
// here or there, must not end every consent for good.
[[nodiscard]] WallMs persisted_time(const ClockState& clock);
// Wall plus offset, or wall: what an `expire` entry says in `at`, and what it is judged by.
[[nodiscard]] WallMs corrected_time(const ClockState& clock);
// Its clock agrees within 5 min with a peer: only then may a device write `expire`.
[[nodiscard]] bool clock_agrees(const ClockState& clock);

// What has ended by corrected_time. By expiry_time alone a grant is paused here and not named: that
// time may come from somebody else's clock.
struct DueExpiries {
  std::vector<circle::GrantRef> grants;  // at most limits::kGrantsPerExpire
  // Devices and categories that lose `send`: the entry carries cuts for each, as a removal does.
  std::vector<std::pair<DeviceId, CategoryId>> cuts_for;
  bool may_write = false;      // false: act as if ended here, and tell nobody
  std::uint64_t delay_ms = 0;  // rank among live devices times two seconds
};
[[nodiscard]] DueExpiries due_expiries(const circle::CircleView& view, const DeviceId& self,
                                       const ClockState& clock);

// When to ask again: the next end of any active grant. Nothing: none has an end to come.
[[nodiscard]] std::optional<WallMs> next_end(const circle::CircleView& view, WallMs now);

}  // namespace troth::consent
