// Rule 4.4 for an entry that comes without its past: what a device that was removed is told.
#include "unit/circle/home.hpp"

namespace troth::circle::test {
namespace {

// What device 2's log, which has not gone on with the others, says of an entry by one of them.
class Alone : public ::testing::Test {
 protected:
  Reason judge(const EntryId& id) { return home.log.judge_alone(home.world.entry(id)); }
  Home home{4, true};
};

TEST_F(Alone, OfALiveDeviceItCountsAlsoWhereItsPastIsNews) {
  const EntryId news = home.world.ack(0, home.heads());
  const EntryId end = home.world.remove(0, 2, {news});
  EXPECT_FALSE(home.log.contains(news));
  EXPECT_EQ(judge(end), Reason::ok);
  EXPECT_TRUE(home.live(2)) << "it is not taken by that";
  EXPECT_FALSE(home.log.contains(end));
}

TEST_F(Alone, OfARemovedDeviceItDoesNot) {
  const EntryId end = home.world.remove(1, 2, home.heads());
  EXPECT_EQ(judge(end), Reason::ok);
  home.by(0, removal(1));
  EXPECT_EQ(judge(end), Reason::author_removed_here);
}

TEST_F(Alone, OfADeviceThatARemovedOneAddedMeanwhileItDoesNot) {
  const auto before = home.heads();
  home.by(0, removal(1));
  const EntryId add = home.world.add(1, DeviceAdd{actor(4).descriptor, {}, {}}, before);
  const EntryId news = home.world.ack(3, {add});
  home.take({add, news});  // device 3 had built on it: it is in the log, and void
  ASSERT_TRUE(home.log.is_void(add));
  EXPECT_EQ(judge(home.world.remove(4, 2, {add})), Reason::author_not_live);
}

TEST_F(Alone, OfAnUnknownDeviceNothingCanBeSaid) {
  const EntryId add = home.world.add(0, DeviceAdd{actor(4).descriptor, {}, {}}, home.heads());
  EXPECT_EQ(judge(home.world.remove(4, 2, {add})), Reason::author_unknown);
}

TEST_F(Alone, BesideTheAuthorsOwnLineItDoesNot) {
  const auto before = home.heads();
  home.by(0, Ack{});
  EXPECT_EQ(judge(home.world.remove(0, 2, before)), Reason::fork);
}

TEST_F(Alone, WithAnothersSignatureOrInAnotherFormItDoesNot) {
  Entry end = home.world.entry(home.world.remove(0, 2, home.heads()));
  EXPECT_EQ(home.log.judge_alone(end), Reason::ok);
  end.signature = home.world.entry(home.world.remove(1, 2, home.heads())).signature;
  EXPECT_EQ(home.log.judge_alone(end), Reason::bad_signature);
  end.body.pop_back();
  EXPECT_EQ(home.log.judge_alone(end), Reason::malformed);
  EXPECT_EQ(home.log.judge_alone(home.world.entry(home.root)), Reason::malformed);
}

}  // namespace
}  // namespace troth::circle::test
