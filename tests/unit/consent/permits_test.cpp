#include "consent/permits.hpp"

#include <gtest/gtest.h>

#include "consent/needed.hpp"
#include "tests/unit/consent/ledger.hpp"

namespace troth::consent {
namespace {

constexpr std::size_t kA = 0;
constexpr std::size_t kB = 1;

struct Permits : ::testing::Test {
  Ledger l{3};
  CategoryId notes = l.create(kA);
  LocalState local;

  Why why(Action action, std::size_t device) {
    return permits(action, notes, l.ids[device], l.view(), local, l.now).why;
  }
};

TEST_F(Permits, PairingAloneGivesNothing) {
  EXPECT_EQ(why(Action::seal, kA), Why::ok);
  EXPECT_EQ(why(Action::show, kA), Why::ok);
  EXPECT_EQ(why(Action::send, kB), Why::no_consent);
  EXPECT_EQ(why(Action::show, kB), Why::no_consent);
  EXPECT_EQ(permits(Action::send, circle::kControl, l.ids[kB], l.view(), local, l.now).why,
            Why::ok);
}

TEST_F(Permits, AnOfferIsNothingUntilItIsAccepted) {
  const auto offer = l.offer(kA, l.terms(kB, notes, Direction::both));
  EXPECT_EQ(why(Action::send, kB), Why::not_accepted);
  l.accept(kB, offer);
  EXPECT_EQ(why(Action::send, kB), Why::ok);
  EXPECT_EQ(why(Action::seal, kB), Why::ok);
}

TEST_F(Permits, AGrantInsideAnActiveOneChangesNothing) {
  auto terms = l.terms(kB, notes, Direction::both);
  EXPECT_TRUE(changes_something(terms, l.view(), l.now));
  terms.until = WallMs{l.now.ms + 1000};
  const auto offer = l.offer(kA, terms);
  EXPECT_TRUE(changes_something(terms, l.view(), l.now)) << "nobody has taken it";
  l.accept(kB, offer);
  EXPECT_FALSE(changes_something(terms, l.view(), l.now));
  auto inside = terms;
  inside.history = History::from_now;
  inside.direction = Direction::receive;
  inside.until = WallMs{l.now.ms + 999};
  EXPECT_FALSE(changes_something(inside, l.view(), l.now));
  auto longer = inside;
  longer.until = WallMs{l.now.ms + 1001};
  EXPECT_TRUE(changes_something(longer, l.view(), l.now));
  longer.until.reset();
  EXPECT_TRUE(changes_something(longer, l.view(), l.now));
  l.now.ms += 1000;
  EXPECT_TRUE(changes_something(terms, l.view(), l.now)) << "it is over";
}

TEST_F(Permits, MoreThanAReceiveOnlyOrAFromNowGrantChangesSomething) {
  auto terms = l.terms(kB, notes, Direction::receive);
  terms.history = History::from_now;
  l.grant(kA, terms, kB);
  EXPECT_FALSE(changes_something(terms, l.view(), l.now));
  auto wider = terms;
  wider.direction = Direction::both;
  EXPECT_TRUE(changes_something(wider, l.view(), l.now));
  wider = terms;
  wider.history = History::all;
  EXPECT_TRUE(changes_something(wider, l.view(), l.now));
}

TEST_F(Permits, ReceiveOnlyShowsAndDoesNotSeal) {
  l.grant(kA, l.terms(kB, notes, Direction::receive), kB);
  EXPECT_EQ(why(Action::show, kB), Why::ok);
  EXPECT_EQ(why(Action::send, kB), Why::ok);
  EXPECT_EQ(why(Action::seal, kB), Why::receive_only);
}

TEST_F(Permits, EndsAtItsTimeToTheMillisecondAndTheLongestGrantCounts) {
  auto terms = l.terms(kB, notes, Direction::both);
  terms.until = WallMs{l.now.ms + 100};
  l.grant(kA, terms, kB);
  const auto verdict = permits(Action::seal, notes, l.ids[kB], l.view(), local, l.now);
  EXPECT_EQ(verdict.until, terms.until);
  l.now.ms += 99;
  EXPECT_EQ(why(Action::seal, kB), Why::ok);
  l.now.ms += 1;
  EXPECT_EQ(why(Action::seal, kB), Why::ended);
  EXPECT_EQ(why(Action::show, kB), Why::ended);
  EXPECT_EQ(why(Action::send, kB), Why::ended);

  terms.until = WallMs{l.now.ms + 500};
  l.grant(kA, terms, kB);
  EXPECT_EQ(permits(Action::seal, notes, l.ids[kB], l.view(), local, l.now).until, terms.until);
  terms.until.reset();
  l.grant(kA, terms, kB);
  const auto open_end = permits(Action::seal, notes, l.ids[kB], l.view(), local, l.now);
  EXPECT_TRUE(open_end.allowed());
  EXPECT_EQ(open_end.until, std::nullopt);
}

TEST_F(Permits, WithdrawalIsAtOnceAndARenewalAfterItCounts) {
  l.grant(kA, l.terms(kB, notes, Direction::both), kB);
  l.write(kB, circle::Withdraw{l.ids[kB], notes, Direction::both, {}});
  for (const auto action : {Action::seal, Action::send, Action::receive, Action::show}) {
    EXPECT_EQ(why(action, kB), Why::withdrawn);
  }
  l.grant(kA, l.terms(kB, notes, Direction::both), kB);
  EXPECT_EQ(why(Action::seal, kB), Why::ok);
}

TEST_F(Permits, ARemovedDeviceIsRefusedEverywhereAndControlToo) {
  l.grant(kA, l.terms(kB, notes, Direction::both), kB);
  circle::DeviceRemove remove;
  remove.device = l.ids[kB];
  l.write(kA, remove);
  EXPECT_EQ(why(Action::send, kB), Why::device_removed);
  EXPECT_EQ(permits(Action::send, circle::kControl, l.ids[kB], l.view(), local, l.now).why,
            Why::device_removed);
  EXPECT_EQ(permits(Action::send, notes, DeviceId{}, l.view(), local, l.now).why,
            Why::unknown_device);
}

TEST_F(Permits, PauseStopsMovementAndNothingElse) {
  l.grant(kA, l.terms(kB, notes, Direction::both), kB);
  local.paused_categories.insert(notes);
  EXPECT_EQ(why(Action::send, kB), Why::paused);
  EXPECT_EQ(why(Action::receive, kA), Why::paused);
  EXPECT_EQ(why(Action::seal, kA), Why::ok);
  EXPECT_EQ(why(Action::show, kA), Why::ok);
  EXPECT_EQ(permits(Action::send, circle::kControl, l.ids[kB], l.view(), local, l.now).why,
            Why::ok);
  local = {};
  local.paused_devices.insert(l.ids[kB]);
  EXPECT_EQ(why(Action::send, kB), Why::paused);
  EXPECT_EQ(why(Action::receive, kA), Why::ok);
  // A pause is never the answer where consent is missing: resuming would not help.
  EXPECT_EQ(why(Action::send, 2), Why::no_consent);
}

TEST_F(Permits, RetiredCategoriesAreReadAndNotWritten) {
  l.write(kA, circle::CategoryRetire{notes});
  EXPECT_EQ(why(Action::seal, kA), Why::category_retired);
  EXPECT_EQ(why(Action::show, kA), Why::ok);
  EXPECT_EQ(permits(Action::show, CategoryId{{1}}, l.ids[kA], l.view(), local, l.now).why,
            Why::unknown_category);
}

TEST_F(Permits, SendAloneIsRefusedInWords) {
  EXPECT_EQ(grantable(Direction::send), Why::send_only_unsupported);
  EXPECT_EQ(grantable(Direction::both), Why::ok);
  EXPECT_EQ(error_of(Why::send_only_unsupported), Errc::send_only_unsupported);
}

TEST_F(Permits, EveryReasonHasItsKeyAndError) {
  std::set<std::string> keys;
  for (int i = 0; i <= static_cast<int>(Why::paused); ++i) {
    keys.insert(reason_key(static_cast<Why>(i)));
    EXPECT_EQ(error_of(static_cast<Why>(i)) == Errc::internal, i == 0);
  }
  EXPECT_EQ(keys.size(), static_cast<std::size_t>(Why::paused) + 1);
  EXPECT_FALSE(keys.contains("consent.unknown"));
}

TEST_F(Permits, AskingIsInContextAndNotAgainAndAgain) {
  const auto verdict = permits(Action::show, notes, l.ids[kB], l.view(), local, l.now);
  AskMemory memory;
  const auto ask = [&](std::uint64_t later_ms) {
    return consent_needed(verdict, notes, l.ids[kB], memory, WallMs{l.now.ms + later_ms});
  };
  ASSERT_TRUE(ask(0));
  EXPECT_STREQ(ask(0)->why, "needed.first_use");
  memory[{notes, l.ids[kB]}] = {l.now, false};
  EXPECT_FALSE(ask(limits::kDay - 1));
  EXPECT_TRUE(ask(limits::kDay));
  memory[{notes, l.ids[kB]}] = {l.now, true};
  EXPECT_FALSE(ask(30 * limits::kDay - 1));
  EXPECT_TRUE(ask(30 * limits::kDay));
  memory[{notes, l.ids[kB]}] = {WallMs{l.now.ms + 1000},
                                true};  // asked in the future: clock went back
  EXPECT_TRUE(ask(0));
  EXPECT_FALSE(consent_needed({Why::paused, {}}, notes, l.ids[kB], {}, l.now));
  EXPECT_FALSE(consent_needed({Why::ok, {}}, notes, l.ids[kB], {}, l.now));
}

}  // namespace
}  // namespace troth::consent
