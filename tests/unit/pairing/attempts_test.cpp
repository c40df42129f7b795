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
