#include "store/log_store.hpp"

#include <gtest/gtest.h>

#include "circle_world.hpp"

namespace troth::store {
namespace {

using circle::test::trusting;
using circle::test::World;

struct LogStoreTest : ::testing::Test {
  circle::test::CountingRng rng{1};
  std::unique_ptr<Db> db = Db::open({}).value();
  Secret32 key{Bytes(32, 0x42)};
  std::unique_ptr<Vault> vault = Vault::create(*db, key, HomeId{{1}}).value();
  LogStore store{*vault};

  Result<> persist(const circle::Log& log, const circle::OfferResult& result) {
    for (const auto& id : result.admitted) TROTH_CHECK(store.append(*log.entry(id), rng));
    for (const auto& id : result.released) TROTH_CHECK(store.release(id));
    for (const auto& held : result.held) {
      TROTH_CHECK(store.hold(*log.held_entry(held.id), held.reason, rng));
    }
    return {};
  }

  template <class Fn>
  void step(Fn&& fn) {
    ASSERT_TRUE(db->begin(Durability::full));
    ASSERT_TRUE(fn());
    ASSERT_TRUE(db->commit());
  }
};

TEST_F(LogStoreTest, NoLogIsNoError) {
  const auto log = store.load();
  ASSERT_TRUE(log);
  EXPECT_TRUE(log->empty());
}

TEST_F(LogStoreTest, ALogAndWhatItHeldComeBackAsTheyWere) {
  World world;
  const auto g = world.genesis();
  const auto b = world.add_device(0, 1, {g});
  const auto t = world.add_device(0, 2, {b});
  const auto removal = world.remove(1, 0, {t});
  const auto late = world.remove(0, 1, {t});
  auto log = world.begin();
  step([&] { return store.append(world.entry(g), rng); });
  for (const auto& id : {t, removal, late}) {
    const auto result = world.offer(log, {id});
    step([&] { return persist(log, result); });
  }
  ASSERT_EQ(log.held().size(), 1u);
  const auto entries = store.load();
  ASSERT_TRUE(entries);
  const auto again = circle::Log::restore(*entries, &trusting);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->order(), log.order());
  EXPECT_EQ(again->heads(), log.heads());
  const auto held = store.load_held();
  ASSERT_TRUE(held && held->size() == 1);
  EXPECT_EQ((*held)[0].entry.id(), late);
  EXPECT_EQ((*held)[0].reason, circle::Reason::author_removed_here);
}

TEST_F(LogStoreTest, AHeldEntryThatCameInIsReleased) {
  World world;
  const auto g = world.genesis();
  const auto b = world.add_device(0, 1, {g});
  const auto t = world.add_device(0, 2, {b});
  const auto fork = world.ack(0, {b});
  const auto joined = world.ack(1, {fork});
  auto log = world.begin();
  step([&] { return store.append(world.entry(g), rng); });
  for (const auto& id : {t, fork}) {
    const auto result = world.offer(log, {id});
    step([&] { return persist(log, result); });
  }
  ASSERT_EQ(store.load_held()->size(), 1u);
  const auto result = world.offer(log, {joined});
  step([&] { return persist(log, result); });
  EXPECT_TRUE(store.load_held()->empty());
  EXPECT_EQ(store.load()->size(), log.size());
}

}  // namespace
}  // namespace troth::store
