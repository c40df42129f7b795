// What whoever reaches a device can do to its invitation: connections that say nothing, a second
// one during a run, wrong guesses, and an accept that was not signed by the keys that were named.
#include "unit/device/raw_applicant.hpp"

namespace troth::device {
namespace {

using namespace testing;

TEST(PairingStrangers, AConnectionThatSaysNothingKeepsNobodyOut) {
  Scene scene;
  scene.user.invite();
  auto& silent = scene.comes(1);
  silent.head_only();
  scene.pairs(scene.comes(2));
  silent.hear();
  EXPECT_EQ(silent.told, pairing::EndReason::crowded);
  EXPECT_EQ(alerts(scene.circle.at(0), "pairing_crowded"), 0u);
  EXPECT_EQ(scene.failures(), 0u) << "nobody asked for anything";
}

TEST(PairingStrangers, AConnectionThatSaysNothingEndsByATimer) {
  Scene scene;
  scene.user.invite();
  auto& silent = scene.comes(1);
  silent.head_only();
  scene.circle.run(limits::kPairingMessageMs - 1000);
  silent.hear();
  EXPECT_FALSE(silent.told);
  scene.circle.run(2000);
  silent.hear();
  EXPECT_EQ(silent.told, pairing::EndReason::timed_out);
  EXPECT_TRUE(scene.user.failed.empty());
  scene.pairs(scene.comes(2));
}

// One after the other, so that at no time is nobody there.
TEST(PairingStrangers, AnInvitationEndsOnTimeWhateverIsConnected) {
  for (const std::uint64_t lifetime : {30'000u, 180'000u}) {
    Scene scene;
    scene.user.invite(lifetime);
    const auto ends = scene.circle.world.now().ms - 100 + lifetime;
    std::uint64_t seed = 1;
    while (scene.circle.world.now().ms + 5000 < ends) {
      scene.comes(seed++).head_only();
      scene.circle.run(5000);
    }
    EXPECT_TRUE(scene.shows());
    EXPECT_TRUE(scene.user.failed.empty());
    scene.circle.run(ends - scene.circle.world.now().ms + 500);
    EXPECT_FALSE(scene.shows());
    EXPECT_EQ(scene.user.failed, std::vector<Errc>{Errc::expired});
    scene.user.invite();
    scene.pairs(scene.comes(900));
  }
}

TEST(PairingStrangers, AKnockAndSilenceEndsByATimerToo) {
  Scene scene;
  scene.user.invite();
  auto& silent = scene.comes(1);
  silent.knock(scene.user.code);
  scene.circle.run(limits::kPairingMessageMs + 1000);
  silent.hear();
  EXPECT_EQ(silent.told, pairing::EndReason::timed_out);
  scene.pairs(scene.comes(2));
}

TEST(PairingStrangers, ASecondKnockDuringARunIsToldSoAndTheRunGoesOn) {
  Scene scene;
  scene.user.invite();
  auto& first = scene.comes(1);
  first.begin(scene.user.code);
  ASSERT_EQ(scene.user.asked, 1u);
  auto& second = scene.comes(2);
  second.begin(scene.user.code);
  EXPECT_EQ(second.told, pairing::EndReason::crowded);
  EXPECT_EQ(second.ended, Errc::crowded);
  EXPECT_EQ(second.heard[pairing::MessageType::p0], 0);
  EXPECT_EQ(alerts(scene.circle.at(0), "pairing_crowded"), 1u);
  EXPECT_FALSE(first.ended);
  scene.user.answer(first.check, {scene.circle.category});
  scene.circle.run(200);
  first.go();
  EXPECT_TRUE(first.finished);
  EXPECT_EQ(scene.user.paired, 1u);
}

TEST(PairingStrangers, AWrongGuessIsOneFact) {
  Scene scene;
  scene.user.invite();
  const auto digits = scene.user.code.substr(0, 4) + "0000000";
  auto& wrong = scene.comes(1);
  wrong.begin(digits + pairing::verhoeff_digit(digits));
  EXPECT_EQ(wrong.told, pairing::EndReason::bad_code);
  EXPECT_EQ(scene.user.attempts, std::vector<std::uint32_t>{2});
  EXPECT_EQ(scene.failures(), 1u);
  scene.pairs(scene.comes(2));
}

// Whoever knows the code could otherwise look at the number of a run and come again for another.
TEST(PairingStrangers, OneFailureAfterTheCodeWasProvenEndsTheInvitation) {
  Scene scene;
  scene.user.invite();
  auto& leaves = scene.comes(1);
  leaves.leaves_at = pairing::MessageType::p6;
  leaves.begin(scene.user.code);
  EXPECT_EQ(scene.user.asked, 0u);
  EXPECT_EQ(scene.user.failed, std::vector<Errc>{Errc::closed});
  EXPECT_FALSE(scene.shows());
  auto& again = scene.comes(2);
  again.begin(scene.user.code);
  EXPECT_EQ(again.heard.size(), 0u);
}

TEST(PairingStrangers, WhatItsUserAnsweredStands) {
  Scene scene;
  scene.user.invite();
  auto& honest = scene.comes(1);
  honest.begin(scene.user.code);
  scene.user.answer(honest.check, {scene.circle.category});
  scene.circle.run(200);  // the device_add is signed, the applicant has not agreed yet
  scene.user.answer(honest.check, {});
  EXPECT_EQ(scene.user.refused, std::vector<Errc>{Errc::not_found});
  honest.go();
  EXPECT_TRUE(honest.finished);
  EXPECT_EQ(scene.user.accepted, std::vector<CategoryId>{scene.circle.category});
}

TEST(PairingStrangers, WhoHungUpIsForgotten) {
  Scene scene;
  scene.user.invite();
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    auto& stranger = scene.comes(seed);
    if (seed % 2 == 0) stranger.knock(scene.user.code);
    stranger.head_only();
    stranger.hang_up();
    EXPECT_EQ(scene.pairing().leftovers(), 0u) << seed;
  }
  auto& honest = scene.comes(900);
  honest.leaves_at = pairing::MessageType::p10;
  honest.begin(scene.user.code);
  scene.user.answer(honest.check, {scene.circle.category});
  scene.circle.run(200);
  honest.go();
  EXPECT_EQ(scene.user.paired, 1u);
  EXPECT_EQ(scene.pairing().leftovers(), 0u);
}

// A run that ended by itself in the step in which it is refused: it is told, and closed, all the
// same.
TEST(PairingStrangers, WhoIsRefusedATryHearsSoWhateverItSaid) {
  Scene scene;
  pairing::AttemptBook book;
  book.not_before_ms = scene.circle.at(0).at(scene.circle.world.now()).wall.ms + limits::kHour;
  scene.put_book(book);
  scene.user.invite();
  ASSERT_EQ(scene.user.code, "");
  std::size_t closed = 0;
  scene.circle.world.on_effect([&](SimDevice&, const Effect& effect) {
    closed += std::holds_alternative<CloseConnection>(effect);
  });
  for (const bool bad_share : {true, false}) {
    auto& stranger = scene.comes(bad_share);
    stranger.twist = [bad_share](Bytes& frame) {
      if (frame[0] != static_cast<std::uint8_t>(pairing::MessageType::p1) || !bad_share) return;
      auto p1 = wire::decode<pairing::P1>(ByteView(frame).subspan(1));
      p1->share.fill(0xFF);
      frame = pairing::join(pairing::MessageType::p1, wire::encode(*p1));
    };
    stranger.begin(scene.guess());
    EXPECT_TRUE(stranger.told);
    EXPECT_EQ(stranger.heard[pairing::MessageType::p2], 0);
    EXPECT_FALSE(scene.pairing().sponsors());
  }
  EXPECT_EQ(closed, 2u);
  scene.user.code = scene.user.qr;
  scene.pairs(scene.comes(3));
}

// Possession of `approve` is shown by nothing but the accept (rule 12).
TEST(PairingStrangers, AnAcceptThatDoesNotVerifyAddsNobody) {
  using Twist = void (*)(RawApplicant&);
  const Twist twists[] = {
      [](RawApplicant& a) { a.other_approve = true; },
      [](RawApplicant& a) { a.other_sign = true; },
      [](RawApplicant& a) {
        a.change = [](circle::EntryBody& body, circle::Accept&) { body.parents[0].bytes[0] ^= 1; };
      },
      [](RawApplicant& a) {
        a.change = [](circle::EntryBody&, circle::Accept& said) { said.accepted = {0, 1}; };
      },
      [](RawApplicant& a) {
        a.change = [](circle::EntryBody&, circle::Accept& said) { said.th2->bytes[0] ^= 1; };
      },
  };
  for (std::size_t i = 0; i < std::size(twists); ++i) {
    SCOPED_TRACE(i);
    Scene scene;
    const auto before = scene.circle.at(0).core().log_->size();
    scene.user.invite();
    auto& hostile = scene.comes(7);
    twists[i](hostile);
    hostile.begin(scene.user.code);
    scene.user.answer(hostile.check, {scene.circle.category});
    scene.circle.run(200);
    hostile.go();
    EXPECT_EQ(hostile.told, pairing::EndReason::not_verified);
    EXPECT_EQ(hostile.heard[pairing::MessageType::p10], 0);
    EXPECT_EQ(scene.user.failed, std::vector<Errc>{Errc::bad_signature});
    EXPECT_EQ(scene.devices(), 1u);
    EXPECT_EQ(scene.circle.at(0).core().log_->size(), before);
    // The same device, honest now: nothing of it was kept.
    scene.user.invite();
    scene.pairs(scene.comes(7));
  }
}

}  // namespace
}  // namespace troth::device
