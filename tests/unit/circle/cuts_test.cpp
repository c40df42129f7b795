// Rule 10: how far what an ended device wrote still counts.
#include "unit/circle/home.hpp"

namespace troth::circle::test {
namespace {

class Cuts : public ::testing::Test {
 protected:
  // Device 1 sends in a category of device 0; before is what its last batch knew.
  void SetUp() override {
    papers = home.category(0);
    home.give(0, terms(1, papers));
    before = home.heads();
  }
  EntryId end(bool strict = false) {
    auto remove = removal(1);
    remove.strict = strict;
    remove.cuts = {cut(papers, author(1), 10)};
    return home.by(0, remove);
  }
  Ack raise(const EntryId& end, std::uint64_t counter) {
    return Ack{{{end, cut(papers, author(1), counter)}}};
  }
  std::vector<CutInfo> cuts() {
    return home.log.view().cuts(papers, actor(1).id, author(1), before);
  }
  std::uint64_t bound() {
    const auto all = cuts();
    EXPECT_EQ(all.size(), 1u);
    return all.empty() ? 0 : all[0].counter();
  }
  Home home{4};
  CategoryId papers;
  Ids before;
};

TEST_F(Cuts, NothingBoundsADeviceThatNobodyEnded) { EXPECT_TRUE(cuts().empty()); }

TEST_F(Cuts, TheHighestOfWhatIsStatedAndWhatLiveDevicesHadApplied) {
  const EntryId removed = end();
  EXPECT_EQ(bound(), 10u);
  home.by(2, raise(removed, 9));
  EXPECT_EQ(bound(), 10u) << "a raise never lowers";
  home.by(2, raise(removed, 12));
  home.by(3, raise(removed, 15));
  EXPECT_EQ(bound(), 15u);
  EXPECT_EQ(cuts()[0].raises.size(), 2u);
}

TEST_F(Cuts, StrictIgnoresWhatOthersHadApplied) {
  const EntryId removed = end(true);
  home.by(2, raise(removed, 12));
  EXPECT_EQ(bound(), 10u);
  EXPECT_TRUE(cuts()[0].raises.empty());
}

// A device that came later could be anybody's, and cannot have applied anything before.
TEST_F(Cuts, ARaiseByADeviceThatIsNotLiveInItsPastDoesNotCount) {
  const EntryId removed = end();
  home.add(0, 5);
  home.by(5, raise(removed, 99));
  EXPECT_EQ(bound(), 10u);
}

TEST_F(Cuts, NorByOneThatHadBeenRemovedBefore) {
  const EntryId other = home.world.remove(0, 2, before);
  home.take({other});
  const EntryId removed = end();
  const EntryId late = home.world.add(2, raise(removed, 99), home.heads());
  home.take({home.world.ack(3, {late})});
  ASSERT_FALSE(home.log.valid(late));
  EXPECT_EQ(bound(), 10u);
}

TEST_F(Cuts, NorByTheDeviceItself) {
  auto withdraw = withdrawal(1, papers);
  withdraw.cuts = {cut(papers, author(1), 10)};
  const EntryId ended = home.by(0, withdraw);
  home.by(1, raise(ended, 99));
  EXPECT_EQ(bound(), 10u);
  home.by(2, raise(ended, 11));
  EXPECT_EQ(bound(), 11u);
}

TEST_F(Cuts, NorInAnAckThatIsVoid) {
  const EntryId removed = end();
  const auto then = home.heads();
  home.take({home.world.add(2, raise(removed, 20), then)});
  ASSERT_EQ(bound(), 20u);
  home.take({home.world.remove(0, 2, then)});
  EXPECT_EQ(bound(), 10u);
}

TEST_F(Cuts, ARaiseOfSomethingElseIsNotValid) {
  EXPECT_EQ(home.may(2, raise(home.root, 20)), Reason::unknown_end);
  const EntryId unseen = home.world.remove(0, 1, before);
  EXPECT_EQ(home.may(2, raise(unseen, 20)), Reason::unknown_end);
}

TEST_F(Cuts, ForAnAuthorThatIsNotNamedTheBoundIsNothing) {
  end();
  const auto all = home.log.view().cuts(papers, actor(1).id, author(2), before);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].counter(), 0u);
}

TEST_F(Cuts, EachOfTwoRemovalsBounds) {
  end();
  home.by(2, removal(1));
  const auto all = cuts();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(std::min(all[0].counter(), all[1].counter()), 0u);
}

TEST_F(Cuts, WhatABatchKnewHasDecidedAlready) {
  home.by(1, withdrawal(1, papers));
  home.give(0, terms(1, papers));
  EXPECT_TRUE(home.log.view().cuts(papers, actor(1).id, author(1), home.heads()).empty());
  EXPECT_TRUE(home.log.view().send_grant_active_at(actor(1).id, papers, home.heads()));
  EXPECT_EQ(cuts().size(), 1u);
}

TEST_F(Cuts, AWithdrawalOfReceivingBoundsNothing) {
  home.by(1, withdrawal(1, papers, Direction::receive));
  EXPECT_TRUE(cuts().empty());
}

TEST_F(Cuts, AnExpiryBoundsUnlessAnotherGrantWasActive) {
  const auto ref = home.give(0, until(terms(2, papers), 500));
  const auto one = home.heads();
  home.give(0, terms(2, papers));
  const auto both = home.heads();
  home.by(3, Expire{{ref}, {}});
  EXPECT_EQ(home.log.view().cuts(papers, actor(2).id, author(2), one).size(), 1u);
  EXPECT_TRUE(home.log.view().cuts(papers, actor(2).id, author(2), both).empty());
}

}  // namespace
}  // namespace troth::circle::test
