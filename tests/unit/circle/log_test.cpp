// A log read back, or filled in another order, means the same; and what it holds is bounded.
#include "unit/circle/home.hpp"

namespace troth::circle::test {
namespace {

void expect_same(const Log& a, const Log& b) {
  EXPECT_EQ(a.heads(), b.heads());
  EXPECT_EQ(a.view().live_devices(), b.view().live_devices());
  EXPECT_EQ(a.view().forks().size(), b.view().forks().size());
  EXPECT_EQ(a.view().data_stopped(), b.view().data_stopped());
  EXPECT_EQ(a.view().policy().max_devices, b.view().policy().max_devices);
  ASSERT_EQ(a.view().devices().size(), b.view().devices().size());
  for (const auto& [id, info] : a.view().devices()) {
    const auto* other = b.view().device(id);
    ASSERT_NE(other, nullptr);
    EXPECT_EQ(info.name, other->name);
    EXPECT_EQ(info.state, other->state);
    EXPECT_EQ(info.entry, other->entry);
    EXPECT_EQ(info.removals.size(), other->removals.size());
  }
  ASSERT_EQ(a.view().grants().size(), b.view().grants().size());
  for (const auto& [ref, info] : a.view().grants()) {
    const auto* other = b.view().grant(ref);
    ASSERT_NE(other, nullptr);
    EXPECT_EQ(info.sends, other->sends);
    EXPECT_EQ(info.receives, other->receives);
    EXPECT_EQ(info.reason, other->reason);
    EXPECT_EQ(info.accepted, other->accepted);
  }
  for (const auto& id : a.order()) {
    EXPECT_EQ(a.birth(id), b.birth(id));
    EXPECT_EQ(a.is_void(id), b.is_void(id));
  }
}

// Grants, keys, a policy, names, a revert, a void chain and a fork.
void tell(Home& home) {
  const auto papers = home.category(0);
  home.give(0, terms(1, papers));
  const auto ref = home.give(0, until(terms(2, papers), 500));
  home.by(0, Keys{{epoch(papers, 1)}, {}, {box(1, {{0, true}})}});
  const EntryId add = home.add(1, 4);
  const auto before = home.heads();
  home.take({home.world.add_device(1, 5, before)});
  home.take({home.world.remove(0, 1, before, {add})});
  home.by(3, Expire{{ref}, {}});
  home.by(3, PolicySet{1, 1, 9, 0});
  home.by(2, DeviceRename{actor(3).id, "desk"});
  const auto then = home.heads();
  home.take({home.world.ack(2, then), home.world.add(2, Ack{}, then, 1001)});
}

TEST(LogAgain, ReadBackItMeansTheSame) {
  Home home(4);
  tell(home);
  ASSERT_FALSE(home.log.view().forks().empty());
  expect_same(home.log, home.copy());
}

TEST(LogAgain, OfferedAtOnceItMeansTheSame) {
  Home home(4);
  tell(home);
  Log other = home.world.begin();
  home.world.offer(other, home.heads());
  expect_same(home.log, other);
}

TEST(LogAgain, WithoutItsBeginningOrAParentItIsDamaged) {
  Home home(3);
  EXPECT_EQ(Log::restore({}, &trusting).error().code, Errc::damaged);
  const std::vector<Entry> headless{home.world.entry(home.adds[0])};
  EXPECT_EQ(Log::restore(headless, &trusting).error().code, Errc::damaged);
  const std::vector<Entry> gap{home.world.entry(home.root), home.world.entry(home.adds[1])};
  EXPECT_EQ(Log::restore(gap, &trusting).error().code, Errc::damaged);
}

TEST(LogHeld, TheOldestMakesRoom) {
  Home home(2);
  const auto before = home.heads();
  home.by(0, removal(1));
  std::vector<Entry> late;
  for (std::uint64_t i = 0; i <= limits::kHeldEntries; ++i) {
    late.push_back(home.world.entry(home.world.add(1, Ack{}, before, i)));
  }
  const auto one = home.log.offer(std::span(late).first(1));
  const auto rest = home.log.offer(std::span(late).subspan(1));
  EXPECT_EQ(one.held.size(), 1u);
  EXPECT_EQ(rest.held.size(), limits::kHeldEntries);
  EXPECT_EQ(home.log.held().size(), limits::kHeldEntries);
  EXPECT_EQ(rest.released, Ids{late[0].id()});
  EXPECT_EQ(home.log.held_entry(late[0].id()), nullptr);
}

// A thief with a device of its own says much, so that what a rescuer says is forgotten.
TEST(LogHeld, ManyEntriesOfOneDevicePushOutNobodyElses) {
  Home home(3);
  const auto before = home.heads();
  home.by(0, removal(1));
  home.by(0, removal(2));
  const EntryId rescue = home.world.add(2, removal(0), before);
  home.take({rescue});
  std::vector<Entry> flood;
  for (std::uint64_t i = 0; i < 2 * limits::kHeldEntries; ++i)
    flood.push_back(home.world.entry(home.world.add(1, Ack{}, before, i)));
  (void)home.log.offer(flood);
  EXPECT_EQ(home.log.held().size(), limits::kHeldEntries);
  EXPECT_NE(home.log.held_entry(rescue), nullptr);
}

// Whoever sends it waits, and so does everybody else while it is looked at.
TEST(LogOffer, ALongChainUnderOneBadEntryIsRefusedInOnePass) {
  Home home(2, true);
  std::vector<Entry> offer;
  const EntryId first = home.world.add(1, Ack{}, home.heads());
  Entry bad = home.world.entry(first);
  bad.signature = {};
  offer.push_back(bad);
  EntryId last = first;
  for (std::uint64_t i = 0; i < 5000; ++i) {
    last = home.world.add(1, Ack{}, {last}, 1000 + i);
    offer.push_back(home.world.entry(last));
  }
  const auto result = home.log.offer(offer);
  EXPECT_EQ(result.refused.size(), offer.size());
  EXPECT_TRUE(result.admitted.empty());
  EXPECT_TRUE(result.held.empty());
}

}  // namespace
}  // namespace troth::circle::test
