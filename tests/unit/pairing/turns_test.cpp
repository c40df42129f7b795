// Each state of a run takes one message, and nothing else: every real message of a whole run in
// every state of either side, and every message sent back to its sender.
#include <gtest/gtest.h>

#include <map>

#include "tests/unit/pairing/two_sides.hpp"

namespace troth::pairing {
namespace {

constexpr std::uint64_t kSeed = 20;
using MaybeType = std::optional<MessageType>;

// Something that a side asked for, in the order in which it is carried.
struct Step {
  bool applicant = false;  // it asked
  MaybeType sends;
  bool waits = false;  // takes no message before it is answered
};

// The same run from the same seed, one step at a time.
struct Stepwise : TwoSides {
  Stepwise() : TwoSides(kSeed) {}
  bool step() {
    auto action = applicant->next_action();
    const bool by_applicant = action.has_value();
    if (!action) action = sponsor->next_action();
    if (!action) return false;
    Step now_done{by_applicant, {}, false};
    if (auto* frame = std::get_if<SendFrame>(&*action)) {
      now_done.sends = static_cast<MessageType>(frame->body[0]);
      frames[*now_done.sends] = frame->body;
      if (by_applicant) {
        sponsor->receive(frame->body, now);
      } else {
        applicant->receive(frame->body, now);
      }
    } else {
      now_done.waits = !std::holds_alternative<RunStarted>(*action) &&
                       !std::holds_alternative<ShowCheck>(*action) &&
                       !std::holds_alternative<Finished>(*action);
      by_applicant ? handle_applicant(*action) : handle_sponsor(*action);
    }
    steps.push_back(now_done);
    return true;
  }
  [[nodiscard]] bool over(bool of_applicant) const {
    return of_applicant ? applicant->over() : sponsor->over();
  }
  void receive(bool by_applicant, ByteView body) {
    by_applicant ? applicant->receive(body, now) : sponsor->receive(body, now);
  }
  std::vector<Action> asked(bool by_applicant) {
    std::vector<Action> out;
    while (auto action = by_applicant ? applicant->next_action() : sponsor->next_action())
      out.push_back(std::move(*action));
    return out;
  }
  // Whatever an engine may still answer.
  void answer_all(bool to_applicant) {
    const KeyRequest request{KeyOp::sign, Bytes{1}, "pairing"};
    if (to_applicant) {
      applicant->key_answer(request, phone.perform(request, rng), now);
      applicant->accept_ready(Bytes{9, 9}, now);
      applicant->log_taken(now);
    } else {
      sponsor->key_answer(request, laptop.perform(request, rng), now);
      sponsor->user_answer(false, shown_check, now);
      sponsor->entry_ready(add, cards, now);
      sponsor->publish(log, now);
    }
  }

