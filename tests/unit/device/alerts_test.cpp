// What a person is shown stays bounded, whoever causes it, and says who and what (rule 4.4).
#include "unit/device/raw_peer.hpp"

namespace troth::device {
namespace {

using namespace testing;

std::vector<Alert> alerts_of(SimDevice& device) { return *device.core().alerts(); }

std::size_t leaves(SimDevice& device) {
  return static_cast<std::size_t>(device.core().audit_log_->head().size);
}

// 0 removed 1 while they were apart; 1 went on and wrote what is late for 0.
struct Late {
  explicit Late(int renames) {
    circle.run(5000);
    circle.apart(true);
    (void)circle.world.submit(victim, RemoveDevice{thief.id, true, {}});
    circle.run(3000);
    for (int i = 0; i < renames; ++i) {
      (void)circle.world.submit(thief, RenameDevice{thief.id, "n" + std::to_string(i)});
      circle.run(300);
    }
    (void)circle.world.submit(thief, RemoveDevice{circle.at(2).id, true, {}});
    circle.run(1000);
    const auto& log = *thief.core().log_;
    for (const auto& id : log.order()) {
      if (!victim.core().log_->contains(id)) entries.push_back(*log.entry(id));
    }
  }
  void hand_in(std::uint64_t seed, std::vector<circle::Entry> what) {
    auto raw = RawPeer::unknown(circle, thief, victim, seed);
    ASSERT_TRUE(raw.open());
    raw.hello();
    EXPECT_TRUE(raw.say(session::MessageType::entries, session::Entries{std::move(what), true}));
    circle.run(100);
    raw.hang_up();
  }
  Circle circle{3};
  SimDevice& victim = circle.at(0);
  SimDevice& thief = circle.at(1);
  std::vector<circle::Entry> entries;
};

TEST(Alerts, OfHeldEntriesSayWhoAndWhatOnceAndAreNotWrittenAgain) {
  Late late(20);
  ASSERT_GE(late.entries.size(), 21u);
  late.hand_in(1, late.entries);
  const auto first = alerts_of(late.victim);
  const auto of = [&](std::string_view kind) {
    return std::count_if(first.begin(), first.end(), [&](const Alert& alert) {
      return alert.kind == kind && alert.device == late.thief.id;
    });
  };
  EXPECT_EQ(of("held_remove"), 1) << "which was removed, says: take a device out";
  EXPECT_EQ(of("held_entry"), 1) << "twenty new names are one";
  EXPECT_GE(late.victim.core().log_->held().size(), 21u);
  // The same once more, and once more much later: nothing is new, and nothing is written for it.
  late.hand_in(2, late.entries);
  late.circle.run(2 * limits::kAlertAgainMs);
  late.hand_in(3, late.entries);
  const auto again = alerts_of(late.victim);
  ASSERT_EQ(again.size(), first.size());
  for (std::size_t i = 0; i < again.size(); ++i) EXPECT_EQ(again[i].at, first[i].at);
}

TEST(Alerts, RefusedEntriesOfOnePeerAreOneLeafAnHour) {
  Late late(3);
  auto bad = late.entries;
  for (auto& entry : bad) entry.signature[7] ^= 1;
  const auto before = leaves(late.victim);
  for (std::uint64_t i = 0; i < 5; ++i) late.hand_in(10 + i, bad);
  EXPECT_EQ(leaves(late.victim), before + 1);
  EXPECT_TRUE(late.victim.core().log_->held().empty());
}

TEST(Alerts, EqualOnesAreOneRowUntilItWasRead) {
  Circle circle(1);
  auto& device = circle.at(0);
  const auto raise = [&](std::string_view kind) {
    device.core().enter(device.at(circle.world.now()));
    device.core().alert(kind, device.id);
    circle.world.settle(device);
  };
  raise("pairing_crowded");
  raise("pairing_crowded");
  ASSERT_EQ(alerts_of(device).size(), 1u);
  const auto told = alerts_of(device)[0];
  circle.run(limits::kAlertAgainMs + 1000);
  raise("pairing_crowded");
  ASSERT_EQ(alerts_of(device).size(), 1u);
  EXPECT_GT(alerts_of(device)[0].at, told.at) << "it says when it was last so";
  (void)circle.world.submit(device, AcknowledgeAlert{told.id});
  circle.run(100);
  raise("pairing_crowded");
  EXPECT_EQ(alerts_of(device).size(), 2u) << "what was read is over";
}

TEST(Alerts, OnlySoManyAreKeptAndThoseThatWereReadGoFirst) {
  Circle circle(1);
  auto& device = circle.at(0);
  const auto raise = [&](std::size_t n) {
    device.core().enter(device.at(circle.world.now()));
    device.core().alert("kind " + std::to_string(n), device.id);
    circle.world.settle(device);
  };
  for (std::size_t i = 0; i < limits::kAlerts; ++i) raise(i);
  ASSERT_EQ(alerts_of(device).size(), limits::kAlerts);
  (void)circle.world.submit(device, AcknowledgeAlert{alerts_of(device)[9].id});
  circle.run(100);
  raise(limits::kAlerts);
  auto all = alerts_of(device);
  ASSERT_EQ(all.size(), limits::kAlerts);
  EXPECT_EQ(all.front().kind, "kind 0");
  EXPECT_EQ(all[9].kind, "kind 10");
  raise(limits::kAlerts + 1);
  all = alerts_of(device);
  ASSERT_EQ(all.size(), limits::kAlerts);
  EXPECT_EQ(all.front().kind, "kind 1");
  EXPECT_EQ(all.back().kind, "kind " + std::to_string(limits::kAlerts + 1));
}

}  // namespace
}  // namespace troth::device
