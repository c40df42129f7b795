// The check number (spec 08 §4): what it is made of, and what somebody in the middle who knows the
// code can do to it.
#include <gtest/gtest.h>

#include <set>

#include "crypto/hpke.hpp"
#include "pairing/proof.hpp"
#include "tests/unit/pairing/two_sides.hpp"

namespace troth::pairing {
namespace {

// Knows the code and plays the sponsor to somebody else's applicant, by hand.
struct Middle {
  Middle(TwoSides& met, std::uint64_t seed, std::uint64_t variant = 0)
      : victim(met), rng(seed), later(seed * 1000 + variant), device(rng, "Laptop") {
    circle = random_id<CircleId>(rng);
    rng.fill(opening);
    descriptor = wire::encode(device.descriptor);
  }

  // The next frame of the victim's applicant; what it asks of its keys and its user is answered.
  Bytes frame() {
    while (auto action = victim.applicant->next_action()) {
      if (auto* sent = std::get_if<SendFrame>(&*action)) return sent->body;
      if (auto* need = std::get_if<NeedKey>(&*action)) {
        victim.applicant->key_answer(need->request, victim.phone.perform(need->request, later), {});
      } else {
        victim.handle_applicant(*action);
      }
    }
    return {};
  }
  void say(const Bytes& body) { victim.applicant->receive(body, {}); }

  // Everything up to P5, as an honest sponsor would.
  void meet() {
    ClearTranscript clear;
    clear.knock = frame();
    P0 p0;
    p0.suites = {1};
    rng.fill(p0.nonce);
    clear.p0 = join(MessageType::p0, wire::encode(p0));
    say(clear.p0);
    clear.p1 = frame();
    const auto p1 = wire::decode<P1>(ByteView(clear.p1).subspan(1));
    ASSERT_TRUE(p1);
    committed = p1->descriptor;
    const auto& code = victim.code;
    const SecretBytes secret = prs(code.code_mode, code.code_secret);
    const Bytes ci = channel_id(p1->suite, code.code_mode);
    const Bytes sid = session_id(code.nameplate, p0.nonce, p1->nonce);
    auto cpace = crypto::Cpace::start({secret.expose(), ci, sid}, rng);
    ASSERT_TRUE(cpace);
    const P2 p2{cpace->share(), sponsor_commitment(opening, circle, descriptor)};
    const auto isk = std::move(*cpace).finish_responder(
        p1->share, associated_data(clear, {}), associated_data(clear, p1->descriptor.bytes));
    ASSERT_TRUE(isk);
    clear.p2 = join(MessageType::p2, wire::encode(p2));
    const SecretBytes none;
    keys.emplace(*isk, none, clear, crypto::negotiate(p0.suites, p0.suites, 0)->aead,
                 Side::sponsor);
    say(clear.p2);
    const auto p3 = wire::decode<Tag>(ByteView(frame()).subspan(1));
    const Tag p4{keys->confirmation(Side::sponsor)};
    say(join(MessageType::p4, wire::encode(p4)));
    const Bytes sealed = frame();
    const auto plain = keys->open(MessageType::p5, ByteView(sealed).subspan(1));
    ASSERT_TRUE(p3 && plain);
    const auto decoded = wire::decode<P5>(*plain);
    ASSERT_TRUE(decoded);
    p5 = *decoded;
    keys->bind_th2(p3->tag, p4.tag, *plain);
  }
  [[nodiscard]] std::string number(const RunNonce& with) const {
    return keys->check_number({p5.opening, p5.descriptor, with, circle, descriptor});
  }
  P6 p6() {
    const auto applicant = wire::decode<circle::DeviceDescriptor>(p5.descriptor);
    Hash response;
    later.fill(response.bytes);
    auto challenge = crypto::hpke_seal(crypto::Aead::aes256gcm, applicant->agree, {},
                                       challenge_info(keys->th2()), {}, response.bytes, later);
    return {circle, descriptor, "to write", challenge->enc, challenge->ciphertext, {}, opening};
  }
  // Signed and sent; what the victim shows then stands in shown_check.
  Bytes say_p6(P6 said) {
    const auto signature = device.sign.sign(sponsor_input(keys->th2(), said), later);
    said.signature = to_bytes(signature);
    const Bytes plain = wire::encode(said);
    say(keys->seal(MessageType::p6, plain));
    while (!frame().empty()) continue;
    return plain;
  }

