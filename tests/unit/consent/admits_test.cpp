#include "consent/admits.hpp"

#include <gtest/gtest.h>

#include "tests/unit/consent/ledger.hpp"

namespace troth::consent {
namespace {

constexpr std::size_t kA = 0;
constexpr std::size_t kB = 1;
const AuthorId kAuthor{{7}};

struct Admits : ::testing::Test {
  Ledger l{3};
  CategoryId notes = l.create(kA);
  circle::EpochId epoch = l.epoch(kA, notes);
  std::vector<EntryId> heads;

  void SetUp() override {
    l.grant(kA, l.terms(kB, notes, Direction::both), kB);
    heads = l.view().heads();
  }
  BatchClaims claims(std::uint64_t first, std::uint64_t last) {
    BatchClaims out;
    out.category = notes;
    out.epoch = epoch;
    out.author = kAuthor;
    out.device = l.ids[kB];
    out.heads = heads;
    out.first = first;
    out.last = last;
    out.chain = ChainHash{{static_cast<std::uint8_t>(last)}};
    return out;
  }
  Admission ask(const BatchClaims& c) { return admits(c, l.view()); }
  circle::Cut cut(std::uint64_t counter, std::uint8_t chain) {
    return {notes, kAuthor, counter, ChainHash{{chain}}};
  }
};

TEST_F(Admits, AnAuthorWithConsentIsTaken) {
  const auto answer = ask(claims(1, 3));
  EXPECT_EQ(answer.verdict, Admit::accept);
  EXPECT_FALSE(answer.bound);
}

TEST_F(Admits, WhatTheLogDoesNotCoverIsHeld) {
  heads = {EntryId{{9}}};
  EXPECT_EQ(ask(claims(1, 1)).verdict, Admit::hold);
  heads = l.view().heads();
  auto unknown = claims(1, 1);
  unknown.epoch.number = 2;
  EXPECT_EQ(ask(unknown).verdict, Admit::hold);
  EXPECT_EQ(ask(unknown).reason, Errc::no_key);
}

TEST_F(Admits, WithoutConsentInItsOwnPastItIsRefused) {
  auto stranger = claims(1, 1);
  stranger.device = l.ids[2];
  EXPECT_EQ(ask(stranger).verdict, Admit::refuse);
  EXPECT_EQ(ask(stranger).reason, Errc::no_grant);
  // Consent that came later does not make an earlier batch right.
  l.grant(kA, l.terms(2, notes, Direction::both), 2);
  EXPECT_EQ(ask(stranger).verdict, Admit::refuse);
  heads = l.view().heads();
  auto later = claims(1, 1);
  later.device = l.ids[2];
  EXPECT_EQ(ask(later).verdict, Admit::accept);
}

TEST_F(Admits, NonsenseAndControlAreRefused) {
  EXPECT_EQ(ask(claims(0, 1)).verdict, Admit::refuse);
  EXPECT_EQ(ask(claims(3, 2)).verdict, Admit::refuse);
  auto control = claims(1, 1);
  control.category = circle::kControl;
  EXPECT_EQ(ask(control).verdict, Admit::refuse);
  heads.clear();
  EXPECT_EQ(ask(claims(1, 1)).verdict, Admit::refuse);
}

TEST_F(Admits, NeverDependsOnAClock) {
  auto terms = l.terms(2, notes, Direction::both);
  terms.until = WallMs{l.now.ms + 1};
  l.grant(kA, terms, 2);
  heads = l.view().heads();
  auto late = claims(1, 1);
  late.device = l.ids[2];
  l.now.ms += 1'000'000;  // no entry says that it ended
  EXPECT_EQ(ask(late).verdict, Admit::accept);
}

TEST_F(Admits, AboveTheCutOfARemovalIsParkedAndBelowItCounts) {
  circle::DeviceRemove remove;
  remove.device = l.ids[kB];
  remove.cuts = {cut(5, 5)};
  l.write(kA, remove);
  EXPECT_EQ(ask(claims(1, 3)).verdict, Admit::accept);
  ASSERT_TRUE(ask(claims(1, 3)).bound);
  EXPECT_EQ(ask(claims(1, 3)).bound->counter, 5u);
  EXPECT_EQ(ask(claims(4, 5)).verdict, Admit::accept);
  EXPECT_EQ(ask(claims(4, 6)).verdict, Admit::park);
  EXPECT_EQ(ask(claims(6, 6)).reason, Errc::above_cut);
  auto forged = claims(4, 5);
  forged.chain = ChainHash{{99}};
  EXPECT_EQ(ask(forged).verdict, Admit::park);
  EXPECT_EQ(ask(forged).reason, Errc::bad_chain);
}

TEST_F(Admits, AcksRaiseTheCutUnlessItIsStrict) {
  circle::DeviceRemove remove;
  remove.device = l.ids[kB];
  remove.cuts = {cut(5, 5)};
  const auto end = l.write(kA, remove);
  circle::Ack ack;
  ack.raised.push_back({end, cut(8, 8)});
  l.write(2, ack);
  EXPECT_EQ(ask(claims(6, 8)).verdict, Admit::accept);
  EXPECT_EQ(ask(claims(6, 9)).verdict, Admit::park);
}

// Ends may name two chains at one place. What keeps to one of them only is above the other.
TEST_F(Admits, OfTwoBoundsAtOnePlaceBothAreKeptTo) {
  for (const bool other_first : {false, true}) {
    Ledger fresh{3};
    std::swap(l, fresh);
    notes = l.create(kA);
    epoch = l.epoch(kA, notes);
    SetUp();
    circle::Withdraw same{l.ids[kB], notes, Direction::send, {cut(10, 10)}};
    circle::Withdraw low{l.ids[kB], notes, Direction::send, {cut(5, 5)}};
    if (!other_first) l.write(kA, same);
    const auto end = l.write(kA, low);
    circle::Ack ack;
    ack.raised.push_back({end, cut(10, 99)});
    l.write(2, ack);
    if (other_first) l.write(kA, same);
    EXPECT_EQ(ask(claims(6, 10)).verdict, Admit::park) << other_first;
    EXPECT_EQ(ask(claims(6, 10)).reason, Errc::bad_chain);
    EXPECT_EQ(ask(claims(6, 9)).verdict, Admit::accept);
  }
}

TEST_F(Admits, AStrictRemovalIsNotRaised) {
  circle::DeviceRemove remove;
  remove.device = l.ids[kB];
  remove.why = circle::RemoveWhy::lost;
  remove.strict = true;
  remove.cuts = {cut(5, 5)};
  const auto end = l.write(kA, remove);
  circle::Ack ack;
  ack.raised.push_back({end, cut(8, 8)});
  l.write(2, ack);
  EXPECT_EQ(ask(claims(6, 8)).verdict, Admit::park);
}

TEST_F(Admits, WithdrawalCarriesACutTooAndARenewalStartsAfresh) {
  circle::Withdraw withdraw{l.ids[kB], notes, Direction::both, {cut(5, 5)}};
  l.write(kA, withdraw);
  EXPECT_EQ(ask(claims(4, 5)).verdict, Admit::accept);
  EXPECT_EQ(ask(claims(6, 6)).verdict, Admit::park);
  l.grant(kA, l.terms(kB, notes, Direction::both), kB);
  heads = l.view().heads();
  EXPECT_EQ(ask(claims(6, 6)).verdict, Admit::accept);
}

}  // namespace
}  // namespace troth::consent
