// Rule 11: a device whose adder was removed meanwhile hears of it, and what to do.
#include "unit/device/folder_pair.hpp"

namespace troth::device {
namespace {

using namespace testing;

TEST(Orphan, HearsThatTheDeviceThatAddedItWasRemoved) {
  Circle circle(2);
  circle.apart(true);
  (void)circle.world.submit(circle.at(0), RemoveDevice{circle.at(1).id, true, {}});
  circle.run(1000);
  circle.add_by(1);
  ASSERT_TRUE(circle.at(2).core().alive());
  circle.apart(false);
  circle.run(60'000);
  const auto status =
      circle.at(2).engine->query(StatusQuery{}, circle.at(2).at(circle.world.now()));
  ASSERT_TRUE(status);
  EXPECT_EQ(status->state, EngineState::removed);
  EXPECT_EQ(status->reason, "sponsor_removed");
  EXPECT_FALSE(circle.at(2).core().alive());
}

TEST(Orphan, OfARemovalThatKnewTheDeviceItHearsNothing) {
  Circle circle(2);
  circle.add_by(1);
  circle.run(5000);
  (void)circle.world.submit(circle.at(0), RemoveDevice{circle.at(1).id, true, {}});
  circle.run(60'000);
  EXPECT_TRUE(circle.at(2).core().alive());
  EXPECT_TRUE(circle.at(0).core().view().live(circle.at(2).id));
}

}  // namespace
}  // namespace troth::device
