#include "shell/texts/durations.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>

#include "base/limits.hpp"

namespace troth::shell {

namespace {

struct Unit {
  std::string_view letter;
  std::uint64_t ms;
  std::string_view word;
};
constexpr std::array kUnits{Unit{"y", 365 * limits::kDay, "year"}, Unit{"d", limits::kDay, "day"},
                            Unit{"h", limits::kHour, "hour"}, Unit{"m", limits::kMinute, "minute"},
                            Unit{"s", limits::kSecond, "second"}};
constexpr std::uint64_t kLongestMs = 1000 * 365 * limits::kDay;

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> timed(std::string_view text) {
  for (const auto& unit : kUnits) {
    if (!text.ends_with(unit.letter)) continue;
    const auto count = number(text.substr(0, text.size() - 1));
    if (!count || *count == 0 || *count > kLongestMs / unit.ms) return std::nullopt;
    return *count * unit.ms;
  }
  return std::nullopt;
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  if (text == "once") return Duration{DurationKind::once, 0};
  if (text == "always") return Duration{DurationKind::always, 0};
  const auto ms = timed(text);
  if (!ms) return fail(Errc::usage);
  return Duration{DurationKind::timed, *ms};
}

Result<std::uint64_t> parse_span(std::string_view text) {
  if (text.ends_with("ms")) {
    const auto ms = number(text.substr(0, text.size() - 2));
    if (ms) return *ms;
  }
  const auto ms = timed(text);
  if (!ms) return fail(Errc::usage);
  return *ms;
}

Result<std::uint64_t> parse_moment(std::string_view text, WallMs now) {
  if (const auto ms = number(text)) return *ms;
  if (const auto ago = timed(text)) return now.ms > *ago ? now.ms - *ago : 0;
  tm parts{};
  const std::string copy(text);
  for (const char* format : {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d"}) {
    parts = {};
    const char* end = ::strptime(copy.c_str(), format, &parts);
    if (end == nullptr || (*end != '\0' && std::string_view(end) != "Z")) continue;
    const auto seconds = ::timegm(&parts);
    if (seconds >= 0) return static_cast<std::uint64_t>(seconds) * 1000;
  }
  return fail(Errc::usage);
}

std::string span_words(std::uint64_t ms) {
  for (const auto& unit : kUnits) {
    if (ms < unit.ms) continue;
    const auto count = ms / unit.ms;
    return std::to_string(count) + " " + std::string(unit.word) + (count == 1 ? "" : "s");
  }
  return "less than a second";
}

std::string moment_words(std::uint64_t wall_ms) {
  const auto seconds = static_cast<std::time_t>(wall_ms / 1000);
  tm parts{};
  char text[48];
  if (::gmtime_r(&seconds, &parts) == nullptr) return "an unknown time";
  const auto size = std::strftime(text, sizeof text, "%d %b %Y %H:%M UTC", &parts);
  return std::string(text, size).substr(text[0] == '0' ? 1 : 0);
}

std::string bytes_words(std::uint64_t bytes) {
  static constexpr std::array<const char*, 5> kNames{"bytes", "KB", "MB", "GB", "TB"};
  if (bytes < 1000) return std::to_string(bytes) + (bytes == 1 ? " byte" : " bytes");
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < kNames.size()) {
    value /= 1000;
    ++unit;
  }
  char text[32];
  std::snprintf(text, sizeof text, value < 9.95 ? "%.1f %s" : "%.0f %s", value, kNames[unit]);
  return text;
}

}  // namespace troth::shell