  TwoSides& victim;
  SeededRng rng, later;  // up to P5, and from P5 on
  SoftDevice device;
  CircleId circle;
  RunNonce opening{};
  Bytes descriptor;
  Hash committed;  // of P1
  std::optional<RunKeys> keys;
  P5 p5;
};

TEST(PairingNumber, NeitherP6NorASignatureMovesIt) {
  std::set<std::string> shown;
  std::set<Bytes> proofs, messages;
  for (std::uint64_t variant = 0; variant < 40; ++variant) {
    TwoSides two(31);
    Middle middle(two, 32, variant);
    middle.meet();
    auto p6 = middle.p6();
    p6.why = "reason " + std::to_string(variant);
    messages.insert(middle.say_p6(p6));
    proofs.insert(middle.p5.proof);
    ASSERT_EQ(two.shown_check, middle.number(middle.opening));
    shown.insert(two.shown_check);
  }
  EXPECT_EQ(shown.size(), 1u);
  EXPECT_EQ(messages.size(), 40u);
  EXPECT_EQ(proofs.size(), 40u);
}

TEST(PairingNumber, WhoTheSponsorIsWasFixedInP2) {
  for (int what = 0; what < 4; ++what) {
    TwoSides two(33);
    Middle middle(two, 34);
    middle.meet();
    auto p6 = middle.p6();
    if (what == 1) p6.opening[31] ^= 1;
    if (what == 2) p6.circle.bytes[0] ^= 1;
    if (what == 3) {
      auto other = middle.device.descriptor;
      other.name = "Desk";
      p6.sponsor = wire::encode(other);
    }
    middle.say_p6(p6);
    EXPECT_EQ(two.shown_check.empty(), what != 0) << what;
    if (what == 0) continue;
    ASSERT_TRUE(two.applicant_ended) << what;
    EXPECT_EQ(two.applicant_ended->why, Errc::auth_failed) << what;
  }
}

TEST(PairingNumber, WhoTheApplicantIsWasFixedInP1) {
  for (int what = 0; what < 3; ++what) {
    SCOPED_TRACE(what);
    const Bytes descriptor{1, 2, 3};
    RunNonce opening{};
    const auto committed = applicant_commitment(opening, descriptor);
    Bytes said = descriptor;
    if (what == 1) opening[0] ^= 1;
    if (what == 2) said[0] ^= 1;
    EXPECT_EQ(applicant_commitment(opening, said) == committed, what == 0);
  }
}

// A device that somebody met before is as new to him: else he could choose P2 by the number.
TEST(PairingNumber, EveryRunOfOneDeviceHasAnOpeningOfItsOwn) {
  TwoSides two(35);
  Middle first(two, 36);
  first.meet();
  two.restart_applicant(two.code.shown);
  Middle second(two, 36);
  second.meet();
  EXPECT_EQ(first.p5.descriptor, second.p5.descriptor);
  EXPECT_NE(first.p5.opening, second.p5.opening);
  EXPECT_NE(first.committed, second.committed);
  EXPECT_EQ(second.committed, applicant_commitment(second.p5.opening, second.p5.descriptor));
  EXPECT_NE(second.committed, applicant_commitment(first.p5.opening, first.p5.descriptor));
}

// He knows the code and runs two pairings, one with each side, in either order. By the time that he
// knows both numbers he can change neither.
TEST(PairingNumber, WhoKnowsTheCodeAndRelaysHasOneChanceInTheNumberSpace) {
  constexpr std::uint64_t kRelays = 450;  // mean 5 at one in ninety
  std::size_t equal = 0, ground = 0;
  for (std::uint64_t relay = 0; relay < kRelays; ++relay) {
    TwoSides victims(1000 + relay);
    TwoSides own(5000 + relay);  // his applicant, before the victims' sponsor
    own.restart_applicant(victims.code.shown);
    std::swap(own.sponsor, victims.sponsor);
    std::swap(own.laptop, victims.laptop);
    own.sponsor_answers = false;
    Middle middle(victims, 9000 + relay);
    if (relay % 2 == 0) own.run();
    middle.meet();
    if (relay % 2 != 0) own.run();
    ASSERT_FALSE(own.shown_check.empty() || own.shown_card.empty());
    // What he would have to say in P6 for the numbers to be equal, he finds at once.
    auto p6 = middle.p6();
    RunNonce wanted = middle.opening;
    for (int i = 0; i < 2000 && middle.number(wanted) != own.shown_check; ++i)
      middle.later.fill(wanted);
    if (relay % 50 == 0 && wanted != middle.opening) {
      p6.opening = wanted;
      ++ground;
    }
    middle.say_p6(p6);
    EXPECT_EQ(victims.shown_check.empty(), p6.opening != middle.opening);
    equal += victims.shown_check == own.shown_check;
  }
  EXPECT_GE(ground, 5u);
  EXPECT_LE(equal, 14u) << "of " << kRelays;
}

}  // namespace
}  // namespace troth::pairing
