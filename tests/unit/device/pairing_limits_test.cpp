// An invitation has one place for a run, a few tries for a code, and an audit log that only grows:
// what whoever comes may take of each, and what the user may ask of it at the same time.
#include "unit/device/raw_applicant.hpp"

namespace troth::device {
namespace {

using namespace testing;

TEST(PairingPlace, AKnockAndSilenceGiveWayToWhoComesLater) {
  Scene scene;
  scene.user.invite();
  auto& silent = scene.comes(1);
  silent.knock(scene.user.qr);
  scene.circle.run(limits::kUnprovenStandsMs - 1000);
  auto& early = scene.comes(2);
  early.begin(scene.user.code);
  EXPECT_EQ(early.told, pairing::EndReason::crowded) << "a run has a moment to itself";
  scene.circle.run(2000);
  scene.pairs(scene.comes(3));
  silent.hear();
  EXPECT_EQ(silent.told, pairing::EndReason::crowded);
  EXPECT_EQ(alerts(scene.circle.at(0), "pairing_crowded"), 1u);
}

TEST(PairingPlace, ATryThatGaveWayWasATry) {
  Scene scene;
  scene.user.invite();
  for (std::uint32_t i = 0; i < limits::kRunsPerCode; ++i) {
    EXPECT_TRUE(scene.user.failed.empty());
    auto& guesses = scene.comes(i + 1);
    guesses.stalls_at = pairing::MessageType::p2;
    guesses.begin(scene.guess());
    EXPECT_EQ(scene.pairing().attempts().runs, i + 1);
    scene.circle.run(limits::kUnprovenStandsMs);
  }
  auto& late = scene.comes(9);
  late.begin(scene.user.code);
  EXPECT_EQ(late.heard.size(), 0u) << "the code was used up by the run that it would replace";
  EXPECT_EQ(scene.user.failed, std::vector<Errc>{Errc::too_many_attempts});
}

TEST(PairingPlace, WhoKnowsTheCodeGivesWayToNobody) {
  Scene scene;
  scene.user.invite();
  auto& honest = scene.comes(1);
  honest.begin(scene.user.code);
  scene.circle.run(60'000);
  auto& second = scene.comes(2);
  second.begin(scene.user.code);
  EXPECT_EQ(second.told, pairing::EndReason::crowded);
  scene.user.answer(honest.check, {});
  scene.circle.run(200);
  honest.change = [](circle::EntryBody&, circle::Accept& said) { said.accepted = {}; };
  honest.go();
  EXPECT_TRUE(honest.finished);
}

// The clock was ahead by a year when codes were used up, and is right now.
TEST(PairingLock, AClockThatWasSetBackLocksForAnHourAtMost) {
  Scene scene;
  const auto ahead =
      WallMs{scene.circle.at(0).at(scene.circle.world.now()).wall.ms + 365 * limits::kDay};
  scene.put_book(pairing::with_code_void(pairing::with_code_void({}, ahead), ahead));
  scene.user.invite(limits::kInvitationLeastMs);
  EXPECT_EQ(scene.user.code, "");
  scene.circle.run(limits::kLockoutMs);
  scene.user.invite();
  EXPECT_NE(scene.user.code, "");
}

TEST(PairingStart, WhatIsCancelledBeforeItsUserAgreedOpensNothing) {
  Scene scene;
  auto& world = scene.circle.world;
  auto& sponsor = scene.circle.at(0);
  const auto asked = world.submit(sponsor, StartPairing{"to test", false, 180'000});
  ASSERT_TRUE(asked);
  (void)world.submit(sponsor, CancelPairing{*asked});
  scene.circle.run(1000);
  EXPECT_TRUE(scene.user.refused.empty());
  EXPECT_EQ(scene.user.failed, std::vector<Errc>{Errc::cancelled});
  EXPECT_FALSE(scene.shows());
  EXPECT_EQ(scene.user.qr, "");
  scene.user.invite();
  scene.pairs(scene.comes(1));
}

TEST(PairingStart, OneIsAskedAtATime) {
  Scene scene;
  auto& world = scene.circle.world;
  auto& sponsor = scene.circle.at(0);
  (void)world.submit(sponsor, StartPairing{"to test", false, 180'000});
  (void)world.submit(sponsor, StartPairing{"to test", false, 180'000});
  scene.circle.run(1000);
  EXPECT_EQ(scene.user.refused, std::vector<Errc>{Errc::busy});
  EXPECT_TRUE(scene.shows());
  EXPECT_TRUE(scene.user.failed.empty());
}

TEST(PairingStart, APresenceThatFailedLeavesRoomForTheNext) {
  Scene scene;
  auto& sponsor = scene.circle.at(0);
  sponsor.keys.broken = Errc::rejected;
  (void)scene.circle.world.submit(sponsor, StartPairing{"to test", false, 180'000});
  scene.circle.run(1000);
  EXPECT_EQ(scene.user.failed.size(), 1u);
  sponsor.keys.broken.reset();
  scene.user.invite();
  EXPECT_TRUE(scene.shows());
}

// The audit log only grows.
TEST(PairingFactsOfStrangers, AKnockIsNone) {
  Scene scene;
  scene.user.invite();
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    auto& stranger = scene.comes(seed);
    stranger.knock(scene.user.code);
    stranger.hang_up();
  }
  EXPECT_EQ(scene.failures(), 0u);
}

TEST(PairingFactsOfStrangers, RunsThatNoCodeCountsAreOneAMinute) {
  for (const bool locked : {false, true}) {
    Scene scene;
    pairing::AttemptBook book;
    if (locked) {
      const auto now = scene.circle.at(0).at(scene.circle.world.now()).wall;
      book.not_before_ms = now.ms + limits::kHour;
    }
    scene.put_book(book);
    scene.user.invite();
    const auto run = [&](std::uint64_t seed) {
      auto& stranger = scene.comes(seed);
      stranger.leaves_at = pairing::MessageType::p2;
      stranger.begin(locked ? scene.guess() : scene.user.qr);
      EXPECT_EQ(stranger.heard[pairing::MessageType::p2], locked ? 0 : 1);
    };
    for (std::uint64_t seed = 1; seed <= 20; ++seed) run(seed);
    EXPECT_EQ(scene.failures(), 1u);
    scene.circle.run(limits::kUncountedFactMs);
    for (std::uint64_t seed = 21; seed <= 40; ++seed) run(seed);
    EXPECT_EQ(scene.failures(), 2u);
    // Tries at a typed code are few, and each is one.
    scene.user.code = scene.user.qr;
    scene.pairs(scene.comes(99));
  }
}

// So many that their cards are more than a page, and so many that no frame holds them.
TEST(PairingOffer, AllCategoriesOrAClearNo) {
  Scene scene;
  auto& sponsor = scene.circle.at(0);
  for (std::size_t i = 0; i < 250; ++i) {
    CreateCategory create;
    create.name = "category " + std::to_string(i);
    create.purpose = std::string(i < 64 ? 8 : limits::kPurposeBytes, 'x');
    (void)scene.circle.world.submit(sponsor, create);
    scene.circle.run(50);
  }
  std::vector<CategoryId> all, light;
  for (const auto& [id, category] : sponsor.core().view().categories()) {
    all.push_back(id);
    if (category.purpose.size() < 10) light.push_back(id);
  }
  ASSERT_EQ(all.size(), 251u);
  ASSERT_EQ(light.size(), 65u);
  scene.user.invite();
  auto& honest = scene.comes(1);
  honest.begin(scene.user.code);
  const auto approved = sponsor.core().log_->size();
  scene.user.answer(honest.check, all);
  scene.circle.run(200);
  EXPECT_EQ(scene.user.refused, std::vector<Errc>{Errc::too_long});
  EXPECT_EQ(sponsor.core().log_->size(), approved);
  scene.user.answer(honest.check, light);
  scene.circle.run(200);
  honest.go();
  EXPECT_TRUE(honest.finished);
  EXPECT_EQ(scene.user.paired, 1u);
}

// Nobody waits for the connection that it made any more, so nobody would ever close it.
TEST(JoinStart, WhatIsCancelledWhileItDialsLeavesNoConnection) {
  Circle circle(1);
  auto& applicant = circle.at(circle.create());
  std::size_t closed = 0;
  circle.world.on_effect([&](SimDevice& device, const Effect& effect) {
    closed += &device == &applicant && std::holds_alternative<CloseConnection>(effect);
  });
  const std::string digits = "48217390112";
  const auto code = digits + pairing::verhoeff_digit(digits);
  const auto asked = circle.world.submit(applicant, JoinCircle{code, circle.at(0).name, ""});
  ASSERT_TRUE(asked);
  (void)circle.world.submit(applicant, CancelPairing{*asked});
  EXPECT_EQ(closed, 0u) << "it is still being dialled";
  circle.run(5000);
  EXPECT_EQ(closed, 1u);
  EXPECT_EQ(circle.not_paired, std::vector<Errc>{Errc::cancelled});
}

}  // namespace
}  // namespace troth::device
