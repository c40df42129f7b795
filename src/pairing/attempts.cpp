#include "pairing/attempts.hpp"

#include <algorithm>
#include <array>

namespace troth::pairing {

namespace {

constexpr std::array<std::uint64_t, 5> kBackOffMs{0, 30 * limits::kSecond, 2 * limits::kMinute,
                                                  10 * limits::kMinute, limits::kHour};

std::size_t recent(const AttemptBook& book, WallMs now) {
  return static_cast<std::size_t>(
      std::count_if(book.void_codes_ms.begin(), book.void_codes_ms.end(),
                    [&](std::uint64_t at) { return at + limits::kHour > now.ms; }));
}

}  // namespace

AttemptVerdict may_show_code(const AttemptBook& book, WallMs now) {
  if (now.ms >= book.not_before_ms) return {true, Errc::internal, 0};
  const auto wait = std::min(book.not_before_ms - now.ms, limits::kLockoutMs);
  return {false, Errc::locked_out, wait};
}

AttemptBook with_clock(AttemptBook book, WallMs now) {
  if (book.not_before_ms <= now.ms + limits::kLockoutMs) return book;
  book.not_before_ms = now.ms + limits::kLockoutMs;
  std::erase_if(book.void_codes_ms, [&](std::uint64_t at) { return at > now.ms; });
  return book;
}

AttemptVerdict may_start_run(const AttemptBook& book) {
  if (book.runs < limits::kRunsPerCode) return {true, Errc::internal, 0};
  return {false, Errc::too_many_attempts, 0};
}

AttemptBook with_run(AttemptBook book) {
  ++book.runs;
  return book;
}

AttemptBook with_code_void(AttemptBook book, WallMs now) {
  book.runs = 0;
  std::erase_if(book.void_codes_ms, [&](std::uint64_t at) { return at + limits::kHour <= now.ms; });
  if (book.void_codes_ms.size() < 16) book.void_codes_ms.push_back(now.ms);
  const auto step = std::min<std::size_t>(book.streak, kBackOffMs.size() - 1);
  book.not_before_ms = now.ms + kBackOffMs[step];
  ++book.streak;
  if (is_lockout(book, now)) book.not_before_ms = now.ms + limits::kLockoutMs;
  return book;
}

AttemptBook with_code_done(AttemptBook book, bool paired) {
  book.runs = 0;
  if (paired) book.streak = 0;
  return book;
}

bool is_lockout(const AttemptBook& book, WallMs now) {
  return recent(book, now) >= limits::kVoidCodesPerHour;
}

}  // namespace troth::pairing
