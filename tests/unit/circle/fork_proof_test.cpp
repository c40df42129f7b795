// A fork proof names two entries that one device should not both have written; it must not be
// possible to make one against a device that did nothing.
#include "unit/circle/home.hpp"

namespace troth::circle::test {
namespace {

TEST(ForkProof, OfTwoEntriesOfTheLogThatDoNotKnowEachOther) {
  Home home(3);
  const auto before = home.heads();
  const EntryId one = home.world.ack(1, before);
  const EntryId two = home.world.add(1, Ack{}, before, 1001);
  const EntryId later = home.world.ack(1, {one});
  const EntryId other = home.world.ack(2, before);
  home.take({one, two, later, other});
  ASSERT_TRUE(home.log.contains(later));
  EXPECT_EQ(home.may(0, ForkProof{one, two, {}}), Reason::ok);
  EXPECT_EQ(home.may(0, ForkProof{two, later, {}}), Reason::ok);
  EXPECT_EQ(home.may(0, ForkProof{one, later, {}}), Reason::not_a_fork);
  EXPECT_EQ(home.may(0, ForkProof{one, other, {}}), Reason::not_a_fork);
}

TEST(ForkProof, IsDueForAForkInTheLogUntilOneStands) {
  Home home(3);
  EXPECT_TRUE(home.log.unproven_forks().empty());
  const auto before = home.heads();
  const EntryId one = home.world.ack(1, before);
  const EntryId two = home.world.add(1, Ack{}, before, 1001);
  home.take({one, two});
  const auto due = home.log.unproven_forks();
  ASSERT_EQ(due.size(), 1u);
  EXPECT_FALSE(due[0].entry);
  EXPECT_TRUE(home.log.view().proven_forked().empty());
  home.by(0, due[0]);
  EXPECT_EQ(home.log.view().proven_forked(), std::set<DeviceId>{actor(1).id});
  EXPECT_TRUE(home.log.unproven_forks().empty());
}

TEST(ForkProof, IsNotDueOfWhoIsOut) {
  Home home(3);
  const auto before = home.heads();
  home.take({home.world.ack(1, before), home.world.add(1, Ack{}, before, 1001)});
  home.by(0, removal(1));
  EXPECT_TRUE(home.log.unproven_forks().empty());
}

class Carried : public ::testing::Test {
 protected:
  // Both by device 1, with one previous entry; the log takes the first.
  void SetUp() override {
    home.by(1, Ack{});
    const auto before = home.heads();
    first = home.world.ack(1, before);
    second = home.world.add(1, Ack{}, before, 1001);
    home.take({first});
  }
  OfferResult accuse(const EntryId& one, const EntryId& two, const Entry& carried) {
    last = home.world.add(2, ForkProof{one, two, wire::encode(carried)}, home.heads());
    return home.take({last});
  }
  Home home{3, true};
  EntryId first, second, last;
};

TEST_F(Carried, TheSecondOneMayBeCarried) {
  const auto result = accuse(first, second, home.world.entry(second));
  EXPECT_EQ(result.admitted, Ids{last});
  EXPECT_EQ(home.log.birth(last), Reason::ok);
}

TEST_F(Carried, TheOneThatIsHeldIsCarriedByWhoHoldsIt) {
  home.take({second});
  ASSERT_EQ(held_as(home.log, second), Reason::fork);
  const auto due = home.log.unproven_forks();
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due[0].first, first);
  EXPECT_EQ(due[0].second, second);
  ASSERT_TRUE(due[0].entry);
  home.by(2, due[0]);
  EXPECT_EQ(home.log.view().proven_forked(), std::set<DeviceId>{actor(1).id});
}

TEST_F(Carried, WhatFollowsAHeldOneProvesNothingByItself) {
  const EntryId after = home.world.ack(1, {second});
  home.take({second, after});
  ASSERT_EQ(held_as(home.log, after), Reason::fork);
  const auto due = home.log.unproven_forks();
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due[0].second, second);
}

TEST_F(Carried, NotWithoutItsAuthorsSignature) {
  Entry forged = home.world.entry(second);
  forged.signature = home.world.signed_by(second, true).signature;  // an ack is not signed by it
  EXPECT_EQ(accuse(first, second, forged).refused.size(), 1u);
}

TEST_F(Carried, NotUnderAnotherName) {
  EXPECT_EQ(accuse(first, home.root, home.world.entry(second)).refused.size(), 1u);
}

TEST_F(Carried, NotOneThatFollowsAnotherEntry) {
  const EntryId after = home.world.ack(1, {first});
  accuse(first, after, home.world.entry(after));
  EXPECT_EQ(held_as(home.log, last), Reason::not_a_fork);
}

TEST_F(Carried, NotAnotherProof) {
  const EntryId inner = home.world.add(1, ForkProof{first, second, {}}, {home.adds[1]});
  EXPECT_EQ(accuse(first, inner, home.world.entry(inner)).refused.size(), 1u);
}

// A beginning of a circle names its own keys. It must not speak for a device whose id it borrows.
TEST_F(Carried, NotABeginningThatBorrowsAName) {
  Genesis genesis;
  genesis.device = actor(2).descriptor;
  EntryBody body;
  body.kind = Kind::genesis;
  body.author = actor(0).id;
  body.payload = encode_payload(genesis);
  Entry forged{wire::encode(body), {}};
  CountingRng rng(3);
  forged.signature = actor(2).approve.sign(signing_input(forged.body), rng);
  EXPECT_EQ(accuse(home.root, forged.id(), forged).refused.size(), 1u);
}

// Keys are made for one circle, and what is signed for another is no fork here.
TEST_F(Carried, NotOneOfAnotherCircle) {
  EntryBody body = home.world.body(second);
  body.circle.bytes[0] ^= 1;
  const EntryId id = home.world.write(body, Ack{});
  EXPECT_EQ(accuse(first, id, home.world.entry(id)).refused.size(), 1u);
}

}  // namespace
}  // namespace troth::circle::test
