// Durations and times as people write and read them (cli.md "Names").
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "troth/result.hpp"
#include "troth/types.hpp"

namespace troth::shell {

enum class DurationKind : std::uint8_t { timed, once, always };
struct Duration {
  DurationKind kind = DurationKind::timed;
  std::uint64_t ms = 0;  // of timed
};
// 90s 15m 2h 30d 1y once always; usage else. A year is 365 days.
[[nodiscard]] Result<Duration> parse_duration(std::string_view text);
// A timed duration only, also bare milliseconds with "ms".
[[nodiscard]] Result<std::uint64_t> parse_span(std::string_view text);
// A moment: milliseconds since 1970, or "2026-11-24", or "2026-11-24T13:00" (UTC), or "2h" = 2 h
// ago.
[[nodiscard]] Result<std::uint64_t> parse_moment(std::string_view text, WallMs now);

[[nodiscard]] std::string span_words(std::uint64_t ms);         // "3 minutes", "2 days"
[[nodiscard]] std::string moment_words(std::uint64_t wall_ms);  // "24 Nov 2026 13:00 UTC"
[[nodiscard]] std::string bytes_words(std::uint64_t bytes);     // "1.2 MB"

}  // namespace troth::shell
