// An end by time is due by what peers say about the time, and so its entry says (spec 06 §4).
#include "unit/device/folder_pair.hpp"

namespace troth::device {
namespace {

using namespace testing;

TEST(ExpiryTimes, AClockThatIsSlowDoesNotDelayAnEnd) {
  Circle circle(2);
  circle.at(0).skew_ms = -4 * static_cast<std::int64_t>(limits::kMinute);
  circle.apart(true);
  for (const std::size_t i : {0u, 1u}) circle.world.crash(circle.at(i), sim::Loss::process, 100);
  circle.run(1000);
  circle.apart(false);
  circle.run(10'000);
  auto& subject = circle.at(1);
  (void)circle.world.submit(circle.at(0), WithdrawConsent{circle.category, subject.id});
  circle.run(10'000);
  GrantConsent grant{subject.id, {circle.category, Direction::both, 0, History::all}};
  grant.terms.until_ms = subject.at(circle.world.now()).wall.ms + limits::kMinute;
  circle.offers.clear();
  (void)circle.world.submit(circle.at(0), grant);
  circle.run(5000);
  ASSERT_FALSE(circle.offers.empty());
  const circle::GrantRef given{circle.offers.back().second, 0};
  (void)circle.world.submit(subject, AcceptOffer{given.entry, {}});
  circle.run(5000);
  ASSERT_TRUE(circle.at(0).core().view().grant(given)->active());
  circle.run(limits::kMinute);
  EXPECT_EQ(circle.at(0).core().view().grant(given)->reason, circle::Reason::expired);
}

// What peers say corrects a clock once: it may not be added again to one that was set right since.
TEST(ExpiryTimes, AClockThatIsSetRightWhileConnectedEndsNothingEarly) {
  Circle circle(2);
  auto& slow = circle.at(0);
  slow.skew_ms = -4 * static_cast<std::int64_t>(limits::kMinute);
  circle.apart(true);
  circle.apart(false);
  circle.run(10'000);
  const auto told = [&] {
    slow.core().enter(slow.at(circle.world.now()));
    return static_cast<std::int64_t>(slow.core().expiry_clock().ms);
  };
  const auto right = [&] {
    return static_cast<std::int64_t>(circle.at(1).at(circle.world.now()).wall.ms);
  };
  const auto skew_of_the_other = circle.at(1).skew_ms;
  EXPECT_NEAR(static_cast<double>(told() - right()), 0, 5000) << "what the peer says counts";
  slow.skew_ms = skew_of_the_other;
  circle.run(1000);
  EXPECT_NEAR(static_cast<double>(told() - right()), 0, 5000);
}

}  // namespace
}  // namespace troth::device
