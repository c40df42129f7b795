// What a device believes when it is told that it was removed (rules 4.3, 4.4 and 14, spec 09 §7).
#include "engine/impl.hpp"
#include "unit/device/raw_peer.hpp"

namespace troth::device {
namespace {

using namespace testing;

// The newest removal that a device signed.
circle::Entry removal_by(SimDevice& author) {
  circle::Entry out;
  const auto& log = *author.core().log_;
  for (const auto& id : log.order()) {
    const auto* body = log.body(id);
    if (body->kind == circle::Kind::device_remove && body->author == author.id)
      out = *log.entry(id);
  }
  EXPECT_FALSE(out.body.empty());
  return out;
}

// Straight to what decides, as if `from` had answered a catch-up with it.
void tell(Circle& circle, SimDevice& to, const SimDevice& from, const circle::Entry& removal) {
  to.core().enter(to.at(circle.world.now()));
  session::Host& host = EngineInspector::look(*to.engine).peers;
  host.told_removed(from.id, removal);
  circle.world.settle(to);
}

StatusQuery::Answer status(Circle& circle, SimDevice& device) {
  return *device.engine->query(StatusQuery{}, device.at(circle.world.now()));
}

std::size_t alerts_of(SimDevice& device, std::string_view kind) {
  const auto all = device.core().alerts();
  return static_cast<std::size_t>(std::count_if(
      all->begin(), all->end(), [&](const Alert& alert) { return alert.kind == kind; }));
}

// 0 and 1 removed 2, which says that it removed 1; 2 heard nothing of its own end.
struct Thief {
  Thief() {
    circle.run(5000);
    circle.apart(true);
    (void)circle.world.submit(circle.at(0), RemoveDevice{thief.id, true, {}});
    circle.run(1000);
    circle.world.set_partition(circle.at(0), victim, false);
    (void)circle.world.submit(victim, ConnectDevice{circle.at(0).id, circle.at(0).name});
    circle.run(60'000);
    EXPECT_FALSE(victim.core().view().live(thief.id));
    (void)circle.world.submit(thief, RemoveDevice{victim.id, true, {}});
    circle.run(2000);
    removal = removal_by(thief);
  }
  Circle circle{3};
  SimDevice& victim = circle.at(1);
  SimDevice& thief = circle.at(2);
  circle::Entry removal;
};

TEST(RemovalClaim, ARemovedDeviceThatDialsTakesNobodyOut) {
  Thief t;
  auto raw = RawPeer::as(t.circle, t.thief, t.victim);
  ASSERT_TRUE(raw.open());
  (void)raw.say(session::MessageType::removed, session::Removed{t.removal});
  t.circle.run(1000);
  EXPECT_EQ(raw.refused, Errc::unexpected_message);
  EXPECT_TRUE(t.victim.core().alive());
  EXPECT_FALSE(t.victim.core().own_->removed);
}

TEST(RemovalClaim, OneByARemovedDeviceIsShownAndNotBelieved) {
  Thief t;
  tell(t.circle, t.victim, t.circle.at(0), t.removal);  // even where an honest device passes it on
  EXPECT_TRUE(t.victim.core().alive());
  EXPECT_EQ(alerts_of(t.victim, "removal_not_believed"), 1u);
  tell(t.circle, t.victim, t.thief, t.removal);  // who is not live here is not listened to at all
  EXPECT_TRUE(t.victim.core().alive());
  EXPECT_EQ(alerts_of(t.victim, "removal_not_believed"), 1u);
}

// 0 removed 1 and did not know of 2, which 1 had added.
TEST(RemovalClaim, OneByADeviceWhoseAddIsVoidIsNotBelieved) {
  Circle circle(2);
  circle.run(3000);
  circle.apart(true);
  auto& victim = circle.at(0);
  const auto i = circle.create();
  auto& orphan = circle.at(i);
  circle.world.set_partition(victim, orphan, true);
  circle.pair(1, i);
  circle.run(3000);
  ASSERT_TRUE(orphan.core().alive());
  (void)circle.world.submit(victim, RemoveDevice{circle.at(1).id, true, {}});
  circle.run(2000);
  (void)circle.world.submit(orphan, RemoveDevice{victim.id, true, {}});
  circle.run(2000);
  const auto removal = removal_by(orphan);
  auto raw = RawPeer::as(circle, orphan, victim);  // a stranger, for the victim
  ASSERT_TRUE(raw.open());
  (void)raw.say(session::MessageType::removed, session::Removed{removal});
  EXPECT_EQ(raw.refused, Errc::unexpected_message);
  tell(circle, victim, orphan, removal);
  EXPECT_TRUE(victim.core().alive());
  EXPECT_EQ(victim.core().log_->judge_alone(removal), circle::Reason::author_unknown);
}

TEST(RemovalClaim, OneThatItsAuthorDidNotSignIsNotBelieved) {
  Circle circle(3);
  circle.run(3000);
  const auto body = circle.at(1).core().log_->make_body(
      circle::DeviceRemove{circle.at(1).id, circle::RemoveWhy::removed, false, {}, {}},
      circle.at(0).id, WallMs{1});
  ASSERT_TRUE(body);
  const circle::Entry forged{*body, {}};
  EXPECT_EQ(circle.at(1).core().log_->judge_alone(forged), circle::Reason::bad_signature);
  tell(circle, circle.at(1), circle.at(0), forged);
  EXPECT_TRUE(circle.at(1).core().alive());
}

TEST(RemovalClaim, AGenuineOneIsBelievedWheneverItComes) {
  Circle circle(3);
  circle.run(3000);
  circle.apart(true);
  (void)circle.world.submit(circle.at(0), RemoveDevice{circle.at(1).id, true, {}});
  (void)circle.world.submit(circle.at(0), RenameDevice{circle.at(0).id, "after it"});
  circle.run(2000);
  // Once by the remover's entry without what came before it, and again after a restart.
  circle.world.crash(circle.at(1), sim::Loss::power, 500);
  circle.run(3000);
  circle.apart(false);
  circle.run(60'000);
  EXPECT_FALSE(circle.at(1).core().alive());
  EXPECT_EQ(status(circle, circle.at(1)).state, EngineState::removed);
  EXPECT_EQ(status(circle, circle.at(1)).reason, "removed");
  EXPECT_TRUE(circle.at(2).core().alive());
  circle.world.crash(circle.at(1), sim::Loss::power, 500);
  circle.run(5000);
  EXPECT_FALSE(circle.at(1).core().alive());
}

// The remover was added after the removed device was last there, so that it cannot check anything.
TEST(RemovalClaim, RemovedByADeviceThatItNeverMetItSaysSoAndChangesNothing) {
  Circle circle(2);
  circle.run(3000);
  const auto i = circle.create();
  circle.world.set_partition(circle.at(0), circle.at(1), true);
  circle.world.set_partition(circle.at(1), circle.at(i), true);
  circle.pair(0, i);
  circle.run(3000);
  ASSERT_TRUE(circle.at(i).core().alive());
  (void)circle.world.submit(circle.at(i), RemoveDevice{circle.at(1).id, true, {}});
  circle.run(10'000);
  (void)circle.world.submit(circle.at(0), ConnectDevice{circle.at(i).id, circle.at(i).name});
  circle.run(20'000);
  ASSERT_FALSE(circle.at(0).core().view().live(circle.at(1).id));
  EXPECT_EQ(status(circle, circle.at(1)).state, EngineState::ok);
  circle.apart(false);
  circle.run(300'000);
  auto& gone = circle.at(1);
  EXPECT_EQ(status(circle, gone).state, EngineState::needs_action);
  EXPECT_EQ(status(circle, gone).reason, "not_accepted");
  EXPECT_FALSE(gone.core().own_->removed);
  EXPECT_EQ(alerts_of(gone, "not_accepted"), 1u) << "said once, however often it is refused";
}

}  // namespace
}  // namespace troth::device
