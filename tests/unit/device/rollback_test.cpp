// Rule 19: a database of an earlier time is noticed, and what this device signs does not fork.
#include <algorithm>

#include "unit/device/folder_pair.hpp"

namespace troth::device {
namespace {

using namespace testing;

// Phone is apart, and its disk, not its keystore, is as it was at the snapshot.
void go_back(Circle& circle, const sim::Disk::Snapshot& old) {
  circle.apart(true);
  circle.world.crash(circle.at(1), sim::Loss::process, 100);
  circle.at(1).disk.restore(old);
  circle.run(1000);
  ASSERT_TRUE(circle.at(1).up());
}

void put(Circle& circle, std::size_t i, const std::string& item) {
  PutItem put;
  put.category = circle.category;
  put.item = files::item_of(circle.category, item);
  put.fields.push_back({"text", text(item)});
  (void)circle.world.submit(circle.at(i), put);
}

TEST(Rollback, AnOlderDatabaseIsNoticedWithNobodyToAsk) {
  Circle circle(2);
  const auto old = circle.at(1).disk.snapshot();
  circle.world.crash(circle.at(1), sim::Loss::process, 100);
  circle.run(1000);
  circle.meet();
  put(circle, 1, "later");
  circle.run(5000);
  const auto author = circle.at(1).core().replica_->author();
  go_back(circle, old);
  EXPECT_EQ(alerts(circle.at(1), "rolled_back"), 1u);
  EXPECT_NE(circle.at(1).core().replica_->author(), author);
  put(circle, 1, "after");
  circle.run(30'000);
  circle.apart(false);
  circle.run(60'000);
  for (std::size_t i : {0, 1}) {
    const auto items = circle.at(i).core().replica_->list(circle.category, {}, 10, false,
                                                          circle.at(i).at(circle.world.now()).wall);
    ASSERT_TRUE(items);
    EXPECT_EQ(items->size(), 2u);
    EXPECT_EQ(alerts(circle.at(i), "forked"), 0u);
  }
  EXPECT_FALSE(circle.at(1).core().own_->behind);
}

// A virtual machine that is put back twice draws the same random bytes twice.
TEST(Rollback, TwoRestoresOfOneSnapshotAreTwoAuthors) {
  Circle circle(2);
  const auto old = circle.at(1).disk.snapshot();
  const auto chance = circle.at(1).rng;
  circle.world.crash(circle.at(1), sim::Loss::process, 100);
  circle.run(1000);
  circle.meet();
  put(circle, 1, "later");
  circle.run(5000);
  std::set<sync::Incarnation> seen{circle.at(1).core().own_->incarnation};
  for (int i = 0; i < 2; ++i) {
    circle.apart(true);
    circle.world.crash(circle.at(1), sim::Loss::process, 100);
    circle.at(1).disk.restore(old);
    circle.at(1).rng = chance;
    circle.run(1000);
    ASSERT_TRUE(circle.at(1).up());
    EXPECT_EQ(alerts(circle.at(1), "rolled_back"), 1u);
    EXPECT_TRUE(seen.insert(circle.at(1).core().own_->incarnation).second) << i;
  }
}

TEST(Rollback, ItsEntriesWaitForALevelLog) {
  Circle circle(3);
  const auto old = circle.at(1).disk.snapshot();
  circle.world.crash(circle.at(1), sim::Loss::process, 100);
  circle.run(1000);
  circle.meet();
  // An entry of its own that the old state does not have.
  (void)circle.world.submit(circle.at(1), CreateCategory{"photos", "to test"});
  circle.run(5000);
  go_back(circle, old);
  const auto known = circle.at(1).core().log_->size();
  circle.failures.clear();
  (void)circle.world.submit(circle.at(1), CreateCategory{"notes", "to test"});
  circle.run(limits::kBehindAskedMs - 2000);
  EXPECT_EQ(circle.at(1).core().log_->size(), known);
  circle.apart(false);
  circle.run(60'000);
  EXPECT_TRUE(circle.failures.empty());
  for (std::size_t i : {0, 1, 2}) {
    EXPECT_TRUE(circle.at(i).core().view().forks().empty());
    EXPECT_EQ(circle.at(i).core().view().categories().size(), 3u);
  }
}

TEST(Rollback, WithNobodyThereAPersonIsNotKeptWaiting) {
  Circle circle(2);
  const auto old = circle.at(1).disk.snapshot();
  circle.world.crash(circle.at(1), sim::Loss::process, 100);
  circle.run(1000);
  go_back(circle, old);
  (void)circle.world.submit(circle.at(1), CreateCategory{"notes", "to test"});
  circle.run(limits::kBehindAskedMs + 2000);
  EXPECT_EQ(circle.at(1).core().view().categories().size(), 2u);
}

TEST(Rollback, LosingPowerIsNone) {
  Circle circle(2);
  for (int i = 0; i < 8; ++i) {
    put(circle, 1, "item" + std::to_string(i));
    circle.run(7);
    circle.world.crash(circle.at(1), sim::Loss::power, 100);
    circle.run(200);
  }
  circle.run(20'000);
  EXPECT_EQ(alerts(circle.at(1), "rolled_back"), 0u);
  EXPECT_EQ(circle.at(1).keys.guard.reserved, circle.at(1).core().own_->reserved);
}

}  // namespace
}  // namespace troth::device
