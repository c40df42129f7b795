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

}  // namespace
}  // namespace troth::device
