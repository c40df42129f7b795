// Rule 17: a holder that passes on a changed batch is told of, and keeps nobody from the true one.
#include <algorithm>

#include "unit/device/folder_pair.hpp"

namespace troth::device {
namespace {

using namespace testing;

constexpr std::size_t kAuthor = 0;
constexpr std::size_t kHolder = 1;
constexpr std::size_t kReader = 2;

class Tampered : public ::testing::Test {
 protected:
  void SetUp() override {
    circle.apart(true);
    reach(kAuthor, kHolder, true);
    put(kAuthor, "a");
    put(kAuthor, "b");
    circle.run(10'000);
    ASSERT_EQ(items(kHolder), 2u);
    ASSERT_EQ(items(kReader), 0u);
    reach(kAuthor, kHolder, false);
    flip_first_batch();
  }
  void reach(std::size_t a, std::size_t b, bool together) {
    circle.world.set_partition(circle.at(a), circle.at(b), !together);
    if (together) circle.meet();
  }
  void put(std::size_t i, const std::string& item) {
    PutItem put{circle.category, files::item_of(circle.category, item), {}};
    put.fields.push_back({"text", text(item)});
    (void)circle.world.submit(circle.at(i), put);
    circle.run(2000);
  }
  std::size_t items(std::size_t i) {
    const auto list = circle.at(i).core().replica_->list(circle.category, {}, 10, false,
                                                         circle.at(i).at(circle.world.now()).wall);
    return list ? list->size() : 0;
  }
  // The holder's copy of the author's first batch has one bit turned, as a liar would pass it on.
  void flip_first_batch() {
    auto& device = circle.at(kHolder);
    auto& core = device.core();
    core.enter(device.at(circle.world.now()));
    core.touch(store::Durability::full);
    const auto states = core.sync_store_->load();
    ASSERT_TRUE(states);
    const auto found = std::find_if(states->begin(), states->end(),
                                    [&](const auto& s) { return s.id == circle.category; });
    ASSERT_NE(found, states->end());
    const auto author = circle.at(kAuthor).core().replica_->author();
    auto stored = core.sync_store_->batch_after(found->handle, author, 0);
    ASSERT_TRUE(stored && *stored);
    auto& batch = **stored;
    batch.sealed[batch.sealed.size() / 2] ^= 1;
    ASSERT_TRUE(core.sync_store_->remove_batch(batch.seq));
    ASSERT_TRUE(core.sync_store_->add_batch(found->handle, batch.meta, batch.sealed));
    circle.world.settle(device);
    ASSERT_TRUE(device.up());
  }
  std::vector<audit::Fact> quarantined() {
    std::vector<audit::Fact> out;
    auto& log = *circle.at(kReader).core().audit_log_;
    for (std::uint64_t i = 0; i < log.head().size; ++i) {
      const auto fact = log.fact(i);
      if (fact && fact->kind == audit::FactKind::quarantined) out.push_back(*fact);
    }
    return out;
  }

  Circle circle{3};
};

TEST_F(Tampered, IsToldOfOnceAndTheTrueBatchComesFromAnother) {
  reach(kHolder, kReader, true);
  circle.run(1000);
  EXPECT_EQ(items(kReader), 0u);
  EXPECT_EQ(alerts(circle.at(kReader), "tampered"), 1u);
  ASSERT_EQ(quarantined().size(), 1u);
  EXPECT_EQ(quarantined()[0].device, circle.at(kHolder).id);
  EXPECT_EQ(quarantined()[0].number, static_cast<std::uint64_t>(Errc::auth_failed));

  reach(kAuthor, kReader, true);
  circle.run(10'000);
  EXPECT_EQ(items(kReader), 2u);

  // What the same holder sends afterwards is taken: the batch was bad, not all that it has.
  reach(kAuthor, kReader, false);
  put(kHolder, "c");
  circle.run(60'000);
  EXPECT_EQ(items(kReader), 3u);
  EXPECT_EQ(alerts(circle.at(kReader), "tampered"), 1u);
  EXPECT_EQ(quarantined().size(), 1u);
  EXPECT_EQ(alerts(circle.at(kAuthor), "tampered") + alerts(circle.at(kHolder), "tampered"), 0u);
}

// It calls again and again with the same batch: one alert, and the log of facts does not fill.
TEST_F(Tampered, WhoComesAgainWithItIsNoNews) {
  reach(kHolder, kReader, true);
  std::size_t dials = 0;
  circle.world.on_effect([&](SimDevice&, const Effect& effect) {
    dials += std::holds_alternative<Dial>(effect) ? 1 : 0;
  });
  circle.run(5 * limits::kMinute);
  // Who ends it dials later and later; whose session is ended cannot know why (spec 09 §4).
  EXPECT_LT(dials, 600u);
  EXPECT_EQ(alerts(circle.at(kReader), "tampered"), 1u);
  EXPECT_EQ(items(kReader), 0u);
  EXPECT_EQ(quarantined().size(), 1u);
}

}  // namespace
}  // namespace troth::device
