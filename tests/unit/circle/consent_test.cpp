// Rule 5: which consent is active, and which of several values counts.
#include "unit/circle/home.hpp"

namespace troth::circle::test {
namespace {

class Consent : public ::testing::Test {
 protected:
  void SetUp() override { papers = home.category(0); }
  // A new grant to device 1 in a past that the test chooses, with its accept.
  Ids grant_at(const Ids& parents, const GrantTerms& what) {
    const EntryId grant = home.world.add(0, Grant{what}, parents);
    return {grant, home.world.add(1, Accept{grant, {0}, {}, {}}, {grant})};
  }
  Home home{4};
  CategoryId papers;
};

TEST_F(Consent, TakesEffectByTheAcceptAlone) {
  const EntryId grant = home.by(0, Grant{terms(1, papers)});
  EXPECT_FALSE(home.granted(1, papers));
  EXPECT_EQ(home.log.view().offers_to(actor(1).id), (std::vector<GrantRef>{{grant, 0}}));
  EXPECT_EQ(home.may(2, Accept{grant, {0}, {}, {}}), Reason::not_the_subject);
  EXPECT_EQ(home.may(1, Accept{grant, {1}, {}, {}}), Reason::unknown_offer);
  EXPECT_EQ(home.may(1, Accept{home.adds[0], {}, {}, {}}), Reason::not_proven);
  home.by(1, Accept{grant, {0}, {}, {}});
  EXPECT_TRUE(home.granted(1, papers));
  EXPECT_TRUE(home.log.view().offers_to(actor(1).id).empty());
}

TEST_F(Consent, ANoIsAnAnswerAndGrantsNothing) {
  const EntryId grant = home.by(0, Grant{terms(1, papers)});
  EXPECT_FALSE(home.log.view().grant({grant, 0})->answered);
  home.by(1, Accept{grant, {}, {}, {}});
  EXPECT_FALSE(home.granted(1, papers));
  EXPECT_TRUE(home.log.view().offers_to(actor(1).id).empty());
  EXPECT_TRUE(home.log.view().grant({grant, 0})->answered);
}

TEST_F(Consent, NobodySaysNoForAnother) {
  const EntryId grant = home.by(0, Grant{terms(1, papers)});
  EXPECT_EQ(home.may(2, Accept{grant, {}, {}, {}}), Reason::not_the_subject);
  EXPECT_EQ(home.may(0, Accept{grant, {}, {}, {}}), Reason::not_the_subject);
}

TEST_F(Consent, ANoMayBecomeAYes) {
  const EntryId grant = home.by(0, Grant{terms(1, papers)});
  home.by(1, Accept{grant, {}, {}, {}});
  home.by(1, Accept{grant, {0}, {}, {}});
  EXPECT_TRUE(home.granted(1, papers));
}

TEST_F(Consent, OnlyWhatTheGiverHasAndNeverToItself) {
  EXPECT_EQ(home.may(1, Grant{terms(2, papers)}), Reason::not_yours_to_give);
  home.give(0, terms(1, papers, Direction::receive, History::from_now));
  EXPECT_EQ(home.may(1, Grant{terms(2, papers)}), Reason::not_yours_to_give);
  EXPECT_EQ(home.may(1, Grant{terms(2, papers, Direction::receive)}), Reason::not_yours_to_give);
  EXPECT_EQ(home.may(1, Grant{terms(2, papers, Direction::receive, History::from_now)}),
            Reason::ok);
  EXPECT_EQ(home.may(1, Grant{terms(1, papers)}), Reason::own_grant);
  EXPECT_EQ(home.may(0, Grant{terms(1, papers, Direction::send)}), Reason::send_only_unsupported);
  EXPECT_EQ(home.may(0, Grant{terms(1, kControl)}), Reason::control_is_not_granted);
  home.by(0, removal(3));
  EXPECT_EQ(home.may(0, Grant{terms(3, papers)}), Reason::subject_not_live);
}

// What another device withdrew, its creator cannot give itself again.
TEST(CreatorsConsent, IsGivenAgainByAnotherOnly) {
  Home home(3);
  const auto papers = home.category(0);
  EXPECT_EQ(home.may(0, Grant{terms(0, papers)}), Reason::ok);
  home.give(0, terms(1, papers));
  home.by(1, withdrawal(0, papers));
  ASSERT_FALSE(home.granted(0, papers));
  EXPECT_EQ(home.may(0, Grant{terms(0, papers)}), Reason::own_grant);
  EXPECT_EQ(home.may(0, Grant{terms(2, papers)}), Reason::ok) << "to others it gives on";
  home.give(1, terms(0, papers));
  EXPECT_TRUE(home.granted(0, papers));
}

// Nobody else is left who could.
TEST(CreatorsConsent, IsItsOwnAgainWhereItIsAlone) {
  Home home(2);
  const auto papers = home.category(0);
  home.by(1, withdrawal(0, papers));
  home.by(0, removal(1));
  EXPECT_EQ(home.may(0, Grant{terms(0, papers)}), Reason::ok);
}

TEST_F(Consent, AWithdrawalKillsARenewalWrittenBesideIt) {
  home.give(0, terms(1, papers));
  const auto before = home.heads();
  const auto renewal = grant_at(before, terms(1, papers));
  home.take({renewal[1], home.world.add(2, withdrawal(1, papers), before)});
  EXPECT_FALSE(home.granted(1, papers, Direction::receive));
  EXPECT_EQ(home.log.view().grant({renewal[0], 0})->reason, Reason::withdrawn);
}

TEST_F(Consent, ARenewalAfterTheWithdrawalCounts) {
  home.give(0, terms(1, papers));
  home.by(1, withdrawal(1, papers));
  ASSERT_FALSE(home.granted(1, papers, Direction::receive));
  home.give(0, terms(1, papers));
  EXPECT_TRUE(home.granted(1, papers));
}

TEST_F(Consent, AWithdrawalEndsItsDirectionItsDeviceAndItsCategoryOnly) {
  const auto letters = home.category(0, "letters");
  home.give(0, terms(1, papers));
  home.give(0, terms(1, letters));
  home.give(0, terms(2, papers));
  home.by(1, withdrawal(1, papers, Direction::send));
  EXPECT_FALSE(home.granted(1, papers, Direction::send));
  EXPECT_TRUE(home.granted(1, papers, Direction::receive));
  EXPECT_TRUE(home.granted(1, letters));
  EXPECT_TRUE(home.granted(2, papers));
}

TEST_F(Consent, AnExpireBeforeItsTimeIsNotValid) {
  const auto ref = home.give(0, until(terms(1, papers), 5000));
  EXPECT_EQ(home.may(2, Expire{{ref}, {}}, 4999), Reason::not_ended);
  EXPECT_EQ(home.may(2, Expire{{ref}, {}}, 5000), Reason::ok);
  const auto open = home.give(0, terms(2, papers));
  EXPECT_EQ(home.may(2, Expire{{open}, {}}, 5000), Reason::not_ended) << "it has no end";
  EXPECT_EQ(home.may(2, Expire{{{ref.entry, 1}}, {}}, 5000), Reason::unknown_grant);
}

TEST_F(Consent, AnExpireKillsWhatItNamesAndARenewalWrittenBesideItLives) {
  const auto ref = home.give(0, until(terms(1, papers), 5000));
  const auto before = home.heads();
  const auto renewal = grant_at(before, until(terms(1, papers), 9000));
  home.take({renewal[1], home.world.add(2, Expire{{ref}, {}}, before, 5000)});
  EXPECT_TRUE(home.granted(1, papers));
  EXPECT_EQ(home.log.view().grant(ref)->reason, Reason::expired);
  EXPECT_TRUE(home.log.view().grant({renewal[0], 0})->active());
}

TEST_F(Consent, TheFoldReadsNoClock) {
  home.give(0, until(terms(1, papers), 1));
  EXPECT_TRUE(home.granted(1, papers)) << "ended long ago, and no entry says so";
}

TEST_F(Consent, OfPoliciesWrittenBesideEachOtherTheStricterValueCounts) {
  const auto before = home.heads();
  home.take({home.world.add(0, PolicySet{2, 1, 10, 0}, before),
             home.world.add(1, PolicySet{1, 3, 5, 700}, before)});
  const auto& policy = home.log.view().policy();
  EXPECT_EQ(policy.least_suite, 2);
  EXPECT_EQ(policy.least_protocol, 3u);
  EXPECT_EQ(policy.max_devices, 5u);
  EXPECT_EQ(policy.max_grant_ms, 700u);
  home.by(2, PolicySet{1, 1, 0, 0});
  EXPECT_EQ(home.log.view().policy().max_devices, 0u) << "a later one replaces what it saw";
}

TEST_F(Consent, ThePolicyBindsWhatComesAfterIt) {
  home.by(0, PolicySet{1, 1, 4, 1000});
  EXPECT_EQ(home.may(0, DeviceAdd{actor(5).descriptor, {}, {}}), Reason::too_many_devices);
  EXPECT_EQ(home.may(0, Grant{until(terms(1, papers), 2000)}), Reason::ok);
  EXPECT_EQ(home.may(0, Grant{until(terms(1, papers), 2001)}), Reason::end_too_late);
  EXPECT_EQ(home.may(0, Grant{terms(1, papers)}), Reason::end_too_late);
  // A number of milliseconds that no clock reaches bounds nothing, and does not wrap.
  home.by(0, PolicySet{1, 1, 0, ~std::uint64_t{0}});
  EXPECT_EQ(home.may(0, Grant{until(terms(1, papers), 2000)}), Reason::ok);
}

TEST_F(Consent, OfNamesTheDeepestCountsAndOfEquallyDeepOnesTheHighestId) {
  const auto before = home.heads();
  const EntryId one = home.world.add(0, DeviceRename{actor(1).id, "one"}, before);
  const EntryId two = home.world.add(2, DeviceRename{actor(1).id, "two"}, before);
  home.take({one, two});
  EXPECT_EQ(home.log.view().device(actor(1).id)->name, one < two ? "two" : "one");
  const EntryId ack = home.world.ack(3, before);
  const EntryId deep = home.world.add(3, DeviceRename{actor(1).id, "deep"}, {ack});
  home.take({deep});
  EXPECT_EQ(home.log.view().device(actor(1).id)->name, "deep");
}

}  // namespace
}  // namespace troth::circle::test
