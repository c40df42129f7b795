#include "consent/expiry.hpp"

#include <algorithm>

#include "base/limits.hpp"

namespace troth::consent {
namespace {

// Wall plus offset without wrapping at either end.
std::uint64_t corrected(WallMs wall, std::int64_t offset) {
  if (offset < 0) {
    const auto back = static_cast<std::uint64_t>(-(offset + 1)) + 1;
    return wall.ms > back ? wall.ms - back : 0;
  }
  const auto ahead = static_cast<std::uint64_t>(offset);
  return wall.ms > ~std::uint64_t{0} - ahead ? ~std::uint64_t{0} : wall.ms + ahead;
}

constexpr std::uint64_t kTurnMs = 2 * limits::kSecond;

std::uint64_t turn(const circle::CircleView& view, const DeviceId& self) {
  const auto live = view.live_devices();
  const auto at = std::find(live.begin(), live.end(), self);
  return static_cast<std::uint64_t>(at - live.begin()) * kTurnMs;
}

}  // namespace

WallMs expiry_time(const ClockState& clock) {
  const auto skew = limits::kClockSkewMs;
  const auto seen = clock.newest_hlc.ms > skew ? clock.newest_hlc.ms - skew : 0;
  return WallMs{std::max({clock.wall.ms, corrected_time(clock).ms, clock.last_persisted.ms, seen})};
}

WallMs corrected_time(const ClockState& clock) {
  return WallMs{corrected(clock.wall, clock.offset.value_or(0))};
}

WallMs persisted_time(const ClockState& clock) {
  if (!clock.offset || clock_agrees(clock)) return expiry_time(clock);
  return std::max(clock.last_persisted, std::min(clock.wall, corrected_time(clock)));
}

bool clock_agrees(const ClockState& clock) {
  const auto skew = static_cast<std::int64_t>(limits::kClockSkewMs);
  return clock.offset && *clock.offset <= skew && *clock.offset >= -skew;
}

DueExpiries due_expiries(const circle::CircleView& view, const DeviceId& self,
                         const ClockState& clock) {
  DueExpiries out;
  const auto now = corrected_time(clock);
  for (const auto& [ref, grant] : view.grants()) {
    if (!grant.active() || !grant.terms.until || *grant.terms.until > now) continue;
    if (out.grants.size() == limits::kGrantsPerExpire) break;
    out.grants.push_back(ref);
    if (grant.sends) out.cuts_for.emplace_back(grant.terms.subject, grant.terms.category);
  }
  std::sort(out.cuts_for.begin(), out.cuts_for.end());
  out.cuts_for.erase(std::unique(out.cuts_for.begin(), out.cuts_for.end()), out.cuts_for.end());
  out.may_write = !out.grants.empty() && clock_agrees(clock) && view.live(self);
  out.delay_ms = out.may_write ? turn(view, self) : 0;
  return out;
}

std::optional<WallMs> next_end(const circle::CircleView& view, WallMs now) {
  std::optional<WallMs> out;
  for (const auto& [ref, grant] : view.grants()) {
    if (!grant.active() || !grant.terms.until || *grant.terms.until <= now) continue;
    if (!out || *grant.terms.until < *out) out = grant.terms.until;
  }
  return out;
}

}  // namespace troth::consent
