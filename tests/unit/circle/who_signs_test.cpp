// Rule 1: which key must have signed an entry, kind by kind, with real signatures.
#include "unit/circle/home.hpp"

namespace troth::circle::test {
namespace {

class WhoSigns : public ::testing::Test {
 protected:
  // The right key makes it valid; the other one is refused, and so is nobody's.
  void only(std::size_t who, const Payload& payload, bool approve, std::uint64_t at = 1000) {
    const EntryId id = home.world.add(who, payload, home.heads(), at);
    SCOPED_TRACE(std::string(kind_name(home.world.body(id).kind)));
    const auto wrong = home.log.offer(std::vector{home.world.signed_by(id, !approve)});
    ASSERT_EQ(wrong.refused.size(), 1u);
    EXPECT_EQ(wrong.refused[0].code, Errc::bad_signature);
    EXPECT_FALSE(home.log.contains(id));
    EXPECT_TRUE(home.log.held().empty());
    const auto right = home.log.offer(std::vector{home.world.signed_by(id, approve)});
    EXPECT_EQ(right.admitted, Ids{id});
    EXPECT_EQ(home.log.birth(id), Reason::ok) << reason_key(home.log.birth(id));
    last = id;
  }
  EntryId unknown(std::uint8_t kind, bool critical) {
    EntryBody body;
    body.kind = static_cast<Kind>(kind);
    body.critical = critical;
    body.circle = home.log.circle();
    body.author = actor(2).id;
    body.parents = home.heads();
    body.payload = to_bytes("of a later version");
    return home.world.write(std::move(body), Opaque{});
  }
  Home home{3, true};
  EntryId last;
};

TEST_F(WhoSigns, ApproveWhatCanWiden) {
  MemberAdd member{{}, "Bo"};
  member.member.bytes[0] = 9;
  only(1, member, true);
  only(0, DeviceAdd{actor(3).descriptor, {}, {}}, true);
  only(0, DeviceRename{actor(1).id, "desk"}, true);
  only(0, creation(0), true);
  const auto papers = category_id(last);
  only(0, CategoryUpdate{papers, "letters", "", "", 1}, true);
  only(0, Grant{terms(1, papers)}, true);
  only(1, Accept{last, {0}, {}, {}}, true);
  only(0, PolicySet{}, true);
  only(0, CategoryRetire{papers}, true);
  only(0, removal(3), true);
}

TEST_F(WhoSigns, SignANoToAGrant) {
  only(0, creation(0), true);
  only(0, Grant{terms(1, category_id(last))}, true);
  only(1, Accept{last, {}, {}, {}}, false);
}

TEST_F(WhoSigns, ApproveTheFirstEntryAndTheLastOnesCheckpoint) {
  const auto wrong = Log::begin(home.world.signed_by(home.root, false), &crypto::p256_verify);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, Errc::bad_signature);
  EXPECT_TRUE(Log::begin(home.world.signed_by(home.root, true), &crypto::p256_verify));
  only(0, removal(1), true);
  only(0, removal(2), true);
  only(0, Checkpoint{}, true);
}

TEST_F(WhoSigns, SignWhatOnlyNarrowsOrPassesOnWhatWasConsentedTo) {
  const auto papers = home.category(0);
  const auto grant = home.give(0, until(terms(1, papers), 500));
  only(0, Keys{{epoch(papers, 1)}, {}, {box(1, {{0, false}})}}, false);
  only(1, Ack{}, false);
  only(1, Expire{{grant}, {}}, false);
}

TEST_F(WhoSigns, SignAForkProof) {
  const auto before = home.heads();
  const EntryId one = home.world.ack(1, before);
  const EntryId two = home.world.add(1, Ack{}, before, 1001);
  home.take({one, two});
  only(2, ForkProof{one, two, {}}, false);
}

// Denying needs less than allowing, but only for oneself.
TEST_F(WhoSigns, SignTheWithdrawalOfTheOwnGrantAndApproveThatOfAnothers) {
  const auto papers = home.category(0);
  home.give(0, terms(1, papers));
  home.give(0, terms(2, papers));
  only(1, withdrawal(1, papers), false);
  EXPECT_FALSE(home.granted(1, papers));
  only(1, withdrawal(2, papers), true);
  EXPECT_FALSE(home.granted(2, papers));
}

TEST_F(WhoSigns, AnUnknownKindThatStopsDataNeedsApprove) {
  const EntryId id = unknown(200, true);
  const auto wrong = home.log.offer(std::vector{home.world.signed_by(id, false)});
  ASSERT_EQ(wrong.refused.size(), 1u);
  EXPECT_FALSE(home.log.view().data_stopped());
  (void)home.log.offer(std::vector{home.world.signed_by(id, true)});
  EXPECT_TRUE(home.log.valid(id));
  EXPECT_TRUE(home.log.view().data_stopped());
}

TEST_F(WhoSigns, AnUnknownKindThatMayBeIgnoredTakesEitherKeyButNoOther) {
  for (const bool approve : {true, false}) {
    const EntryId id = unknown(200, false);
    Log other = home.copy();
    Entry forged = home.world.entry(id);
    forged.signature[5] ^= 1;
    Log checked = std::move(*Log::begin(home.world.entry(home.root), &crypto::p256_verify));
    home.world.offer(checked, home.heads());
    EXPECT_EQ(checked.offer(std::vector{forged}).refused.size(), 1u);
    EXPECT_EQ(checked.offer(std::vector{home.world.signed_by(id, approve)}).admitted, Ids{id});
    EXPECT_FALSE(checked.view().data_stopped());
  }
}

TEST_F(WhoSigns, AKindThatIsNotBuiltNeedsApprove) {
  const EntryId id = unknown(static_cast<std::uint8_t>(Kind::recovery_set), false);
  EXPECT_EQ(home.log.offer(std::vector{home.world.signed_by(id, false)}).refused.size(), 1u);
  EXPECT_EQ(home.log.offer(std::vector{home.world.signed_by(id, true)}).admitted, Ids{id});
}

TEST_F(WhoSigns, AnotherDevicesKeyIsNobodys) {
  const EntryId id = home.world.ack(1, home.heads());
  Entry forged = home.world.entry(id);
  CountingRng rng(5);
  forged.signature = actor(2).sign.sign(signing_input(forged.body), rng);
  const auto result = home.log.offer(std::vector{forged});
  ASSERT_EQ(result.refused.size(), 1u);
  EXPECT_EQ(result.refused[0].code, Errc::bad_signature);
}

TEST_F(WhoSigns, ABadCopyBesideTheGoodOneHidesNothing) {
  const EntryId id = home.world.ack(1, home.heads());
  Entry forged = home.world.entry(id);
  forged.signature[5] ^= 1;
  const auto good = home.world.entry(id);
  const auto result = home.log.offer(std::vector{forged, forged, good, forged});
  EXPECT_EQ(result.admitted, Ids{id});
  EXPECT_TRUE(result.refused.empty());
}

// Rule 12, P9: the new device's sign key proves itself over the transcript and what it took.
TEST_F(WhoSigns, TheAcceptOfANewDeviceCarriesASecondSignature) {
  DeviceAdd add{actor(3).descriptor, {}, {}};
  add.th2.bytes[0] = 7;
  const EntryId offer = home.by(0, add);
  CountingRng rng(6);
  const Bytes message = accept_message(offer, add.th2, {});
  Accept accept{offer, {}, add.th2, actor(3).approve.sign(message, rng)};
  EXPECT_EQ(home.take({home.world.add(3, accept, home.heads())}).refused.size(), 1u);
  accept.sign_signature = actor(3).sign.sign(message, rng);
  only(3, accept, true);
}

// One body has one name: a second signature of it is the same entry.
TEST_F(WhoSigns, TheSignatureIsNotInTheName) {
  const EntryId id = home.world.ack(1, home.heads());
  Entry other = home.world.entry(id);
  CountingRng rng(12345);
  other.signature = actor(1).sign.sign(signing_input(other.body), rng);
  ASSERT_NE(other.signature, home.world.entry(id).signature);
  EXPECT_EQ(other.id(), id);
  EXPECT_EQ(home.log.offer(std::vector{other}).admitted, Ids{id});
  const auto again = home.log.offer(std::vector{home.world.entry(id)});
  EXPECT_TRUE(again.admitted.empty() && again.held.empty() && again.refused.empty());
}

// s and n - s sign the same; only the low one is taken, or anybody could make a second form.
TEST_F(WhoSigns, TheHighFormOfASignatureIsRefused) {
  constexpr std::array<std::uint8_t, 32> kOrder{0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00,
                                                0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                                0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84,
                                                0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};
  const EntryId id = home.world.ack(1, home.heads());
  Entry high = home.world.entry(id);
  int borrow = 0;
  for (std::size_t i = 32; i-- > 0;) {
    const int digit = kOrder[i] - high.signature[32 + i] - borrow;
    borrow = digit < 0 ? 1 : 0;
    high.signature[32 + i] = static_cast<std::uint8_t>(digit & 0xff);
  }
  EXPECT_EQ(home.log.offer(std::vector{high}).refused.size(), 1u);
  EXPECT_EQ(home.log.offer(std::vector{home.world.entry(id)}).admitted, Ids{id});
}

}  // namespace
}  // namespace troth::circle::test
