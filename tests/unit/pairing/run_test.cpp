#include <gtest/gtest.h>

#include "tests/unit/pairing/two_sides.hpp"

namespace troth::pairing {
namespace {

class PairingModes : public ::testing::TestWithParam<Mode> {};

TEST_P(PairingModes, BothSidesFinishAndSawTheSame) {
  TwoSides two(11, GetParam());
  two.run();
  EXPECT_TRUE(two.sponsor_finished);
  EXPECT_TRUE(two.applicant_finished);
  EXPECT_EQ(two.shown_circle, two.circle);
  EXPECT_EQ(two.shown_check.size(), 2u);
  EXPECT_EQ(two.shown_card, wire::encode(two.phone.descriptor));
  EXPECT_EQ(two.entries, two.log);
  EXPECT_EQ(two.runs, 1);
  EXPECT_EQ(two.wrong, 0);
}

INSTANTIATE_TEST_SUITE_P(Modes, PairingModes,
                         ::testing::Values(Mode::digits, Mode::words, Mode::qr));

TEST(PairingRun, AWrongCodeIsOneGuessAndSharesNothing) {
  TwoSides two(12);
  std::string wrong = "00000000000";
  wrong.replace(0, 4, two.code.nameplate);
  two.restart_applicant(wrong + verhoeff_digit(wrong));
  two.run();
  EXPECT_EQ(two.wrong, 1);
  EXPECT_EQ(two.runs, 1);
  ASSERT_TRUE(two.applicant_ended && two.sponsor_ended);
  EXPECT_EQ(two.applicant_ended->why, Errc::code_mismatch);
  EXPECT_EQ(two.applicant_ended->tries_left, 2u);
  EXPECT_TRUE(two.applicant_ended->by_peer);
  EXPECT_TRUE(two.shown_card.empty());
}

TEST(PairingRun, OneWrongCheckNumberEndsIt) {
  TwoSides two(13);
  two.wrong_check = true;
  two.run();
  ASSERT_TRUE(two.applicant_ended && two.sponsor_ended);
  EXPECT_EQ(two.sponsor_ended->why, Errc::check_mismatch);
  EXPECT_EQ(two.applicant_ended->why, Errc::check_mismatch);
  EXPECT_TRUE(two.offered.entry.empty());
}

TEST(PairingRun, RefusingEndsBothSidesCleanly) {
  TwoSides two(14);
  two.sponsor_answers = false;
  two.run();
  two.sponsor->user_answer(true, "", two.now);
  two.run();
  ASSERT_TRUE(two.applicant_ended && two.sponsor_ended);
  EXPECT_EQ(two.applicant_ended->why, Errc::rejected);

  TwoSides other(15);
  other.applicant_accepts = false;
  other.run();
  other.applicant->user_refused();
  other.run();
  EXPECT_EQ(other.sponsor_ended->why, Errc::rejected);
  EXPECT_TRUE(other.stored_accept.empty());
}

// A relay in the middle that does not know the code: whatever single bit it flips in any message,
// nobody finishes and the sponsor's user is never asked about keys that were not the applicant's.
TEST(PairingRun, EveryFlippedBitEndsTheRun) {
  std::vector<std::size_t> sizes;
  TwoSides plain(16);
  plain.run([&](bool, Bytes& frame) { return sizes.push_back(frame.size()), true; });
  ASSERT_TRUE(plain.sponsor_finished);
  for (std::size_t message = 0; message + 1 < sizes.size(); ++message) {
    const std::size_t stride = sizes[message] > 80 ? 7 : 1;
    for (std::size_t at = 0; at < sizes[message]; at += stride) {
      TwoSides two(16);
      std::size_t count = 0;
      two.run([&](bool, Bytes& frame) {
        if (count++ == message) frame[at] = static_cast<std::uint8_t>(frame[at] ^ (1u << (at % 8)));
        return true;
      });
      EXPECT_FALSE(two.sponsor_finished && two.applicant_finished) << message << ":" << at;
      const bool honest =
          two.shown_card.empty() || two.shown_card == wire::encode(two.phone.descriptor);
      EXPECT_TRUE(honest) << message << ":" << at;
    }
  }
}

// Two honest sides, each with a man in the middle who runs the other role with a guessed code.
TEST(PairingRun, AManInTheMiddleWithoutTheCodeLearnsNothing) {
  TwoSides victim(17);
  TwoSides attacker(18);  // its own code, keys and circle
  attacker.code.nameplate = victim.code.nameplate;
  // The attacker's sponsor answers the victim's applicant; the victim's sponsor hears the attacker.
  std::swap(victim.sponsor, attacker.sponsor);
  victim.run();
  EXPECT_FALSE(victim.applicant_finished);
  EXPECT_TRUE(victim.shown_check.empty());
  ASSERT_TRUE(victim.applicant_ended.has_value());
}

TEST(PairingRun, ReflectedMessagesAreRefused) {
  TwoSides two(19);
  while (auto action = two.applicant->next_action()) {
    if (auto* frame = std::get_if<SendFrame>(&*action))
      two.applicant->receive(frame->body, two.now);
    if (two.applicant->over()) break;
  }
  two.run();
  EXPECT_FALSE(two.applicant_finished);
}

TEST(PairingRun, EveryMessageTypeInTheFirstStatesIsRefused) {
  for (std::uint8_t type = 1; type <= 13; ++type) {
    TwoSides two(20);
    if (type != static_cast<std::uint8_t>(MessageType::knock)) {
      two.sponsor->receive(Bytes{type, 0xA0}, two.now);
      EXPECT_TRUE(two.sponsor->over()) << int(type);
    }
    TwoSides other(21);
    other.applicant->receive(Bytes{type, 0xA0}, other.now);
    EXPECT_TRUE(other.applicant->over()) << int(type);
  }
}

TEST(PairingRun, SilenceEndsTheRunByItsTimers) {
  TwoSides two(22);
  two.run([](bool from_applicant, Bytes& frame) {
    return !(from_applicant && frame[0] == 5);
  });  // P3 is lost
  EXPECT_FALSE(two.sponsor->over());
  two.now = MonoMs{31'000};
  two.sponsor->tick(two.now);
  two.applicant->tick(two.now);
  EXPECT_TRUE(two.sponsor->over());
  EXPECT_TRUE(two.applicant->over());
}

TEST(PairingRun, NoCommonSuiteFailsClosed) {
  TwoSides two(23);
  auto setup = two.typed(Mode::digits);
  setup.suites = {99};
  two.applicant = std::make_unique<ApplicantRun>(std::move(setup), two.rng);
  two.run();
  ASSERT_TRUE(two.applicant_ended.has_value());
  EXPECT_EQ(two.applicant_ended->why, Errc::no_suite);
  EXPECT_EQ(two.runs, 0);
}

TEST(PairingRun, AnApplicantWithoutItsKeysIsNotAsked) {
  TwoSides two(24);
  const SoftDevice thief(two.rng, "Thief");
  auto claimed = wire::encode(two.phone.descriptor);
  two.phone = SoftDevice(two.rng, "Phone");  // other private keys than the descriptor names
  auto setup = two.typed(Mode::digits);
  setup.descriptor = claimed;
  two.applicant = std::make_unique<ApplicantRun>(std::move(setup), two.rng);
  two.run();
  EXPECT_TRUE(two.shown_card.empty());
  EXPECT_FALSE(two.sponsor_finished);
}

}  // namespace
}  // namespace troth::pairing
