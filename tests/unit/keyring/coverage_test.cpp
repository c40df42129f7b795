// Spec 05 §7.6: which epochs a device's consent covers, through renewals, ends and new beginnings.
#include "keyring/coverage.hpp"

#include "unit/circle/home.hpp"

namespace troth::keyring {
namespace {

using namespace circle;
using namespace circle::test;

struct CoverageTest : ::testing::Test {
  // A new epoch for devices 0 and 1, with what comes before it or without.
  EpochId rotate(bool history = false) {
    const auto def = epoch(papers, ++number);
    home.by(0, Keys{{def}, {}, {box(1, {{0, history}})}});
    return def.id();
  }
  GrantTerms from_now(std::uint64_t ms = 0) const {
    auto out = terms(1, papers, Direction::both, History::from_now);
    return ms > 0 ? until(out, ms) : out;
  }
  Coverage covered() const { return coverage(home.log.view(), papers, actor(1).id); }

  Home home{3};
  CategoryId papers = home.category(0);
  std::uint64_t number = 1;
  EpochDef first = epoch(papers, 1);
  EntryId made = home.by(0, Keys{{first}, {}, {}});
};

TEST_F(CoverageTest, ConsentToAllHistoryCoversAll) {
  home.give(0, terms(1, papers));
  EXPECT_TRUE(covered().all);
  EXPECT_TRUE(covered().holds(first.id()));
  EXPECT_TRUE(coverage(home.log.view(), kControl, actor(1).id).all);
}

TEST_F(CoverageTest, FromNowOnCoversWhatIsBoxedAfterIt) {
  home.give(0, from_now());
  EXPECT_FALSE(covered().all);
  EXPECT_TRUE(covered().epochs.empty());
  const auto second = rotate();
  EXPECT_EQ(covered().epochs, std::set{second});
  const auto third = epoch(papers, ++number);
  home.by(0, Keys{{third}, {}, {}});
  EXPECT_FALSE(covered().holds(third.id())) << "it was left out";
}

TEST_F(CoverageTest, ARenewalKeepsWhatWasCoveredAlsoWhenTheOldConsentEnds) {
  const auto ref = home.give(0, from_now(5000));
  const auto second = rotate();
  home.give(0, from_now(9000));
  const auto third = rotate();
  const std::set both{second, third};
  EXPECT_EQ(covered().epochs, both);
  home.by(2, Expire{{ref}, {}}, 5000);
  ASSERT_TRUE(home.granted(1, papers));
  EXPECT_EQ(covered().epochs, both);
}

TEST_F(CoverageTest, ConsentThatEndedAndCameAgainCoversOnlyWhatIsNew) {
  home.give(0, from_now());
  rotate();
  home.by(1, withdrawal(1, papers));
  home.give(0, from_now());
  const auto third = rotate();
  EXPECT_EQ(covered().epochs, std::set{third});
}

TEST_F(CoverageTest, AnEndByTheClockIsOneToo) {
  const auto ref = home.give(0, from_now(5000));
  rotate();
  home.by(2, Expire{{ref}, {}}, 5000);
  home.give(0, from_now(9000));
  EXPECT_TRUE(covered().epochs.empty());
}

TEST_F(CoverageTest, WhatAllHistoryOnceGaveIsNotCoveredByFromNowOn) {
  home.give(0, terms(1, papers));
  home.by(0, Keys{{}, {{papers, first.id()}}, {box(1, {{0, true}})}});
  ASSERT_TRUE(covered().holds(first.id()));
  home.by(1, withdrawal(1, papers));
  home.give(0, from_now());
  const auto second = rotate();
  EXPECT_EQ(covered().epochs, std::set{second});
  home.give(0, terms(1, papers));
  EXPECT_TRUE(covered().all) << "widened again";
}

TEST_F(CoverageTest, AnotherCategorysEndChangesNothing) {
  const auto letters = home.category(0, "letters");
  home.give(0, terms(1, letters));
  home.by(1, withdrawal(1, letters));
  home.give(0, from_now());
  EXPECT_EQ(covered().epochs, std::set{rotate()});
}

TEST(CoverageSets, AllIncludesEverythingAndASetItsParts) {
  const EpochId a{1, {}};
  const EpochId b{2, {}};
  const Coverage all{true, {}};
  const Coverage both{false, {a, b}};
  const Coverage one{false, {a}};
  EXPECT_TRUE(all.includes(both));
  EXPECT_TRUE(all.includes(all));
  EXPECT_FALSE(both.includes(all));
  EXPECT_TRUE(both.includes(one));
  EXPECT_FALSE(one.includes(both));
}

}  // namespace
}  // namespace troth::keyring
