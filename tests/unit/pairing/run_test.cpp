#include <gtest/gtest.h>

#include <set>

#include "tests/unit/pairing/two_sides.hpp"

namespace troth::pairing {
namespace {

// A code of this nameplate with another secret than was made.
std::string guess(const std::string& nameplate) {
  const std::string digits = nameplate + "0000000";
  return digits + verhoeff_digit(digits);
}

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
}

INSTANTIATE_TEST_SUITE_P(Modes, PairingModes,
                         ::testing::Values(Mode::digits, Mode::words, Mode::qr));

TEST(PairingRun, AWrongCodeIsOneGuessAndSharesNothing) {
  TwoSides two(12);
  two.restart_applicant(guess(two.code.nameplate));
  two.run();
  EXPECT_EQ(two.runs, 1);
  EXPECT_FALSE(two.sponsor->proven());
  ASSERT_TRUE(two.applicant_ended && two.sponsor_ended);
  EXPECT_EQ(two.sponsor_ended->why, Errc::code_mismatch);
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
  attacker.restart_applicant(guess(victim.code.nameplate));
  // The attacker's sponsor answers the victim's applicant; the victim's sponsor hears the attacker.
  std::swap(victim.sponsor, attacker.sponsor);
  int counted = 0;  // messages that depend on a code: to the victim's applicant, to its sponsor
  victim.run([&](bool from_applicant, Bytes& frame) {
    counted += from_applicant && frame[0] == static_cast<std::uint8_t>(MessageType::p3);
    return true;
  });
  EXPECT_FALSE(victim.applicant_finished);
  EXPECT_TRUE(victim.shown_check.empty());
  ASSERT_TRUE(victim.applicant_ended && victim.sponsor_ended);
  EXPECT_EQ(victim.applicant_ended->why, Errc::code_mismatch);
  EXPECT_EQ(counted, 1) << "one tag: one guess at the code";

  std::set<std::uint8_t> said;  // by the victim's sponsor
  attacker.run([&](bool from_applicant, Bytes& frame) {
    if (!from_applicant) said.insert(frame[0]);
    return true;
  });
  EXPECT_EQ(attacker.runs, 1) << "and it is counted";
  EXPECT_FALSE(attacker.sponsor_finished);
  EXPECT_FALSE(attacker.sponsor->proven());
  EXPECT_TRUE(attacker.shown_card.empty() && attacker.shown_check.empty());
  ASSERT_TRUE(attacker.applicant_ended && attacker.sponsor_ended);
  EXPECT_EQ(attacker.sponsor_ended->why, Errc::code_mismatch);
  // Its share is all that came of the secret, and without the guess it says nothing.
  EXPECT_EQ(said, (std::set<std::uint8_t>{static_cast<std::uint8_t>(MessageType::p0),
                                          static_cast<std::uint8_t>(MessageType::p2),
                                          static_cast<std::uint8_t>(MessageType::end)}));
}

TEST(PairingRun, AConnectionThatSaysNothingEndsByATimerFromItsStart) {
  for (const std::uint64_t ends : {180'000u, 12'000u}) {
    TwoSides two(25);
    auto setup = two.shows();
    setup.ends = MonoMs{ends};
    SponsorRun silent(std::move(setup), two.rng);
    const auto due = std::min<std::uint64_t>(ends, limits::kPairingMessageMs);
    ASSERT_EQ(silent.deadline(), MonoMs{due});
    silent.tick(MonoMs{due - 1});
    EXPECT_FALSE(silent.over());
    silent.tick(MonoMs{due});
    EXPECT_TRUE(silent.over());
    EXPECT_FALSE(silent.knocked());
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

// Two people read, type and choose as slowly as they may: what they agreed to long after the code
// had ended is taken all the same, with time to store it and to make keys.
TEST(PairingRun, AnAcceptLongAfterTheCodeEndedIsTakenInTime) {
  TwoSides two(28);
  auto setup = two.shows();
  setup.ends = MonoMs{limits::kInvitationLeastMs};
  two.sponsor = std::make_unique<SponsorRun>(std::move(setup), two.rng);
  two.sponsor_answers = two.applicant_accepts = false;
  two.run();
  const auto wait = [&two] {
    two.now = MonoMs{two.now.ms + limits::kPairingUserMs - 1};
    two.sponsor->tick(two.now);
    two.applicant->tick(two.now);
  };
  wait();
  two.sponsor->user_answer(false, two.shown_check, two.now);
  two.run();
  wait();
  two.applicant->accept_ready(Bytes{9, 9}, two.now);
  while (auto action = two.applicant->next_action()) {
    if (auto* frame = std::get_if<SendFrame>(&*action)) two.sponsor->receive(frame->body, two.now);
  }
  ASSERT_FALSE(two.sponsor->over());
  EXPECT_EQ(two.sponsor->deadline(), MonoMs{two.now.ms + limits::kPairingMessageMs});
  two.sponsor->tick(two.now);  // while keys are made
  two.run();
  EXPECT_TRUE(two.sponsor_finished && two.applicant_finished);
}

// An entry of any size that the circle log takes has room in P10, and many small ones share one.
TEST(PairingRun, EntriesOfEverySizeAreCarried) {
  TwoSides two(26);
  two.log = {Bytes(limits::kEntryWireBytes, 1), Bytes(100, 2), Bytes(limits::kEntryBytes, 3)};
  for (std::uint8_t i = 0; i < 200; ++i) two.log.push_back(Bytes(700, i));
  std::size_t frames = 0, longest = 0;
  two.run([&](bool, Bytes& frame) {
    frames += frame[0] == static_cast<std::uint8_t>(MessageType::p10);
    return longest = std::max(longest, frame.size()), true;
  });
  EXPECT_TRUE(two.applicant_finished && two.sponsor_finished);
  EXPECT_EQ(two.entries, two.log);
  EXPECT_LE(longest, limits::kPairingFrame);
  EXPECT_LE(frames, 6u);
}

TEST(PairingRun, AnOfferThatNoFrameHoldsEndsTheRunOnBothSides) {
  TwoSides two(27);
  two.add = Bytes(limits::kPairingFrame, 1);
  two.run();
  ASSERT_TRUE(two.applicant_ended && two.sponsor_ended);
  EXPECT_EQ(two.sponsor_ended->why, Errc::too_long);
}

TEST(PairingRun, AnOfferOfEveryCategoryThatACircleHoldsIsTaken) {
  for (const std::size_t count : {limits::kCategories, limits::kCategories + 1}) {
    TwoSides two(30);
    two.cards.resize(count);
    for (auto& card : two.cards) card.name = "papers";
    two.run();
    EXPECT_EQ(two.applicant_finished, count == limits::kCategories) << count;
  }
}

// The run ended over what its other side sent, and whoever has to count it says no just then.
TEST(PairingRun, ARunThatIsOverHasSaidItsEnd) {
  TwoSides two(31);
  two.run([&](bool from_applicant, Bytes& frame) {
    const bool p1 = from_applicant && frame[0] == static_cast<std::uint8_t>(MessageType::p1);
    if (!p1) return true;
    auto p1_said = wire::decode<P1>(ByteView(frame).subspan(1));
    p1_said->share.fill(0xFF);
    frame = join(MessageType::p1, wire::encode(*p1_said));
    two.sponsor->receive(frame, two.now);
    auto counts = two.sponsor->next_action();
    EXPECT_TRUE(counts && std::holds_alternative<RunStarted>(*counts));
    two.sponsor->cancel_unsent(Errc::too_many_attempts);
    return false;
  });
  EXPECT_TRUE(two.sponsor_ended && two.applicant_ended);
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
