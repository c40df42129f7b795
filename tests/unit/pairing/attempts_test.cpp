#include "pairing/attempts.hpp"

#include <gtest/gtest.h>

namespace troth::pairing {
namespace {

constexpr WallMs kStart{1'800'000'000'000};
WallMs after(std::uint64_t ms) { return {kStart.ms + ms}; }

TEST(Attempts, ThreeRunsACode) {
  AttemptBook book;
  for (std::uint32_t i = 0; i < limits::kRunsPerCode; ++i) {
    EXPECT_TRUE(may_start_run(book).allowed);
    book = with_run(book);
  }
  EXPECT_FALSE(may_start_run(book).allowed);
  EXPECT_EQ(may_start_run(book).why, Errc::too_many_attempts);
}

TEST(Attempts, BackOffGrowsAndEndsInALockout) {
  AttemptBook book = with_code_void({}, kStart);
  EXPECT_TRUE(may_show_code(book, kStart).allowed);
  book = with_code_void(book, kStart);
  EXPECT_EQ(may_show_code(book, kStart).wait_ms, 30 * limits::kSecond);
  book = with_code_void(book, after(30'000));
  EXPECT_EQ(may_show_code(book, after(30'000)).wait_ms, 2 * limits::kMinute);
  book = with_code_void(book, after(150'000));
  book = with_code_void(book, after(750'000));
  EXPECT_TRUE(is_lockout(book, after(750'000)));
  EXPECT_EQ(may_show_code(book, after(750'000)).wait_ms, limits::kLockoutMs);
  EXPECT_TRUE(may_show_code(book, after(750'000 + limits::kLockoutMs)).allowed);
}

TEST(Attempts, AClockSetBackNeverLengthensTheWait) {
  AttemptBook book = with_code_void(with_code_void({}, kStart), kStart);
  EXPECT_LE(may_show_code(book, WallMs{1}).wait_ms, limits::kLockoutMs);
}

// Asked again and again by a clock that runs as it should, from wherever it was set to.
TEST(Attempts, AClockSetBackByAYearLocksForAnHourAtMost) {
  const WallMs back{kStart.ms - 365 * limits::kDay};
  AttemptBook book = with_clock(with_code_void(with_code_void({}, kStart), kStart), back);
  EXPECT_EQ(may_show_code(book, back).wait_ms, limits::kLockoutMs);
  for (std::uint64_t ms = 0; ms < limits::kLockoutMs; ms += limits::kMinute) {
    const WallMs at{back.ms + ms};
    EXPECT_FALSE(may_show_code(book, at).allowed);
    book = with_clock(std::move(book), at);
  }
  const WallMs later{back.ms + limits::kLockoutMs};
  book = with_clock(std::move(book), later);
  EXPECT_TRUE(may_show_code(book, later).allowed);
  // Codes that were used up at a time to come count neither now nor when that time is here.
  EXPECT_TRUE(book.void_codes_ms.empty());
}

TEST(Attempts, AClockThatOnlyWentOnChangesNothing) {
  AttemptBook book = with_code_void(with_code_void({}, kStart), kStart);
  const auto same = with_clock(book, after(1000));
  EXPECT_EQ(wire::encode(same), wire::encode(book));
}

TEST(Attempts, SuccessForgetsTheStreakAndTheBookSurvivesTheDisk) {
  AttemptBook book = with_run(with_code_void({}, kStart));
  const auto back = wire::decode<AttemptBook>(wire::encode(book));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->runs, 1u);
  EXPECT_EQ(with_code_done(*back, true).streak, 0u);
  EXPECT_EQ(with_code_done(*back, false).streak, 1u);
}

}  // namespace
}  // namespace troth::pairing
