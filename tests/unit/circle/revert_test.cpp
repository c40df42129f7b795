// Rule 23: a removal takes back what the removed device had signed and the remover had seen.
#include "unit/circle/home.hpp"

namespace troth::circle::test {
namespace {

// Device 1 is the thief's; 2 is honest.
constexpr std::size_t kThief = 1;
constexpr std::size_t kHonest = 2;

TEST(Revert, ADeviceThatTheRemovedOneAddedIsOutToo) {
  Home home(3);
  const EntryId add = home.add(kThief, 3);
  ASSERT_TRUE(home.live(3));
  home.by(0, removal(kThief, {add}));
  EXPECT_FALSE(home.live(kThief));
  EXPECT_FALSE(home.live(3));
  EXPECT_TRUE(home.log.is_void(add));
  EXPECT_EQ(home.log.view().device(actor(3).id)->state, DeviceState::void_add);
  EXPECT_TRUE(home.live(kHonest));
}

TEST(Revert, WithoutTheListingADeviceThatWasSeenStays) {
  Home home(3);
  home.add(kThief, 3);
  home.by(0, removal(kThief));
  EXPECT_FALSE(home.live(kThief));
  EXPECT_TRUE(home.live(3));
}

TEST(Revert, GoesDownTheWholeChainOfAdds) {
  Home home(3);
  const EntryId first = home.add(kThief, 3);
  home.add(3, 4);
  home.add(4, 5);
  home.by(0, removal(kThief, {first}));
  EXPECT_FALSE(home.live(3));
  EXPECT_FALSE(home.live(4));
  EXPECT_FALSE(home.live(5));
  EXPECT_TRUE(home.live(kHonest));
}

TEST(Revert, AGrantAndItsWideningAreTakenBack) {
  Home home(3);
  const auto papers = home.category(kThief);
  const auto seen = home.give(kThief, terms(kHonest, papers, Direction::receive));
  const auto widened = home.give(kThief, terms(kHonest, papers, Direction::both));
  ASSERT_TRUE(home.granted(kHonest, papers, Direction::send));
  home.by(0, removal(kThief, {widened.entry}));
  EXPECT_FALSE(home.granted(kHonest, papers, Direction::send));
  EXPECT_EQ(home.log.view().grant(widened)->reason, Reason::void_entry);
  EXPECT_TRUE(home.log.view().grant(seen)->receives);
}

TEST(Revert, APolicyIsTakenBack) {
  Home home(3);
  const EntryId set = home.by(kThief, PolicySet{3, 2, 4, 1000});
  ASSERT_EQ(home.log.view().policy().max_devices, 4u);
  home.by(0, removal(kThief, {set}));
  EXPECT_EQ(home.log.view().policy().least_suite, 1);
  EXPECT_EQ(home.log.view().policy().least_protocol, 1u);
  EXPECT_EQ(home.log.view().policy().max_devices, 0u);
}

// A policy that another had replaced counts again when what replaced it is taken back.
TEST(Revert, WhatThePolicyHadReplacedCountsAgain) {
  Home home(3);
  home.by(0, PolicySet{2, 1, 3, 0});
  const EntryId loose = home.by(kThief, PolicySet{1, 1, 0, 0});
  ASSERT_EQ(home.log.view().policy().least_suite, 1);
  home.by(0, removal(kThief, {loose}));
  EXPECT_EQ(home.log.view().policy().least_suite, 2);
  EXPECT_EQ(home.log.view().policy().max_devices, 3u);
}

TEST(Revert, ARemovalCannotBeTakenBack) {
  Home home(4);
  const EntryId mean = home.by(kThief, removal(3));
  home.by(0, removal(kThief, {mean}));
  EXPECT_FALSE(home.live(3));
  EXPECT_FALSE(home.log.is_void(mean));
}

TEST(Revert, OnlyWhatTheRemovedDeviceSignedItself) {
  Home home(3);
  const EntryId by_honest = home.add(kHonest, 3);
  home.by(0, removal(kThief, {by_honest, home.root, home.adds[1]}));
  EXPECT_TRUE(home.live(3));
  EXPECT_TRUE(home.live(kHonest));
  EXPECT_TRUE(home.live(0));
  EXPECT_FALSE(home.log.is_void(home.root));
}

TEST(Revert, TheBeginningOfTheCircleStaysAlsoWhenItsDeviceIsRemoved) {
  Home home(3);
  home.by(kHonest, removal(0, {home.root}));
  EXPECT_FALSE(home.live(0));
  EXPECT_FALSE(home.log.is_void(home.root));
  EXPECT_TRUE(home.live(kHonest)) << "what the first device added before stays";
}

// What the remover had not seen is late, not reverted: listing an id changes nothing about it.
TEST(Revert, WhatTheRemoverHadNotSeenIsLeftToRule4) {
  Home home(4);
  const auto before = home.heads();
  const EntryId seen = home.world.ack(kThief, before);
  const EntryId unseen = home.world.add_device(kThief, 4, {seen});
  const EntryId listing = home.world.remove(0, kThief, {before}, {unseen});
  home.take({unseen});
  ASSERT_TRUE(home.live(4));
  home.take({listing});
  EXPECT_FALSE(home.live(4));
  EXPECT_TRUE(home.log.is_void(unseen));
  // The same add in a log that never hears of the listing is not touched by it.
  Log other = home.world.begin();
  home.world.offer(other, {unseen});
  EXPECT_TRUE(other.view().live(actor(4).id));
}

TEST(Revert, AListingInAVoidRemovalDoesNotCount) {
  Home home(4);
  const EntryId add = home.add(kThief, 4);
  const auto before = home.heads();
  // Device 3 is removed by somebody who had not seen its removal of the thief.
  const EntryId listing = home.world.remove(3, kThief, before, {add});
  const EntryId end = home.world.remove(0, 3, before);
  home.take({listing});
  ASSERT_FALSE(home.live(4));
  home.take({end});
  EXPECT_TRUE(home.log.is_void(listing));
  EXPECT_FALSE(home.live(kThief)) << "a removal stands for ever";
  EXPECT_TRUE(home.live(4)) << "but its listing falls with it";
}

TEST(Revert, TwoThatTakeBackEachOthersRootsHaveOneAnswerInAnyOrder) {
  Home home(2);
  const EntryId a = home.add(0, 2);
  const EntryId b = home.add(1, 3);
  const auto before = home.heads();
  const EntryId first = home.world.remove(2, 1, before, {b});
  const EntryId second = home.world.remove(3, 0, before, {a});
  Log one = home.copy();
  Log two = home.copy();
  home.world.offer(one, {first, second});
  const auto offered = home.world.offer(two, {second, first});
  EXPECT_EQ(offered.admitted.size(), 2u);
  EXPECT_EQ(one.view().live_devices(), two.view().live_devices());
  EXPECT_FALSE(one.view().live(actor(2).id));
  EXPECT_FALSE(one.view().live(actor(3).id));
}

TEST(Revert, ADeviceWhoseAddWasTakenBackGetsNothingMoreIn) {
  Home home(3);
  const EntryId add = home.add(kThief, 3);
  const auto before = home.heads();
  home.by(0, removal(kThief, {add}));
  const EntryId back_dated = home.world.remove(3, kHonest, before);
  home.take({back_dated});
  EXPECT_EQ(held_as(home.log, back_dated), Reason::author_removed_here);
  EXPECT_TRUE(home.live(kHonest));
}

// The chain is as long as the thief likes.
TEST(Revert, NorDoesADeviceFurtherDownTheChain) {
  Home home(3);
  const EntryId add = home.add(kThief, 3);
  home.add(3, 4);
  home.add(4, 5);
  const auto before = home.heads();
  home.by(0, removal(kThief, {add}));
  for (const std::size_t puppet : {4u, 5u}) {
    const EntryId back_dated = home.world.remove(puppet, kHonest, before);
    home.take({back_dated});
    EXPECT_EQ(held_as(home.log, back_dated), Reason::author_removed_here);
    EXPECT_TRUE(home.live(kHonest));
  }
}

TEST(Revert, ADeviceThatWasAddedTwiceLivesByTheOtherAdd) {
  Home home(3);
  const auto before = home.heads();
  const EntryId mean = home.world.add_device(kThief, 3, before);
  const EntryId good = home.world.add_device(kHonest, 3, before);
  home.take({mean, good});
  ASSERT_TRUE(home.live(3));
  home.by(0, removal(kThief, {mean}));
  EXPECT_TRUE(home.live(3));
  EXPECT_EQ(home.log.view().device(actor(3).id)->entry, good);
  const EntryId later = home.world.ack(3, home.heads());
  home.take({later});
  EXPECT_TRUE(home.log.valid(later));
}

TEST(Revert, ASecondRemovalMayListMore) {
  Home home(3);
  const EntryId one = home.add(kThief, 3);
  const EntryId two = home.add(kThief, 4);
  home.by(0, removal(kThief, {one}));
  ASSERT_TRUE(home.live(4));
  home.by(kHonest, removal(kThief, {two}));
  EXPECT_FALSE(home.live(3));
  EXPECT_FALSE(home.live(4));
}

TEST(Revert, TheKeysOfADeviceThatWasTakenBackAreNeverAcceptedAgain) {
  Home home(3);
  const EntryId add = home.add(kThief, 3);
  home.by(0, removal(kThief, {add}));
  EXPECT_EQ(home.may(0, DeviceAdd{actor(3).descriptor, {}, {}}), Reason::key_reused);
  EXPECT_TRUE(home.log.view().key_seen(actor(3).descriptor.agree));
}

// Rule 11: an add that is not valid claims nothing of what another device has.
TEST(Keys11, AnAddThatIsNotValidDoesNotHideTheDeviceWhoseKeyItBorrows) {
  Home home(3);
  auto borrowed = actor(4).descriptor;
  borrowed.agree = actor(1).descriptor.agree;
  const EntryId bad = home.world.add(2, DeviceAdd{borrowed, {}, {}}, home.heads());
  home.take({home.world.ack(2, {bad})});
  ASSERT_EQ(home.log.birth(bad), Reason::key_reused);
  const auto* found = home.log.view().device_by_key(actor(1).descriptor.agree);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->id, actor(1).id);
  EXPECT_EQ(home.log.view().device_by_key(actor(4).descriptor.sign),
            home.log.view().device(device_id(borrowed)));
}

TEST(Keys11, OfTwoValidAddsNeitherHasTheKey) {
  Home home(2);
  auto borrowed = actor(4).descriptor;
  borrowed.agree = actor(3).descriptor.agree;
  const auto before = home.heads();
  home.add(0, 3);
  const EntryId beside = home.world.add(1, DeviceAdd{borrowed, {}, {}}, before);
  home.take({beside});
  ASSERT_EQ(home.log.birth(beside), Reason::ok);
  EXPECT_EQ(home.log.view().device_by_key(actor(3).descriptor.agree), nullptr);
}

}  // namespace
}  // namespace troth::circle::test
