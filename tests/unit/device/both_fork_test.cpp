// Who joins what a device that writes two lines said (spec 04 §6): data goes on between the others,
// and two such devices do not answer each other without end.
#include "unit/device/signed_entry.hpp"

namespace troth::device {
namespace {

using namespace testing;

class BothFork : public ::testing::Test {
 protected:
  BothFork() { circle.run(10'000); }

  circle::Entry ack(std::size_t by, std::uint64_t later_ms) {
    auto& device = circle.at(by);
    const WallMs at{device.at(circle.world.now()).wall.ms + later_ms};
    return sign_entry(circle, device, circle::Payload(circle::Ack{}), at);
  }
  void give(std::size_t to, const circle::Entry& entry) {
    take_entry(circle, circle.at(to), entry);
  }
  // Two entries in one place: one for its own log, the other for somebody else's.
  void fork(std::size_t by, std::size_t other) {
    const auto one = ack(by, 0);
    const auto two = ack(by, 1);
    give(by, one);
    give(other, two);
  }
  void only(std::size_t a, std::size_t b) {
    circle.apart(true);
    circle.world.set_partition(circle.at(a), circle.at(b), false);
    circle.meet();
    circle.run(20'000);
  }
  std::size_t acks(std::size_t by) { return acks_of(circle.at(by), circle.at(by).id); }
  const std::set<DeviceId>& proven(std::size_t i) {
    return circle.at(i).core().view().proven_forked();
  }

  Circle circle{3};
};

TEST_F(BothFork, TwoThatForkedJoinEachOthersAcksEverLater) {
  fork(0, 2);
  fork(1, 2);
  circle.run(120'000);
  const std::set<DeviceId> both{circle.at(0).id, circle.at(1).id};
  ASSERT_EQ(proven(0), both);
  ASSERT_EQ(proven(1), both);
  only(0, 1);
  const auto rename = [&](std::size_t by, const char* name) {
    (void)circle.world.submit(circle.at(by), RenameDevice{circle.at(by).id, name});
  };
  const auto before = acks(0) + acks(1);
  rename(0, "one");
  circle.run(2 * limits::kHour);
  const auto first = acks(0) + acks(1) - before;
  EXPECT_GE(first, 4u) << "else nothing was answered, and this shows nothing";
  EXPECT_LE(first, 16u);
  circle.run(2 * limits::kHour);
  EXPECT_LE(acks(0) + acks(1) - before - first, 3u);
  // What else is said in the meantime is not put off with that.
  const auto& log = *circle.at(0).core().log_;
  ASSERT_EQ(log.heads().size(), 1u);
  const std::size_t last = log.body(log.heads().front())->author == circle.at(0).id ? 0 : 1;
  const auto then = acks(1 - last);
  rename(last, "two");
  circle.run(2 * limits::kForkAckMs);
  EXPECT_EQ(acks(1 - last), then + 1);
}

// the others do not wait the longer, the more it says.
TEST_F(BothFork, WhoDoesNotForkPutsNothingOff) {
  fork(1, 2);
  circle.run(120'000);
  ASSERT_EQ(proven(0), std::set<DeviceId>{circle.at(1).id});
  for (int i = 0; i < 8; ++i) {
    only(0, 2);
    const auto next = ack(1, 0);
    give(2, ack(1, 1));
    give(1, next);
    give(0, next);
    ASSERT_NE(circle.at(0).core().view().heads(), circle.at(2).core().view().heads());
    circle.run(3 * limits::kForkAckMs);
    ASSERT_EQ(circle.at(0).core().view().heads(), circle.at(2).core().view().heads()) << i;
    circle.apart(false);  // it hears how they joined that, and forks upon it
    circle.run(60'000);
  }
}

}  // namespace
}  // namespace troth::device