  std::vector<Step> steps;
  std::map<MessageType, Bytes> frames;
};

// Where a side stands after some steps: the next thing that happens to it, and the message that it
// takes there, if it takes one.
struct Place {
  std::size_t next = 0;
  MaybeType takes;
};
Place place(const std::vector<Step>& steps, std::size_t done, bool applicant) {
  for (std::size_t i = done; i < steps.size(); ++i) {
    if (steps[i].applicant == applicant && steps[i].waits) return {i, {}};
    if (steps[i].applicant != applicant && steps[i].sends) return {i, steps[i].sends};
  }
  return {steps.size(), {}};
}

// The side stands after `done` steps, and hears this message instead of what comes there.
void expect_refused(bool applicant, std::size_t done, const Bytes& body) {
  Stepwise two;
  for (std::size_t i = 0; i < done; ++i) ASSERT_TRUE(two.step());
  (void)two.asked(applicant);
  two.receive(applicant, body);
  ASSERT_TRUE(two.over(applicant));
  // It tells the other side, and asks for nothing that would add or show anything.
  const auto asked = two.asked(applicant);
  ASSERT_EQ(asked.size(), 2u);
  const auto* told = std::get_if<SendFrame>(&asked[0]);
  ASSERT_TRUE(told);
  EXPECT_EQ(static_cast<MessageType>(told->body[0]), MessageType::end);
  const auto* ended = std::get_if<Ended>(&asked[1]);
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->why, Errc::unexpected_message);
  EXPECT_FALSE(ended->by_peer);
  // And it is over: no answer and no message moves it any more.
  two.answer_all(applicant);
  two.receive(applicant, body);
  EXPECT_TRUE(two.asked(applicant).empty());
  two.receive(!applicant, told->body);
  two.run();
  EXPECT_FALSE(two.sponsor_finished || two.applicant_finished);
}

TEST(PairingTurns, EveryMessageInEveryStateIsRefusedUnlessItIsItsTurn) {
  Stepwise whole;
  while (whole.step()) {
  }
  ASSERT_TRUE(whole.sponsor_finished && whole.applicant_finished);
  ASSERT_EQ(whole.frames.size(), 13u) << "knock and P0 to P11";
  for (const bool applicant : {false, true}) {
    std::size_t states = 0;
    std::optional<std::size_t> last;
    Stepwise at;
    for (std::size_t done = 0; !at.over(applicant); ++done) {
      const auto here = place(whole.steps, done, applicant);
      if (here.next != last) {
        last = here.next;
        ++states;
        for (const auto& [type, body] : whole.frames) {
          if (type == here.takes) continue;
          SCOPED_TRACE(std::string(applicant ? "applicant" : "sponsor") + " after step " +
                       std::to_string(done) + ", message " + std::to_string(int(type)));
          expect_refused(applicant, done, body);
        }
      }
      ASSERT_TRUE(at.step());
    }
    EXPECT_EQ(states, applicant ? 10u : 11u) << "every state but Dead";
  }
}

TEST(PairingTurns, ARunThatFinishedHearsNothingMore) {
  Stepwise two;
  while (two.step()) {
  }
  for (const auto& [type, body] : two.frames) {
    for (const bool applicant : {false, true}) {
      two.receive(applicant, body);
      EXPECT_TRUE(two.asked(applicant).empty()) << int(type);
    }
  }
}

// As it was sent, and as if it were the one that its sender waits for, which has the next number.
TEST(PairingTurns, EveryMessageThatIsReflectedIsRefused) {
  for (std::uint8_t type = 1; type <= 13; ++type) {
    for (const bool renamed : {false, true}) {
      SCOPED_TRACE(std::to_string(int(type)) + (renamed ? " renamed" : ""));
      TwoSides two(19);
      std::optional<bool> by_applicant;
      two.run([&](bool from_applicant, Bytes& frame) {
        if (frame[0] != type || by_applicant) return true;
        by_applicant = from_applicant;
        if (renamed) ++frame[0];
        from_applicant ? two.applicant->receive(frame, two.now)
                       : two.sponsor->receive(frame, two.now);
        return false;
      });
      ASSERT_TRUE(by_applicant);
      EXPECT_FALSE(two.sponsor_finished);
      if (type == static_cast<std::uint8_t>(MessageType::p11)) {
        EXPECT_TRUE(two.applicant_finished) << "it has the log, and waits for nothing";
        continue;
      }
      const auto& ended = *by_applicant ? two.applicant_ended : two.sponsor_ended;
      ASSERT_TRUE(ended && two.applicant_ended && two.sponsor_ended);
      EXPECT_FALSE(two.applicant_finished);
      EXPECT_FALSE(ended->by_peer);
      if (!renamed) {
        EXPECT_EQ(ended->why, Errc::unexpected_message);
      }
      // What is sealed says which side sealed it.
      const bool sealed = type >= static_cast<std::uint8_t>(MessageType::p5);
      if (renamed && (sealed || type == static_cast<std::uint8_t>(MessageType::p3))) {
        EXPECT_EQ(ended->why, Errc::auth_failed);
      }
      if (type <= static_cast<std::uint8_t>(MessageType::p9)) {
        EXPECT_TRUE(two.stored_accept.empty());
      }
      EXPECT_TRUE(two.entries.empty());
    }
  }
}

}  // namespace
}  // namespace troth::pairing
