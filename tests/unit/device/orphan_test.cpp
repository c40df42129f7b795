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

// Its own adder is here as unknown as itself: the removed one stands further up.
TEST(Orphan, HearsThatWhoAddedItsAdderWasRemoved) {
  Circle circle(2);
  circle.apart(true);
  (void)circle.world.submit(circle.at(0), RemoveDevice{circle.at(1).id, true, {}});
  circle.run(1000);
  for (const std::size_t sponsor : {1u, 2u}) {
    const auto added = circle.create();
    circle.world.set_partition(circle.at(0), circle.at(added), true);
    circle.pair(sponsor, added);
  }
  ASSERT_TRUE(circle.at(3).core().alive());
  circle.world.set_partition(circle.at(0), circle.at(3), false);
  circle.meet();
  circle.run(60'000);
  EXPECT_FALSE(circle.at(3).core().alive());
  const auto status =
      circle.at(3).engine->query(StatusQuery{}, circle.at(3).at(circle.world.now()));
  ASSERT_TRUE(status);
  EXPECT_EQ(status->reason, "sponsor_removed");
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
