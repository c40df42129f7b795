// Plans and states on small circles, one rule at a time.
#include <gtest/gtest.h>

#include <ctime>
#include <iostream>

#include "tests/unit/keyring/small_circle.hpp"

namespace troth::keyring {
namespace {

using circle::Keys;

struct Rotation : SmallCircle {};

TEST_F(Rotation, CreatorIsReadyAndAStrangerIsNotEntitled) {
  EXPECT_EQ(state(kA).state, KeyState::ready);
  w.join(kA, kB, {});
  EXPECT_EQ(state(kB).reason, KeyReason::not_entitled);
  EXPECT_TRUE(w.devices[kB].ring->holds(circle::kControl));
}

TEST_F(Rotation, PairedDeviceGetsControlAndCategoryInOneBox) {
  w.join(kA, kB, {w.terms(kB, notes, History::all)});
  EXPECT_EQ(state(kB).state, KeyState::ready);
  EXPECT_EQ(state(kB).epoch, state(kA).epoch);  // wrapped, not rotated
  EXPECT_EQ(w.view(kA).boxes_for(w.devices[kB].id).size(), 1u);
}

TEST_F(Rotation, LateGrantWaitsForAHolder) {
  w.join(kA, kB, {});
  grant(kA, kB);
  EXPECT_EQ(state(kB).reason, KeyReason::waiting_for_holder);
  const auto found = survey(w.view(kA), notes, w.now);
  EXPECT_EQ(waiting_for_key(found), std::vector{w.devices[kB].id});
  EXPECT_EQ(wrap_delay(found, w.devices[kA].id), 0u);
  EXPECT_EQ(wrap_delay(found, w.devices[kB].id), std::nullopt);
  EXPECT_TRUE(wraps_needed(w.context(kA), notes));
  EXPECT_FALSE(wraps_needed(w.context(kB), notes));
  EXPECT_TRUE(w.wrap(kA));
  EXPECT_FALSE(w.wrap(kA));  // nothing is left to give
  EXPECT_FALSE(wraps_needed(w.context(kA), notes));
  w.exchange(kA, kB);
  EXPECT_EQ(state(kB).state, KeyState::ready);
}

// Rule 2: one holder gives at once, each other two seconds after the one before it; full history
// goes first, then the lower id.
TEST_F(Rotation, HoldersGiveInTurnsOfTwoSeconds) {
  constexpr std::size_t kD = 3;
  w.join(kA, kB, {w.terms(kB, notes, History::all)});
  w.join(kA, kC, {});
  grant(kA, kC, History::from_now);
  ASSERT_TRUE(w.wrap(kA));
  w.exchange(kA, kC);
  ASSERT_EQ(state(kC).state, KeyState::ready);
  w.join(kA, kD, {});
  grant(kA, kD);
  const auto found = survey(w.view(kA), notes, w.now);
  ASSERT_EQ(waiting_for_key(found), std::vector{w.devices[kD].id});
  const auto& a = w.devices[kA].id;
  const auto& b = w.devices[kB].id;
  EXPECT_EQ(wrap_delay(found, std::min(a, b)), 0u);
  EXPECT_EQ(wrap_delay(found, std::max(a, b)), 2000u);
  EXPECT_EQ(wrap_delay(found, w.devices[kC].id), 4000u) << "whatever its id: it has less to give";
  EXPECT_EQ(wrap_delay(found, w.devices[kD].id), std::nullopt);
}

TEST_F(Rotation, RemovalMakesEveryEpochUncleanAndTheSealerRotates) {
  w.join(kA, kB, {w.terms(kB, notes, History::all)});
  circle::DeviceRemove remove;
  remove.device = w.devices[kB].id;
  ASSERT_TRUE(w.write(kA, remove));
  EXPECT_EQ(state(kA).state, KeyState::needs_rotation);
  EXPECT_EQ(state(kA).reason, KeyReason::recipient_out);
  EXPECT_TRUE(w.seal(kA, notes));
  EXPECT_EQ(w.seals.back().epoch.id.number, 2u);
  const auto control =
      key_state(survey(w.view(kA), circle::kControl, w.now), *w.devices[kA].ring, w.devices[kA].id);
  EXPECT_EQ(control.state, KeyState::needs_rotation);
  EXPECT_EQ(w.thief(kB).find(w.seals.back().epoch), nullptr);
}

// ADR 0008: the remover never heard that the device had been given the key.
TEST_F(Rotation, RemovalOfADeviceThatHoldsNothingHereStillRotates) {
  w.join(kA, kB, {w.terms(kB, notes, History::all)});
  w.join(kA, kC, {});
  w.exchange(kB, kC);
  circle::DeviceRemove remove;
  remove.device = w.devices[kC].id;
  ASSERT_TRUE(w.write(kA, remove));
  EXPECT_EQ(state(kA).reason, KeyReason::end_unknown);
  // B has not heard, and gives C what A has.
  grant(kB, kC);
  EXPECT_TRUE(w.wrap(kB));
  EXPECT_TRUE(w.seal(kA, notes));
  EXPECT_EQ(w.thief(kC).find(w.seals.back().epoch), nullptr);
}

TEST_F(Rotation, WithdrawalErasesOnTheDeviceAndRotatesOnTheOthers) {
  w.join(kA, kB, {w.terms(kB, notes, History::all)});
  ASSERT_TRUE(w.devices[kB].ring->holds(notes));
  ASSERT_TRUE(w.write(kB, circle::Withdraw{w.devices[kB].id, notes, Direction::both, {}}));
  EXPECT_FALSE(w.devices[kB].ring->holds(notes));
  EXPECT_TRUE(w.devices[kB].ring->holds(circle::kControl));
  w.exchange(kA, kB);
  EXPECT_EQ(state(kA).state, KeyState::needs_rotation);
  EXPECT_TRUE(w.seal(kA, notes));
  EXPECT_FALSE(w.thief(kB).find(w.seals.back().epoch));
}

TEST_F(Rotation, EndByClockMakesUncleanBeforeAnyEntrySaysSo) {
  auto terms = w.terms(kB, notes, History::all);
  terms.until = WallMs{w.now.ms + 1000};
  w.join(kA, kB, {terms});
  const auto before = survey(w.view(kA), notes, w.now);
  EXPECT_EQ(before.changes_at, *terms.until);
  EXPECT_EQ(state(kA).state, KeyState::ready);
  w.now.ms += 1000;
  EXPECT_EQ(state(kA).reason, KeyReason::recipient_out);
  EXPECT_EQ(state(kB).reason, KeyReason::not_entitled);
  EXPECT_TRUE(w.devices[kB].ring->holds(notes));  // time only pauses
  EXPECT_TRUE(w.seal(kA, notes));
  EXPECT_FALSE(w.thief(kB).find(w.seals.back().epoch));
}

TEST_F(Rotation, FromNowGetsANewEpochAtOnceAndNothingBefore) {
  w.join(kA, kB, {});
  ASSERT_TRUE(w.seal(kA, notes));
  const auto old_epoch = w.seals.back().epoch;
  grant(kA, kB, History::from_now);
  EXPECT_TRUE(w.wrap(kA));
  w.exchange(kA, kB);
  EXPECT_EQ(state(kB).state, KeyState::ready);
  EXPECT_EQ(state(kB).epoch->number, 2u);
  EXPECT_EQ(w.devices[kB].ring->find(old_epoch), nullptr);
  EXPECT_EQ(w.thief(kB).find(old_epoch), nullptr);
  EXPECT_NE(w.devices[kA].ring->find(old_epoch), nullptr);
}

// Rule 7: its epoch has no history key; the next full-history author links around it.
TEST_F(Rotation, FromNowHolderRotatesWithoutHistoryAndALaterDeviceReadsAll) {
  w.join(kA, kB, {});
  grant(kA, kB, History::from_now);
  w.wrap(kA);
  w.exchange(kA, kB);
  ASSERT_TRUE(w.rotate(kB, notes));
  w.exchange(kA, kB);
  const auto side = *state(kA).epoch;
  EXPECT_FALSE(w.view(kA).epoch(notes, side)->history);
  EXPECT_EQ(side.number, 3u);

  w.join(kA, kC, {w.terms(kC, notes, History::all)});
  EXPECT_EQ(w.devices[kC].ring->newest(notes, 99).size(), 4u);
  const auto* merged = w.view(kA).epoch(notes, *state(kA).epoch);
  EXPECT_EQ(merged->links.size(), 2u);  // the side epoch, and the last one with history
  EXPECT_EQ(w.thief(kB).newest(notes, 99).size(), 3u);  // not the first
}

// An epoch without a history key is boxed to a full-history device as it is: a box that promised
// one would not be valid.
TEST_F(Rotation, AnEpochWithoutHistoryIsGivenToAFullDeviceAsItIs) {
  w.join(kA, kB, {});
  grant(kA, kB, History::from_now);
  w.wrap(kA);
  w.exchange(kA, kB);
  ASSERT_TRUE(w.rotate(kB, notes));
  w.exchange(kA, kB);
  w.join(kA, kC, {});
  w.exchange(kA, kB);
  grant(kA, kC);
  w.exchange(kA, kB);
  ASSERT_TRUE(wraps_needed(w.context(kB), notes));
  EXPECT_TRUE(w.wrap(kB));
  w.exchange(kB, kC);
  EXPECT_EQ(state(kC).state, KeyState::ready);
  EXPECT_FALSE(w.view(kC).epoch(notes, *state(kC).epoch)->history);
}

TEST_F(Rotation, AConsentThatGrowsToAllGetsTheHistoryKey) {
  w.join(kA, kB, {});
  grant(kA, kB, History::from_now);
  w.wrap(kA);
  w.exchange(kA, kB);
  EXPECT_EQ(w.devices[kB].ring->newest(notes, 99).size(), 1u);
  grant(kA, kB, History::all);
  EXPECT_TRUE(w.wrap(kA));
  w.exchange(kA, kB);
  EXPECT_EQ(w.devices[kB].ring->newest(notes, 99).size(), 2u);
}

// It rotates before anyone gave it the history key of the epoch that it has: an honest half link.
TEST_F(Rotation, ConsentThatJustGrewMakesAHalfLinkThatAHolderRepairs) {
  w.join(kA, kB, {});
  grant(kA, kB, History::from_now);
  w.wrap(kA);
  w.exchange(kA, kB);
  grant(kA, kB, History::all);
  ASSERT_TRUE(w.rotate(kB, notes));
  w.join(kB, kC, {w.terms(kC, notes, History::all)});
  EXPECT_EQ(w.devices[kC].ring->newest(notes, 99).size(), 2u);  // not the first yet
  w.exchange(kA, kB);
  EXPECT_TRUE(w.wrap(kA));
  w.exchange(kA, kC);
  w.exchange(kA, kB);
  EXPECT_EQ(w.devices[kC].ring->newest(notes, 99).size(), 4u);
  EXPECT_EQ(w.devices[kB].ring->newest(notes, 99).size(), 4u);
}

TEST_F(Rotation, ANonHolderCannotRotate) {
  w.join(kA, kB, {});
  auto plan = plan_rotation(w.context(kB), std::span(&notes, 1), w.rng);
  EXPECT_EQ(plan.error().code, Errc::not_permitted);
  grant(kA, kB);
  plan = plan_rotation(w.context(kB), std::span(&notes, 1), w.rng);
  EXPECT_EQ(plan.error().code, Errc::no_key);
}

TEST_F(Rotation, KeysAreNeverWrappedUnderAnUncleanEpoch) {
  w.join(kA, kB, {w.terms(kB, notes, History::all)});
  const auto old_epoch = *state(kA).epoch;
  w.join(kA, kC, {});
  circle::DeviceRemove remove;
  remove.device = w.devices[kB].id;
  ASSERT_TRUE(w.write(kA, remove));
  grant(kA, kC);
  auto plan = plan_wraps(w.context(kA), w.rng);
  ASSERT_TRUE(plan);
  for (const auto& wrap : plan->payload.wraps) {
    EXPECT_FALSE(wrap.category == notes && wrap.epoch == old_epoch);
  }
  ASSERT_EQ(plan->payload.epochs.size(), 1u);  // a new one instead
  EXPECT_EQ(plan->payload.epochs[0].category, notes);
}

TEST_F(Rotation, TwoSideEpochsMergeForANewcomer) {
  w.join(kA, kB, {w.terms(kB, notes, History::all)});
  ASSERT_TRUE(w.rotate(kA, notes));
  ASSERT_TRUE(w.rotate(kB, notes));  // apart
  w.exchange(kA, kB);
  EXPECT_EQ(heads(survey(w.view(kA), notes, w.now)).size(), 2u);
  EXPECT_EQ(state(kA).epoch, state(kB).epoch);  // both seal under the lowest
  w.join(kA, kC, {w.terms(kC, notes, History::all)});
  EXPECT_EQ(w.devices[kC].ring->newest(notes, 99).size(), 3u);
}

TEST_F(Rotation, ABoxWithAnotherKeyIsAnAlarmAndTheKeyIsNotUsed) {
  w.join(kA, kB, {});
  grant(kA, kB);
  auto plan = plan_wraps(w.context(kA), w.rng).value();
  // The insider seals a key of its own under the id that the log commits to.
  const auto epoch = *state(kA).epoch;
  const auto forged = EpochSecret::generate(w.view(kA).circle(), notes, epoch.number, true, w.rng);
  BoxBinding binding{w.view(kA).circle(), w.devices[kA].id, w.devices[kB].id, {}};
  binding.epochs.push_back({notes, epoch.number, w.view(kA).epoch(notes, epoch)->commitment});
  BoxPlain plain;
  plain.keys.push_back(forged.carry(true));
  const auto& target = w.devices[kB].descriptor;
  auto sealed = seal_box(w.suite, binding, {target.agree, target.box_secret}, plain, w.rng).value();
  auto& box = plan.payload.boxes.at(0);
  ASSERT_EQ(box.keys.size(), 1u);
  box.enc = sealed.enc;
  box.ciphertext = sealed.ciphertext;
  ASSERT_TRUE(w.write(kA, plan.payload));
  w.exchange(kA, kB);
  EXPECT_EQ(w.problems, std::vector<std::string>{"a box did not open"});
  w.problems.clear();
  EXPECT_FALSE(w.devices[kB].ring->holds(notes));
  const auto boxes = w.view(kB).boxes_for(w.devices[kB].id);
  const auto dh = w.devices[kB].agree->agree(boxes.back().enc);
  EXPECT_EQ(open_box_info(w.view(kB), w.devices[kB].id, boxes.back(), dh).error().code,
            Errc::commitment_mismatch);
}

TEST_F(Rotation, ScheduledAndUnforcedRotationKeepTheirTimes) {
  w.join(kA, kB, {w.terms(kB, notes, History::all)});
  const auto found = survey(w.view(kA), notes, w.now);
  const auto a = *idle_rotation_delay(found, *w.devices[kA].ring, w.devices[kA].id);
  const auto b = *idle_rotation_delay(found, *w.devices[kB].ring, w.devices[kB].id);
  EXPECT_EQ(std::min(a, b), 0u);
  EXPECT_EQ(std::max(a, b), limits::kDay / 2);
  const auto due = scheduled_rotation(found, *w.devices[kA].ring, w.devices[kA].id);
  EXPECT_EQ(due->ms, w.now.ms + 90 * limits::kDay + a);
  EXPECT_FALSE(may_rotate_unforced(found, WallMs{w.now.ms + 10 * limits::kMinute - 1}));
  EXPECT_TRUE(may_rotate_unforced(found, WallMs{w.now.ms + 10 * limits::kMinute}));
}

// Design 14, gate `rotation`: 20 categories, 16 devices, at most 100 ms of CPU, no item bytes. The
// bound here is wide, because unit tests share their machine; troth-bench holds the gate.
TEST(RotationCost, TwentyCategoriesSixteenDevices) {
  World w(9, 16);
  std::vector<CategoryId> all{circle::kControl};
  for (int i = 0; i < 19; ++i) all.push_back(*w.create_category(0));
  for (std::size_t d = 1; d < 16; ++d) {
    std::vector<circle::GrantTerms> grants;
    for (std::size_t i = 1; i < all.size(); ++i) grants.push_back(w.terms(d, all[i], History::all));
    w.join(0, d, grants);
  }
  const auto start = std::clock();
  const auto plan = plan_rotation(w.context(0), all, w.rng);
  const double ms = 1000.0 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->payload.epochs.size() + plan->left.size(), 20u);
  EXPECT_EQ(plan->payload.boxes.size(), 16u);
  EXPECT_TRUE(plan->left.empty());
  const auto bytes = wire::encoded_size(plan->payload);
  EXPECT_LE(bytes, limits::kEntryBytes);
  RecordProperty("cpu_us", static_cast<int>(ms * 1000));
  RecordProperty("bytes", static_cast<int>(bytes));
  std::cout << "[   NOTE   ] rotation of 20 categories for 16 devices: " << ms << " ms, " << bytes
            << " bytes\n";
  EXPECT_LT(ms, 1000);
  EXPECT_TRUE(w.problems.empty());
}

}  // namespace
}  // namespace troth::keyring
