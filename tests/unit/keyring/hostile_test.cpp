// What a member that keeps to no rule writes about keys, and what it must not cost the others.
#include <gtest/gtest.h>

#include "tests/unit/keyring/small_circle.hpp"

namespace troth::keyring {
namespace {

struct HostileKeys : SmallCircle {
  // B writes keys that are not valid, and a valid entry on top, which brings them into A's log.
  EntryId bring_in(const circle::Keys& bad) {
    auto& by = w.devices[kB];
    auto& log = *w.devices[kA].log;
    const circle::Entry first{by.log->make_body(bad, by.id, w.now).value(), {}};
    auto next =
        wire::decode<circle::EntryBody>(by.log->make_body(circle::Ack{}, by.id, w.now).value())
            .value();
    next.prev = first.id();
    next.parents = {first.id()};
    const circle::Entry second{wire::encode(next), {}};
    EXPECT_EQ(log.offer(std::vector{first, second}).admitted.size(), 2u);
    EXPECT_FALSE(log.valid(first.id()));
    return first.id();
  }
};

// A device without any consent there may say so as often as it likes: nothing of anybody's ends.
TEST_F(HostileKeys, AWithdrawalThatEndsNothingAsksForNoNewKey) {
  w.join(kA, kB, {w.terms(kB, notes, History::all)});
  w.join(kA, kC, {});
  const circle::Withdraw withdraw{w.devices[kC].id, notes, Direction::both, {}};
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(w.write(kC, withdraw));
  w.exchange(kA, kC);
  EXPECT_EQ(state(kA).state, KeyState::ready);
  // Once it has had consent, the first one counts, and no other after it.
  grant(kA, kC);
  EXPECT_TRUE(w.wrap(kA));
  w.exchange(kA, kC);
  ASSERT_TRUE(w.write(kC, withdraw));
  w.exchange(kA, kC);
  EXPECT_EQ(state(kA).state, KeyState::needs_rotation);
  EXPECT_TRUE(w.seal(kA, notes));
  w.exchange(kA, kC);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(w.write(kC, withdraw));
  w.exchange(kA, kC);
  EXPECT_EQ(state(kA).state, KeyState::ready);
}

// It ends what was given beside it, as soon as that is heard of (ADR 0008).
TEST_F(HostileKeys, AWithdrawalEndsWhatWasGivenBesideIt) {
  w.join(kA, kB, {w.terms(kB, notes, History::all)});
  w.join(kA, kC, {});
  w.exchange(kB, kC);
  ASSERT_TRUE(w.write(kA, circle::Withdraw{w.devices[kC].id, notes, Direction::both, {}}));
  EXPECT_EQ(state(kA).state, KeyState::ready);
  grant(kB, kC);
  w.exchange(kA, kB);
  EXPECT_EQ(state(kA).state, KeyState::needs_rotation);
  EXPECT_FALSE(w.view(kA).entitled(w.devices[kC].id, notes));
}

// A member boxes rubbish in an entry that does not count: whom it is for still gets the key.
TEST_F(HostileKeys, ABoxOfAnEntryThatIsNotValidGivesNothing) {
  w.join(kA, kB, {w.terms(kB, notes, History::all)});
  w.join(kA, kC, {});
  grant(kA, kC);
  const auto head = *state(kA).epoch;
  auto& log = *w.devices[kA].log;
  circle::Keys bad;
  bad.wraps = {{notes, head}, {notes, {99, {}}}};
  circle::Box box{w.devices[kC].id, {{0, true}}, w.devices[kC].agree->public_key(), {}};
  box.ciphertext = to_bytes("rubbish");
  bad.boxes.push_back(box);
  bring_in(bad);  // one of the epochs is none
  ASSERT_TRUE(log.view().epoch(notes, head)->recipients.contains(w.devices[kC].id));
  EXPECT_FALSE(log.view().epoch(notes, head)->given(w.devices[kC].id));
  EXPECT_TRUE(w.wrap(kA));
  w.exchange(kA, kC);
  EXPECT_EQ(state(kC).state, KeyState::ready);
}

// Whoever had a key once may say at any time that it gave away each later one. Of those it had
// none.
TEST_F(HostileKeys, ABoxOfAKeyThatItsMakerNeverHadAsksForNoNewKey) {
  w.join(kA, kB, {w.terms(kB, notes, History::all)});
  w.join(kA, kC, {});
  const auto had = *state(kA).epoch;
  ASSERT_TRUE(w.write(kA, circle::Withdraw{w.devices[kB].id, notes, Direction::both, {}}));
  ASSERT_TRUE(w.rotate(kA, notes));
  w.exchange(kA, kB);
  const auto head = *state(kA).epoch;
  ASSERT_EQ(state(kA).state, KeyState::ready);
  circle::Keys bad;
  bad.wraps = {{notes, head}, {notes, had}};
  circle::Box box{w.devices[kB].id, {{0, true}, {1, true}}, w.devices[kB].agree->public_key(), {}};
  box.ciphertext = to_bytes("rubbish");
  bad.boxes.push_back(box);
  box.device = w.devices[kC].id;
  bad.boxes.push_back(box);
  bring_in(bad);
  EXPECT_EQ(state(kA).state, KeyState::ready);
  EXPECT_FALSE(w.view(kA).epoch(notes, head)->recipients.contains(w.devices[kC].id));
  EXPECT_TRUE(w.view(kA).epoch(notes, had)->recipients.contains(w.devices[kC].id))
      << "that one it had, so it may have given it away";
}

// However many heads others leave, what this device holds stays within reach of its next key.
TEST_F(HostileKeys, LinksComeBeforeHeadsOfOthers) {
  w.join(kA, kB, {w.terms(kB, notes, History::all)});
  const auto own = *state(kA).epoch;
  circle::Keys foreign;
  for (std::uint8_t i = 0; i < 40; ++i) {
    circle::EpochDef def;
    def.category = notes;
    def.number = 2;
    def.commitment.bytes[0] = i;
    def.commitment.bytes[1] = 77;
    def.prev = {own};
    foreign.epochs.push_back(def);
  }
  ASSERT_TRUE(w.write(kB, foreign));
  w.exchange(kA, kB);
  ASSERT_TRUE(w.rotate(kA, notes));
  const auto& newest = w.view(kA).epochs(notes).rbegin()->second;
  ASSERT_EQ(newest.prev.size(), limits::kEpochPrev);
  EXPECT_TRUE(std::any_of(newest.links.begin(), newest.links.end(),
                          [&](const auto& link) { return link.from == own; }));
}

}  // namespace
}  // namespace troth::keyring
