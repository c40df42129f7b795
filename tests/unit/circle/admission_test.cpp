// Rule 4: what a log takes, what it holds outside, and who is live.
#include "unit/circle/home.hpp"

namespace troth::circle::test {
namespace {

class Admission4 : public ::testing::Test {
 protected:
  // Device 1 is removed by device 0 in the log; what it wrote beside the removal is late.
  void SetUp() override {
    before = home.heads();
    home.by(0, removal(1));
  }
  Home home{4};
  Ids before;
};

TEST_F(Admission4, ALateEntryIsHeldAndShown) {
  const EntryId late = home.world.remove(1, 2, before);
  const auto result = home.take({late});
  ASSERT_EQ(result.held.size(), 1u);
  EXPECT_EQ(result.held[0].reason, Reason::author_removed_here);
  EXPECT_TRUE(result.admitted.empty());
  EXPECT_TRUE(home.live(2));
  ASSERT_NE(home.log.held_entry(late), nullptr);
  EXPECT_EQ(*home.log.held_entry(late), home.world.entry(late));
  EXPECT_EQ(home.take({late}).held.size(), 1u) << "sending again changes nothing";
  EXPECT_EQ(home.log.held().size(), 1u);
}

TEST_F(Admission4, ALiveApproverMaySignTheSameAgain) {
  const EntryId late = home.world.remove(1, 2, before);
  home.take({late});
  home.by(3, removal(2));
  EXPECT_FALSE(home.live(2));
  EXPECT_EQ(held_as(home.log, late), Reason::author_removed_here);
}

// Somebody accepted it before the news of the removal came there.
TEST_F(Admission4, ALiveDeviceThatBuiltOnItBringsItIn) {
  const EntryId late = home.world.remove(1, 2, before);
  home.take({late});
  const EntryId built = home.world.ack(3, {late});
  const auto result = home.take({built});
  EXPECT_EQ(std::set<EntryId>(result.admitted.begin(), result.admitted.end()),
            (std::set<EntryId>{late, built}));
  EXPECT_EQ(result.released, Ids{late});
  EXPECT_TRUE(home.log.held().empty());
  EXPECT_FALSE(home.live(2)) << "a removal that was valid at birth stands, late or not";
  EXPECT_TRUE(home.log.is_void(late));
}

// Only the new entry travels: what it builds on is taken from what is held.
TEST_F(Admission4, TheHeldAncestorNeedNotBeSentAgain) {
  const EntryId late = home.world.ack(1, before);
  home.take({late});
  const EntryId built = home.world.ack(3, {late});
  const auto result = home.log.offer(std::vector{home.world.entry(built)});
  EXPECT_EQ(result.admitted.size(), 2u);
  EXPECT_TRUE(result.missing.empty());
}

TEST_F(Admission4, AnotherLateEntryOnTopBringsNothingIn) {
  const EntryId late = home.world.ack(1, before);
  const EntryId more = home.world.ack(1, {late});
  EXPECT_EQ(home.take({late, more}).held.size(), 2u);
  EXPECT_FALSE(home.log.contains(late));
}

TEST_F(Admission4, ADeviceThatALateEntryAddsGetsNothingIn) {
  const EntryId add = home.world.add_device(1, 5, before);
  const EntryId deeper = home.world.add_device(5, 6, {add});
  const EntryId end = home.world.remove(6, 3, {deeper});
  home.take({add, deeper, end});
  for (const auto& id : {add, deeper, end}) {
    EXPECT_EQ(held_as(home.log, id), Reason::author_removed_here);
  }
  EXPECT_TRUE(home.live(3));
}

// It was heard before the removal: in the log, and void from there on.
TEST(Rule4, WhatTheRemoverHadNotSeenIsVoidWithAllThatWasAddedThroughIt) {
  Home home(3);
  const auto before = home.heads();
  const EntryId add = home.world.add_device(1, 3, before);
  const EntryId deeper = home.world.add_device(3, 4, {add});
  home.take({deeper});
  ASSERT_TRUE(home.live(4));
  home.take({home.world.remove(0, 1, before)});
  EXPECT_TRUE(home.log.is_void(add));
  EXPECT_FALSE(home.live(3));
  EXPECT_FALSE(home.live(4));
  EXPECT_TRUE(home.log.valid(add)) << "what is valid at birth stays so";
}

TEST(Rule4, WhatTheRemoverHadSeenStays) {
  Home home(3);
  home.add(1, 3);
  home.by(0, removal(1));
  EXPECT_TRUE(home.live(3));
}

TEST(Rule4, OfTwoRemovalsThatMeetBothAreOut) {
  Home home(3);
  const auto before = home.heads();
  const EntryId one = home.world.remove(0, 1, before);
  const EntryId two = home.world.remove(1, 0, before);
  home.take({one, two});
  EXPECT_FALSE(home.live(0));
  EXPECT_FALSE(home.live(1));
  EXPECT_TRUE(home.live(2));
  EXPECT_FALSE(home.log.view().frozen());
}

TEST(Rule4, WhereOneRemovalCameFirstTheOtherIsHeldUntilSomebodySignsItAgain) {
  Home home(3);
  const auto before = home.heads();
  const EntryId mean = home.world.remove(1, 0, before);
  const EntryId rescue = home.world.remove(0, 1, before);
  home.take({mean});
  home.take({rescue});
  EXPECT_EQ(held_as(home.log, rescue), Reason::author_removed_here);
  EXPECT_TRUE(home.live(1));
  home.by(2, removal(1));
  EXPECT_FALSE(home.live(1));
}

TEST(Rule4, WithoutAnApproverTheCircleIsFrozen) {
  Home home(2);
  const auto papers = home.category(0);
  home.give(0, terms(1, papers));
  const auto before = home.heads();
  home.take({home.world.remove(0, 1, before), home.world.remove(1, 0, before)});
  EXPECT_TRUE(home.log.view().frozen());
  EXPECT_TRUE(home.log.view().live_devices().empty());
  EXPECT_FALSE(home.granted(0, papers, Direction::receive));
  EXPECT_FALSE(home.log.view().entitled(actor(0).id, kControl));
  EXPECT_EQ(home.may(0, DeviceAdd{actor(5).descriptor, {}, {}}), Reason::author_not_live);
}

TEST(Rule4, ADeviceThatRemovesItselfWritesNothingMore) {
  Home home(2);
  home.by(1, removal(1));
  EXPECT_FALSE(home.live(1));
  const EntryId more = home.world.ack(1, home.heads());
  home.take({more});
  EXPECT_EQ(held_as(home.log, more), Reason::author_not_live);
}

TEST(Rule4, TheSecondOfAForkIsHeld) {
  Home home(3);
  const auto before = home.heads();
  const EntryId one = home.world.ack(1, before);
  const EntryId two = home.world.add(1, Ack{}, before, 1001);
  home.take({one});
  home.take({two});
  EXPECT_EQ(held_as(home.log, two), Reason::fork);
  EXPECT_TRUE(home.log.view().forks().empty());
  // A live device had taken the other half: both are in, and the fork is named.
  home.take({home.world.ack(2, {two})});
  ASSERT_EQ(home.log.view().forks().size(), 1u);
  const auto& fork = home.log.view().forks()[0];
  EXPECT_EQ(fork.author, actor(1).id);
  EXPECT_EQ(fork.first, std::min(one, two));
  EXPECT_EQ(fork.second, std::max(one, two));
}

// "Judged whole, against the log before": no half of it came first here.
TEST(Rule4, AForkInOneOfferIsTakenAndNamed) {
  Home home(3);
  const auto before = home.heads();
  const EntryId one = home.world.ack(1, before);
  const EntryId two = home.world.add(1, Ack{}, before, 1001);
  EXPECT_EQ(home.take({one, two}).admitted.size(), 2u);
  EXPECT_EQ(home.log.view().forks().size(), 1u);
}

TEST(Rule4, ARemovalInAnOfferDoesNotJudgeTheRestOfTheOffer) {
  Home home(3);
  const auto before = home.heads();
  const EntryId end = home.world.remove(0, 1, before);
  const EntryId beside = home.world.ack(1, before);
  EXPECT_EQ(home.take({end, beside}).admitted.size(), 2u);
  EXPECT_TRUE(home.log.is_void(beside));
}

TEST(Rule4, WhatIsNotValidAtBirthIsHeldWithItsReason) {
  Home home(2);
  const EntryId bad = home.world.add(0, DeviceRename{actor(9).id, "x"}, home.heads());
  home.take({bad});
  EXPECT_EQ(held_as(home.log, bad), Reason::unknown_device);
}

TEST(Rule4, AnEntryWithoutItsParentWaitsAndTheParentIsAskedFor) {
  Home home(2);
  const EntryId first = home.world.ack(1, home.heads());
  const EntryId second = home.world.ack(1, {first});
  const auto result = home.log.offer(std::vector{home.world.entry(second)});
  EXPECT_EQ(result.missing, Ids{first});
  ASSERT_EQ(result.held.size(), 1u);
  EXPECT_EQ(result.held[0].reason, Reason::missing_parent);
  EXPECT_EQ(home.take({second}).admitted.size(), 2u);
}

}  // namespace
}  // namespace troth::circle::test
