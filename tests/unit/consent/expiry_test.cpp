#include "consent/expiry.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "tests/unit/consent/ledger.hpp"

namespace troth::consent {
namespace {

constexpr std::uint64_t kNow = 1'800'000'000'000;
constexpr std::uint64_t kSkew = limits::kClockSkewMs;
constexpr std::int64_t kSkewSigned = static_cast<std::int64_t>(kSkew);

TEST(ExpiryTime, IsTheLatestOfFour) {
  EXPECT_EQ(expiry_time({WallMs{kNow}, {}, {}, {}}).ms, kNow);
  EXPECT_EQ(expiry_time({WallMs{kNow}, 500, {}, {}}).ms, kNow + 500);
  EXPECT_EQ(expiry_time({WallMs{kNow}, -500, {}, {}}).ms, kNow);
  EXPECT_EQ(expiry_time({WallMs{kNow}, {}, WallMs{kNow + 9}, {}}).ms, kNow + 9);
  EXPECT_EQ(expiry_time({WallMs{kNow}, {}, {}, WallMs{kNow + kSkew + 3}}).ms, kNow + 3);
  EXPECT_EQ(expiry_time({WallMs{kNow}, {}, {}, WallMs{kNow + kSkew}}).ms, kNow);
}

TEST(ExpiryTime, SettingTheClockBackDoesNotProlongConsent) {
  ClockState clock{WallMs{kNow}, {}, {}, {}};
  clock.last_persisted = persisted_time(clock);
  clock.wall.ms = kNow - 365 * limits::kDay;
  EXPECT_EQ(expiry_time(clock).ms, kNow);
  clock.wall.ms = 0;
  clock.offset = std::numeric_limits<std::int64_t>::min();
  EXPECT_EQ(expiry_time(clock).ms, kNow);
  clock.wall.ms = std::numeric_limits<std::uint64_t>::max();
  clock.offset = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(expiry_time(clock).ms, std::numeric_limits<std::uint64_t>::max());
}

TEST(ExpiryTime, AJumpAheadThatAPeerContradictsIsNotRemembered) {
  ClockState clock{WallMs{kNow + 1000 * limits::kDay},
                   -1000 * static_cast<std::int64_t>(limits::kDay), WallMs{kNow - 5}, WallMs{kNow}};
  EXPECT_EQ(persisted_time(clock).ms, kNow);
  clock.offset = 0;  // the peer agrees after all
  EXPECT_EQ(persisted_time(clock).ms, clock.wall.ms);
}

TEST(ExpiryTime, APeerThatIsFarAheadIsNotRememberedEither) {
  const auto ahead = 1000 * static_cast<std::int64_t>(limits::kDay);
  const ClockState clock{WallMs{kNow}, ahead, WallMs{kNow - 5}, {}};
  EXPECT_GT(expiry_time(clock).ms, kNow) << "it counts while that peer is the one that told";
  EXPECT_EQ(persisted_time(clock).ms, kNow);
}

TEST(ExpiryTime, AgreesWithinFiveMinutesAndNeverAlone) {
  EXPECT_FALSE(clock_agrees({WallMs{kNow}, {}, {}, {}}));
  EXPECT_TRUE(clock_agrees({WallMs{kNow}, kSkewSigned, {}, {}}));
  EXPECT_TRUE(clock_agrees({WallMs{kNow}, -kSkewSigned, {}, {}}));
  EXPECT_FALSE(clock_agrees({WallMs{kNow}, kSkewSigned + 1, {}, {}}));
  EXPECT_FALSE(clock_agrees({WallMs{kNow}, -kSkewSigned - 1, {}, {}}));
}

struct Due : ::testing::Test {
  Ledger l{3};
  CategoryId notes = l.create(0);
  ClockState clock{l.now, 0, {}, {}};
  EntryId give(std::size_t to, Direction direction, std::uint64_t lasts) {
    auto terms = l.terms(to, notes, direction);
    terms.until = WallMs{l.now.ms + lasts};
    return l.grant(0, terms, to);
  }
  DueExpiries due() { return due_expiries(l.view(), l.ids[0], clock); }
};

TEST_F(Due, NamesWhatHasEndedAndWhoLosesSend) {
  const auto one = give(1, Direction::both, 100);
  give(2, Direction::receive, 200);
  EXPECT_TRUE(due().grants.empty());
  EXPECT_FALSE(due().may_write);
  EXPECT_EQ(next_end(l.view(), l.now)->ms, l.now.ms + 100);
  clock.wall.ms += 100;
  ASSERT_EQ(due().grants.size(), 1u);
  EXPECT_EQ(due().grants[0].entry, one);
  EXPECT_EQ(due().cuts_for, (std::vector<std::pair<DeviceId, CategoryId>>{{l.ids[1], notes}}));
  EXPECT_TRUE(due().may_write);
  EXPECT_EQ(next_end(l.view(), clock.wall)->ms, l.now.ms + 200);
  clock.wall.ms += 100;
  EXPECT_EQ(due().grants.size(), 2u);
  EXPECT_EQ(due().cuts_for.size(), 1u);

  // What it says is valid in the log, and once said it is not due again.
  l.now = corrected_time(clock);
  l.write(0, circle::Expire{due().grants, {}});
  EXPECT_TRUE(due().grants.empty());
}

TEST_F(Due, AloneOrContradictedItOnlyPauses) {
  give(1, Direction::both, 100);
  clock.wall.ms += 100;
  clock.offset.reset();
  EXPECT_EQ(due().grants.size(), 1u);
  EXPECT_FALSE(due().may_write);
  clock.offset = kSkewSigned + 1;
  EXPECT_FALSE(due().may_write);
}

TEST_F(Due, SomebodyElsesClockNamesNothing) {
  give(1, Direction::both, 100);
  clock.newest_hlc.ms = l.now.ms + kSkew + 100;
  EXPECT_GE(expiry_time(clock).ms, l.now.ms + 100);
  EXPECT_TRUE(due().grants.empty());
}

TEST_F(Due, DevicesTakeTurns) {
  give(1, Direction::both, 0);
  std::set<std::uint64_t> delays;
  for (const auto& id : l.ids) delays.insert(due_expiries(l.view(), id, clock).delay_ms);
  EXPECT_EQ(delays, (std::set<std::uint64_t>{0, 2000, 4000}));
}

}  // namespace
}  // namespace troth::consent
