// What a device writes into its own audit log about how it was opened and locked (spec 11 §8).
#include "unit/device/folder_pair.hpp"

namespace troth::device {
namespace {

using namespace testing;

TEST(AuditFacts, AnUnlockIsWrittenWithTheFirstThingThatLasts) {
  Circle circle(1);
  circle.run(1000);
  auto& device = circle.at(0);
  EXPECT_TRUE(facts(device, audit::FactKind::unlocked).empty());
  device.unlocked_after = 3;
  circle.world.crash(device, sim::Loss::process, 100);
  circle.run(10'000);
  const auto opened = device.at(circle.world.now()).wall.ms - 9'900;
  PutItem put{circle.category, ItemId{}, {{"text", text("x")}}};
  (void)circle.world.submit(device, put);
  circle.run(1000);
  const auto wrong = facts(device, audit::FactKind::wrong_passphrase);
  const auto right = facts(device, audit::FactKind::unlocked);
  ASSERT_EQ(wrong.size(), 1u);
  EXPECT_EQ(wrong[0].number, 3u);
  ASSERT_EQ(right.size(), 1u);
  EXPECT_LE(right[0].at_ms, opened + 100);
  // Opened again without a passphrase, as after a full disk: nobody unlocked anything.
  device.unlocked_after.reset();
  circle.world.crash(device, sim::Loss::process, 100);
  circle.run(1000);
  (void)circle.world.submit(device, put);
  circle.run(1000);
  EXPECT_EQ(facts(device, audit::FactKind::unlocked).size(), 1u);
}

TEST(AuditFacts, ALockIsWrittenBeforeTheKeysGo) {
  Circle circle(1);
  auto& device = circle.at(0);
  const auto now = device.at(circle.world.now());
  device.engine->locking(now);
  ASSERT_TRUE(device.engine->commit(now));
  circle.world.crash(device, sim::Loss::process, 100);
  circle.run(1000);
  EXPECT_EQ(facts(device, audit::FactKind::locked).size(), 1u);
}

TEST(AuditFacts, RefusedSuitesAreOneFactAnHour) {
  Circle circle(1);
  auto& device = circle.at(0);
  for (int i = 0; i < 10; ++i) {
    device.core().enter(device.at(circle.world.now()));
    device.core().suite_refused();
    circle.world.settle(device);
  }
  EXPECT_EQ(facts(device, audit::FactKind::suite_refused).size(), 1u);
  EXPECT_EQ(alerts(device, "suite_refused"), 1u) << "ten in an hour are worth a look";
  circle.run(limits::kHour);
  device.core().enter(device.at(circle.world.now()));
  device.core().suite_refused();
  circle.world.settle(device);
  EXPECT_EQ(facts(device, audit::FactKind::suite_refused).size(), 2u);
}

}  // namespace
}  // namespace troth::device
