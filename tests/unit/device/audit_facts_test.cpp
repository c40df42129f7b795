// What a device writes into its own audit log (spec 11 §8): how it was opened and locked, and each
// decision that it made or heard of, once.
#include <algorithm>
#include <map>

#include "unit/device/folder_pair.hpp"

namespace troth::device {
namespace {

using namespace testing;

TEST(AuditFacts, AnUnlockIsWrittenWithTheFirstThingThatLasts) {
  Circle circle(1);
  circle.run(1000);
  auto& device = circle.at(0);
  EXPECT_TRUE(facts(device, audit::FactKind::unlocked).empty());
  device.unlocked_after = 3;
  circle.world.crash(device, sim::Loss::process, 100);
  circle.run(10'000);
  const auto opened = device.at(circle.world.now()).wall.ms - 9'900;
  PutItem put{circle.category, ItemId{}, {{"text", text("x")}}};
  (void)circle.world.submit(device, put);
  circle.run(1000);
  const auto wrong = facts(device, audit::FactKind::wrong_passphrase);
  const auto right = facts(device, audit::FactKind::unlocked);
  ASSERT_EQ(wrong.size(), 1u);
  EXPECT_EQ(wrong[0].number, 3u);
  ASSERT_EQ(right.size(), 1u);
  EXPECT_LE(right[0].at_ms, opened + 100);
  // Opened again without a passphrase, as after a full disk: nobody unlocked anything.
  device.unlocked_after.reset();
  circle.world.crash(device, sim::Loss::process, 100);
  circle.run(1000);
  (void)circle.world.submit(device, put);
  circle.run(1000);
  EXPECT_EQ(facts(device, audit::FactKind::unlocked).size(), 1u);
}

TEST(AuditFacts, ALockIsWrittenBeforeTheKeysGo) {
  Circle circle(1);
  auto& device = circle.at(0);
  const auto now = device.at(circle.world.now());
  device.engine->locking(now);
  ASSERT_TRUE(device.engine->commit(now));
  circle.world.crash(device, sim::Loss::process, 100);
  circle.run(1000);
  EXPECT_EQ(facts(device, audit::FactKind::locked).size(), 1u);
}

TEST(AuditFacts, RefusedSuitesAreOneFactAnHour) {
  Circle circle(1);
  auto& device = circle.at(0);
  for (int i = 0; i < 10; ++i) {
    device.core().enter(device.at(circle.world.now()));
    device.core().suite_refused();
    circle.world.settle(device);
  }
  EXPECT_EQ(facts(device, audit::FactKind::suite_refused).size(), 1u);
  EXPECT_EQ(alerts(device, "suite_refused"), 1u) << "ten in an hour are worth a look";
  circle.run(limits::kHour);
  device.core().enter(device.at(circle.world.now()));
  device.core().suite_refused();
  circle.world.settle(device);
  EXPECT_EQ(facts(device, audit::FactKind::suite_refused).size(), 2u);
}

// ---- decisions

using Counts = std::map<audit::FactKind, std::size_t>;

Counts counts(SimDevice& device) {
  Counts out;
  for (std::uint8_t kind = 1; kind <= audit::kFactKinds; ++kind) {
    const auto found = facts(device, static_cast<audit::FactKind>(kind)).size();
    if (found > 0) out[static_cast<audit::FactKind>(kind)] = found;
  }
  return out;
}
Counts less(Counts all, const Counts& before) {
  for (const auto& [kind, count] : before) {
    all[kind] -= count;
    if (all[kind] == 0) all.erase(kind);
  }
  return all;
}
// The entries of the log that are decisions, each of which has its fact.
std::size_t entries(SimDevice& device, circle::Kind kind) {
  const auto& log = *device.core().log_;
  const auto order = log.order();
  return static_cast<std::size_t>(std::count_if(
      order.begin(), order.end(), [&](const EntryId& id) { return log.body(id)->kind == kind; }));
}

class Decisions : public ::testing::Test {
 protected:
  Decisions() {
    (void)circle.world.submit(circle.at(0), CreateCategory{"photos", "to show", ""});
    circle.run(5000);
    for (const auto& [id, category] : circle.at(0).core().view().categories()) {
      if (id != circle.category) photos = id;
    }
  }
  void offer(std::uint64_t for_ms, bool take) {
    ShareTerms terms{photos, Direction::both, 0, History::all};
    if (for_ms > 0) terms.until_ms = circle.at(0).at(circle.world.now()).wall.ms + for_ms;
    (void)circle.world.submit(circle.at(0), GrantConsent{circle.at(1).id, terms});
    circle.run(5000);
    const auto id = circle.offers.back().second;
    if (take) {
      (void)circle.world.submit(circle.at(1), AcceptOffer{id, {}});
    } else {
      (void)circle.world.submit(circle.at(1), DeclineOffer{id});
    }
    circle.run(5000);
  }

  Circle circle{2};
  CategoryId photos;
};

TEST_F(Decisions, EachIsOneFactOnBothDevices) {
  using audit::FactKind;
  const Counts before[] = {counts(circle.at(0)), counts(circle.at(1))};
  offer(0, false);
  offer(0, true);
  (void)circle.world.submit(circle.at(0), WithdrawConsent{photos, circle.at(1).id});
  circle.run(5000);
  offer(60'000, true);
  circle.run(120'000);
  ASSERT_FALSE(circle.at(1).core().view().granted(circle.at(1).id, photos, Direction::receive));
  for (const std::size_t i : {0u, 1u}) {
    auto made = less(counts(circle.at(i)), before[i]);
    made.erase(FactKind::rotated);  // of its maker alone, below
    EXPECT_EQ(made, (Counts{{FactKind::grant, 3},
                            {FactKind::accept, 2},
                            {FactKind::decline, 1},
                            {FactKind::withdraw, 1},
                            {FactKind::expire, 1}}))
        << i;
  }
  // The log says the same, and each fact names its entry.
  for (const std::size_t i : {0u, 1u}) {
    auto& device = circle.at(i);
    const auto& log = *device.core().log_;
    for (const auto& [fact, kind] : {std::pair{FactKind::grant, circle::Kind::grant},
                                     {FactKind::withdraw, circle::Kind::withdraw},
                                     {FactKind::expire, circle::Kind::expire}}) {
      EXPECT_EQ(facts(device, fact).size(), entries(device, kind));
      for (const auto& one : facts(device, fact)) {
        ASSERT_TRUE(one.entry);
        EXPECT_EQ(log.body(*one.entry)->kind, kind);
      }
    }
  }
}

TEST_F(Decisions, NewKeysAreAFactOfTheirMaker) {
  const auto kind = audit::FactKind::rotated;
  circle.run(limits::kDay);  // asked for again too soon, keys are not made anew
  const auto before = facts(circle.at(0), kind).size();
  const auto others = facts(circle.at(1), kind).size();
  (void)circle.world.submit(circle.at(0), RotateKeys{});
  circle.run(5000);
  const auto made = facts(circle.at(0), kind);
  ASSERT_EQ(made.size(), before + 1);
  EXPECT_EQ(facts(circle.at(1), kind).size(), others);
  EXPECT_EQ(made.back().number, 3u) << "of papers, photos and the circle itself";
  EXPECT_EQ(circle.at(0).core().log_->body(*made.back().entry)->kind, circle::Kind::keys);
}

TEST_F(Decisions, ARemovalIsAFactOfWhoStaysAndOfWhoWasRemoved) {
  const auto kind = audit::FactKind::removed;
  (void)circle.world.submit(circle.at(0), RemoveDevice{circle.at(1).id, false, {}});
  circle.run(30'000);
  const auto stays = facts(circle.at(0), kind);
  ASSERT_EQ(stays.size(), 1u);
  ASSERT_TRUE(stays[0].entry);
  EXPECT_EQ(circle.at(0).core().log_->body(*stays[0].entry)->kind, circle::Kind::device_remove);
  // The removed one is not given the entry: its fact is about itself, and names none.
  const auto out = facts(circle.at(1), kind);
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].device, circle.at(1).id);
  EXPECT_FALSE(out[0].entry);
}

TEST(PairingFacts, EachTryIsOneFactOnEachSide) {
  using audit::FactKind;
  Circle circle(1);
  const auto joiner = circle.create();
  auto& first = circle.at(0);
  auto& second = circle.at(joiner);
  bool refuse = true;
  circle.watch = [&](SimDevice& device, const Event& event) {
    const auto* card = std::get_if<PairingApplicant>(&event);
    if (card == nullptr || !refuse) return;
    (void)circle.world.submit(device, AnswerApplicant{card->pairing, true, "", {}});
  };
  circle.pair(0, joiner);
  ASSERT_FALSE(second.core().in_circle());
  refuse = false;
  circle.pair(0, joiner);
  ASSERT_TRUE(second.core().in_circle());
  for (auto* device : {&first, &second}) {
    EXPECT_EQ(facts(*device, FactKind::pairing_failed).size(), 1u) << device->name;
    const auto paired = facts(*device, FactKind::paired);
    ASSERT_EQ(paired.size(), 1u) << device->name;
    EXPECT_EQ(paired[0].device, (device == &first ? second : first).id);
    EXPECT_EQ(paired[0].number, 1u) << "categories";
    EXPECT_EQ(facts(*device, FactKind::accept).size(), 1u);
  }
  EXPECT_EQ(facts(first, FactKind::pairing_started).size(), 2u);
  EXPECT_EQ(facts(second, FactKind::pairing_started).size(), 0u);
}

TEST(RollbackFacts, AStateThatWentBackIsOneFact) {
  Circle circle(2);
  auto& phone = circle.at(1);
  const auto old = phone.disk.snapshot();
  circle.world.crash(phone, sim::Loss::process, 100);
  circle.run(1000);
  PutItem put{circle.category, ItemId{}, {{"text", text("x")}}};
  (void)circle.world.submit(phone, put);
  circle.run(5000);
  circle.world.crash(phone, sim::Loss::process, 100);
  phone.disk.restore(old);
  circle.run(60'000);
  const auto back = facts(phone, audit::FactKind::rolled_back);
  ASSERT_EQ(back.size(), 1u);
  EXPECT_EQ(back[0].device, phone.id);
}

}  // namespace
}  // namespace troth::device
