// Rule 4.7: the one device that removals left says once what it ended with.
#include "unit/circle/home.hpp"

namespace troth::circle::test {
namespace {

TEST(Checkpoint, IsDueOnceForWhoIsLeftAlone) {
  Home home(3);
  home.by(0, removal(1));
  EXPECT_FALSE(home.log.checkpoint_due()) << "two are left";
  const EntryId last = home.by(0, removal(2));
  const auto due = home.log.checkpoint_due();
  ASSERT_TRUE(due);
  ASSERT_EQ(due->removals.size(), 2u);
  EXPECT_TRUE(std::is_sorted(due->removals.begin(), due->removals.end()));
  EXPECT_TRUE(std::count(due->removals.begin(), due->removals.end(), last));
  ASSERT_EQ(due->dead_keys.size(), 6u);
  EXPECT_TRUE(std::count(due->dead_keys.begin(), due->dead_keys.end(),
                         crypto::sha256(actor(2).descriptor.approve.view())));
  home.by(0, *due);
  EXPECT_FALSE(home.log.checkpoint_due());
}

TEST(Checkpoint, IsDueAgainAfterAnotherRemoval) {
  Home home(2);
  home.by(0, removal(1));
  home.by(0, *home.log.checkpoint_due());
  home.add(0, 2);
  EXPECT_FALSE(home.log.checkpoint_due());
  home.by(0, removal(2));
  ASSERT_TRUE(home.log.checkpoint_due());
  EXPECT_EQ(home.log.checkpoint_due()->removals.size(), 2u);
}

TEST(Checkpoint, IsNotDueWhereNobodyWasRemoved) { EXPECT_FALSE(Home(1).log.checkpoint_due()); }

}  // namespace
}  // namespace troth::circle::test
