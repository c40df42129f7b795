// What one hostile device may make others keep, compute and recurse over.
#include <pthread.h>

#include "circle/state.hpp"
#include "unit/circle/home.hpp"

namespace troth::circle::test {
namespace {

// Of a phone's thread; what a sanitizer adds to each frame is not the program's.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t kStack = 4 * 1024 * 1024;
#elif defined(__clang__)
constexpr std::size_t kStack = 2 * 1024 * 1024;  // it tells of its sanitizers in another way
#else
constexpr std::size_t kStack = 512 * 1024;
#endif

std::vector<std::size_t> rows(const Indexes& index) {
  return {index.devices.size(),    index.keys.size(),     index.members.size(),
          index.categories.size(), index.grants.size(),   index.withdrawals.size(),
          index.accepts.size(),    index.expiries.size(), index.reverts.size(),
          index.raises.size(),     index.epochs.size(),   index.holdings.size(),
          index.boxes.size()};
}

template <class T>
T any_id(CountingRng& rng) {
  T out;
  rng.fill(out.bytes);
  return out;
}

// One of each kind that may name whatever it likes.
std::vector<Payload> naming(CountingRng& rng) {
  const auto device = any_id<DeviceId>(rng);
  const auto category = any_id<CategoryId>(rng);
  const auto entry = any_id<EntryId>(rng);
  DeviceRemove remove;
  remove.device = device;
  remove.revert = {entry};
  GrantTerms given = terms(1, category);
  given.subject = device;
  auto def = epoch(category, 1);
  def.commitment = any_id<Hash>(rng);
  Keys keys{{def}, {{any_id<CategoryId>(rng), {1, {}}}}, {}};
  keys.boxes.push_back(box(1, {{0, true}, {1, false}}));
  keys.boxes.front().device = any_id<DeviceId>(rng);
  return {remove,
          DeviceRename{device, "name"},
          CategoryUpdate{category, "name", "to test", "files"},
          CategoryRetire{category},
          CategoryCreate{to_hex(entry.bytes), "to test", "files", 1, {}},
          MemberAdd{any_id<MemberId>(rng), "name"},
          Grant{given},
          Accept{entry, {0}, {}, {}},
          Withdraw{device, category, Direction::both, {}},
          Expire{{{entry, 0}}, {}},
          keys,
          Ack{{{entry, cut(category, author(1), 1)}}}};
}

TEST(Flood, WhatWasOnlyJudgedLeavesNoRowBehind) {
  World world;
  const EntryId root = world.genesis();
  State state(&trusting);
  const auto push = [&](const EntryId& id) {
    return state.push(std::move(*decode_entry(world.entry(id))), false).has_value();
  };
  ASSERT_TRUE(push(root));
  const EntryId add = world.add_device(0, 1, {root});
  ASSERT_TRUE(push(add));
  const auto before = rows(state.index());
  const auto size = state.size();
  CountingRng rng(5);
  std::vector<EntryId> last{add};
  for (int round = 0; round < 20; ++round) {
    for (const auto& payload : naming(rng)) {
      last = {world.add(1, payload, last)};
      ASSERT_TRUE(push(last[0]));
    }
  }
  ASSERT_TRUE(push(world.add_device(1, 2, last)));
  EXPECT_NE(rows(state.index()), before);
  state.pop_to(size);
  EXPECT_EQ(rows(state.index()), before);
  EXPECT_TRUE(push(world.add_device(0, 2, {add})));
}

TEST(Flood, OneOfferBeginsOnlySoManyLinesOfAnAuthor) {
  Home home(3);
  const auto before = home.heads();
  Ids siblings;
  for (std::uint64_t i = 0; i < 2000; ++i)
    siblings.push_back(home.world.add(1, Ack{}, before, 2000 + i));
  const auto result = home.take(siblings);
  EXPECT_EQ(result.admitted.size(), limits::kBranchesPerOffer);
  EXPECT_EQ(home.heads().size(), limits::kBranchesPerOffer);
  EXPECT_EQ(result.held.size(), siblings.size() - limits::kBranchesPerOffer);
  for (const auto& held : result.held) EXPECT_EQ(held.reason, Reason::fork);
  EXPECT_EQ(home.log.view().forks().size(), limits::kBranchesPerOffer - 1);
  // What the author itself builds on those held does not bring them in; what others build does.
  const auto out = result.held.back().id;
  home.take({home.world.ack(1, {out})});
  EXPECT_FALSE(home.log.contains(out));
  home.take({home.world.ack(2, {out})});
  EXPECT_TRUE(home.log.contains(out));
}

TEST(Flood, TheAuthorsOwnEntryCarriesNoneOfManyLinesInTheSameOffer) {
  Home home(3);
  const auto before = home.heads();
  Ids siblings;
  for (std::uint64_t i = 0; i < 40; ++i)
    siblings.push_back(home.world.add(1, Ack{}, before, 2000 + i));
  const EntryId joined = home.world.ack(1, siblings);
  home.take({joined});
  EXPECT_FALSE(home.log.contains(joined));
  EXPECT_LE(home.heads().size(), limits::kBranchesPerOffer);
}

// Each device adds the next, which removes it: whose chain of adds is long is asked for with each
// of its entries, and a stack is only so deep.
void long_chain(std::size_t devices, std::size_t& live, std::size_t& taken) {
  World world;
  std::vector<EntryId> last{world.genesis()};
  Log log = world.begin();
  for (std::size_t d = 1; d < devices; ++d) {
    last = {world.add_device(d - 1, d, last)};
    last = {world.remove(d, d - 1, last)};
    const auto result =
        log.offer(std::vector{world.entry(world.body(last[0]).parents[0]), world.entry(last[0])});
    taken += result.admitted.size();
    if (result.admitted.empty()) break;
  }
  live = log.view().live_devices().size();
}

TEST(Flood, AChainOfAddsEndsBeforeTheStackDoes) {
  struct Run {
    std::size_t live = 0;
    std::size_t taken = 0;
  } run;
  pthread_attr_t attr;
  ASSERT_EQ(pthread_attr_init(&attr), 0);
  ASSERT_EQ(pthread_attr_setstacksize(&attr, kStack), 0);
  pthread_t thread{};
  const auto body = [](void* given) -> void* {
    auto& out = *static_cast<Run*>(given);
    long_chain(limits::kAddChain + 40, out.live, out.taken);
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, &attr, body, &run), 0);
  ASSERT_EQ(pthread_join(thread, nullptr), 0);
  pthread_attr_destroy(&attr);
  // The last one that may be added removed the one before it; whom it adds is nobody.
  EXPECT_EQ(run.live, 1u);
  EXPECT_EQ(run.taken, 2 * limits::kAddChain);
}

}  // namespace
}  // namespace troth::circle::test
