// What status says of other devices and of what waits: never more than is known.
#include "unit/device/folder_pair.hpp"

namespace troth::device {
namespace {

using namespace testing;

struct Status : ::testing::Test {
  Circle circle{2};

  StatusQuery::Answer status(std::size_t i) {
    const auto& device = circle.at(i);
    return *device.engine->query(StatusQuery{}, device.at(circle.world.now()));
  }
  PeerInfo peer(std::size_t i) { return status(i).peers.at(0); }
  void put(std::size_t i, std::uint8_t number) {
    PutItem put{circle.category, {}, {{"text", text("something")}}};
    put.item.bytes.fill(number);
    (void)circle.world.submit(circle.at(i), put);
    circle.run(300);
  }
  static std::uint64_t drafts(const StatusQuery::Answer& status) {
    std::uint64_t out = 0;
    for (const auto& cls : status.drafts) out += cls.items;
    return out;
  }
};

TEST_F(Status, APeerThatLacksFilesHasNotEverything) {
  circle.bind(0);
  circle.bind(1);
  EXPECT_EQ(peer(0).reason, "");
  circle.write(0, "big.bin", noise(40'000'000, 1));
  bool told = false;
  for (int i = 0; i < 60'000 && !circle.files(1).contains("big.bin"); ++i) {
    circle.run(5);
    if (circle.files(1).contains("big.bin")) break;
    const auto other = peer(0);
    const bool named = other.files.size() == 1 && other.files[0].category == circle.category;
    told = told || (other.reason == "files_on_their_way" && named && other.files[0].bytes > 0);
    // From the moment on at which it has the item, it is known to lack the file.
    const auto item = files::item_of(circle.category, "big.bin");
    const auto now = circle.at(1).at(circle.world.now());
    if (circle.at(1).core().replica_->get(circle.category, item, now.wall)) {
      EXPECT_NE(other.reason, "");
    }
  }
  EXPECT_TRUE(told);
  circle.run(2000);
  EXPECT_EQ(peer(0).reason, "");
  EXPECT_TRUE(peer(0).files.empty());
}

TEST_F(Status, WhatADeviceThatIsAwayLacksWaits) {
  put(0, 1);
  circle.run(3000);
  EXPECT_EQ(status(0).queue_items, 0u);
  EXPECT_EQ(status(0).queue_bytes, 0u);
  circle.apart(true);
  circle.run(60'000);
  ASSERT_FALSE(peer(0).connected);
  for (std::uint8_t i = 2; i < 7; ++i) put(0, i);
  circle.run(3000);
  EXPECT_EQ(peer(0).behind_items, 5u);
  EXPECT_EQ(status(0).queue_items, 5u);
  EXPECT_FALSE(status(0).queue_bytes.has_value());
  EXPECT_EQ(drafts(status(0)), 0u);
  circle.apart(false);
  circle.run(20'000);
  EXPECT_EQ(status(0).queue_items, 0u);
  EXPECT_EQ(peer(0).reason, "");
}

TEST_F(Status, WhatWasNeverToldIsNotKnown) {
  put(0, 1);
  circle.run(3000);
  circle.apart(true);
  circle.run(60'000);
  circle.world.crash(circle.at(0), sim::Loss::process, 100);
  circle.run(2000);
  EXPECT_FALSE(peer(0).behind_items.has_value());
  EXPECT_FALSE(status(0).queue_items.has_value());
}

TEST_F(Status, EditsThatWaitAreNotEverything) {
  (void)circle.world.submit(circle.at(0), Pause{circle.category, {}, 0});
  put(0, 1);
  circle.run(3000);
  EXPECT_EQ(peer(0).reason, "paused");
  EXPECT_EQ(status(0).queue_items, 1u);
  EXPECT_EQ(drafts(status(0)), 1u);
  (void)circle.world.submit(circle.at(0), Resume{circle.category, {}});
  circle.run(3000);
  EXPECT_EQ(peer(0).reason, "");
  EXPECT_EQ(status(0).queue_items, 0u);
}

TEST_F(Status, AnItemOfAFileSaysWhichAndHowLarge) {
  circle.bind(0);
  circle.write(0, "a/b.txt", text("hello"), true);
  circle.run(3000);
  circle.write(0, "a/b.txt", text("hello again"), true);
  circle.run(3000);
  const auto& device = circle.at(1);
  const auto now = device.at(circle.world.now());
  const auto item = files::item_of(circle.category, "a/b.txt");
  const auto info = device.engine->query(ItemQuery{circle.category, item}, now);
  ASSERT_TRUE(info && info->file);
  EXPECT_EQ(info->file->path, "a/b.txt");
  EXPECT_EQ(info->file->size, 11u);
  EXPECT_TRUE(info->file->executable);
  const auto past = device.engine->query(HistoryQuery{circle.category, item}, now);
  std::vector<std::uint64_t> sizes;
  for (const auto& one : *past) {
    if (one.file) sizes.push_back(one.file->size);
  }
  EXPECT_EQ(sizes, (std::vector<std::uint64_t>{11, 5}));
  // An item that only looks like one: its id is not that of the path.
  PutItem liar{circle.category, {}, info->fields};
  liar.item.bytes.fill(9);
  (void)circle.world.submit(circle.at(0), liar);
  circle.run(2000);
  const auto lied = device.engine->query(ItemQuery{circle.category, liar.item}, now);
  ASSERT_TRUE(lied);
  EXPECT_FALSE(lied->file);
}

TEST_F(Status, AnOfferSaysHowMuchItIsOnlyWhereThatIsKnown) {
  circle.bind(0);
  circle.write(0, "big.bin", noise(3'000'000, 1));
  circle.run(3000);
  std::optional<OfferedCategory> told;
  circle.watch = [&](SimDevice&, const Event& event) {
    if (const auto* offer = std::get_if<PairingOffer>(&event)) told = offer->share.at(0);
  };
  circle.add_by(0);
  ASSERT_TRUE(told && told->items && told->bytes);
  EXPECT_EQ(*told->items, 1u);
  EXPECT_GT(*told->bytes, 3'000'000u);
  EXPECT_LT(*told->bytes, 3'100'000u);

  (void)circle.world.submit(circle.at(0), WithdrawConsent{circle.category, circle.at(2).id});
  circle.run(5000);
  GrantConsent grant{circle.at(2).id, {circle.category, Direction::both, 0, History::all}};
  (void)circle.world.submit(circle.at(0), grant);
  circle.run(5000);
  const auto& device = circle.at(2);
  const auto offers = device.engine->query(OffersQuery{}, device.at(circle.world.now()));
  ASSERT_TRUE(offers && offers->size() == 1);
  EXPECT_FALSE(offers->at(0).share.at(0).items.has_value());
  EXPECT_FALSE(offers->at(0).share.at(0).bytes.has_value());
}

// A link that is still writing pulls nothing: what is due meanwhile must not wake the pump again
// and again.
TEST_F(Status, WhatWaitsForALinkThatIsBusyWakesNobody) {
  circle.run(60'000);
  for (std::uint8_t i = 1; i < 9; ++i) {  // what the first one changed is told; the rest waits
    PutItem put{circle.category, {}, {{"text", text("something")}}};
    put.item.bytes.fill(i);
    (void)circle.world.submit(circle.at(1), put);
    circle.run(20);
  }
  auto& device = circle.at(0);
  auto now = device.at(circle.world.now());
  std::size_t wakes = 0;
  const auto until = now.mono.ms + 10'000;
  while (wakes < 100) {
    const auto due = device.engine->deadline();
    if (!due || due->ms >= until) break;
    now = device.at(MonoMs{std::max(due->ms, now.mono.ms + 1)});
    device.engine->tick(now);
    ASSERT_TRUE(device.engine->commit(now));
    while (device.engine->next_effect()) {
    }
    ++wakes;
  }
  EXPECT_GT(wakes, 0u);
  EXPECT_LT(wakes, 20u);
}

TEST_F(Status, APauseWithoutAnEndInSightIsOne) {
  for (const auto ms : {~0ull, ~0ull - 1, ~0ull - 2 * SimDevice::kEpochMs, 1ull << 63}) {
    Pause pause;
    pause.for_ms = ms;
    (void)circle.world.submit(circle.at(0), pause);
    circle.run(1000);
    EXPECT_TRUE(status(0).paused) << ms;
    circle.run(limits::kDay);
    EXPECT_TRUE(status(0).paused) << ms;
    (void)circle.world.submit(circle.at(0), Resume{});
    circle.run(1000);
    EXPECT_FALSE(status(0).paused);
  }
  EXPECT_TRUE(circle.failures.empty());
}

// A pause keeps edits unsealed, where no vector names them.
TEST_F(Status, WhatWaitsBehindAPauseIsLackedToo) {
  put(0, 1);
  circle.run(3000);
  ASSERT_EQ(peer(0).behind_items, 0u);
  (void)circle.world.submit(circle.at(0), Pause{circle.category, {}, 0});
  put(0, 2);
  EXPECT_EQ(peer(0).behind_items, 1u);
  EXPECT_GT(peer(0).behind_bytes.value_or(0), 0u);
  EXPECT_EQ(status(0).queue_items, 1u);
}

TEST_F(Status, WhoIsThereWasSeenWhenItWasLastHeard) {
  circle.run(10 * limits::kMinute);
  const auto before = circle.at(0).at(circle.world.now()).wall.ms;
  put(1, 1);
  ASSERT_TRUE(peer(0).connected);
  EXPECT_GT(peer(0).last_seen_ms.value_or(0), before);
  EXPECT_GE(peer(0).last_seen_ms, peer(0).last_equal_ms);
}

TEST_F(Status, ADeviceThatWasRemovedSaysSoOfItself) {
  (void)circle.world.submit(circle.at(0), RemoveDevice{circle.at(1).id, false, {}});
  circle.run(30'000);
  const auto all = *circle.at(1).engine->query(DevicesQuery{}, circle.at(1).at(circle.world.now()));
  ASSERT_EQ(all.size(), 2u);
  for (const auto& device : all)
    EXPECT_EQ(device.state, device.is_self ? DeviceState::removed : DeviceState::live);
  EXPECT_TRUE(status(1).expiring.empty());
}

// An app that shows a list has to take the item out of it, here and there, now and later.
TEST_F(Status, ADeletionIsToldAsOne) {
  std::vector<std::pair<SimDevice*, bool>> told;
  circle.watch = [&](SimDevice& device, const Event& event) {
    const auto* changed = std::get_if<ItemChanged>(&event);
    if (changed != nullptr) told.emplace_back(&device, changed->deleted);
  };
  put(0, 1);
  put(0, 2);
  ItemId item;
  item.bytes.fill(1);
  told.clear();
  (void)circle.world.submit(circle.at(0), DeleteItem{circle.category, item});
  circle.run(1000);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_TRUE(told[0].second && told[1].second);
  EXPECT_NE(told[0].first, told[1].first);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto since = *circle.at(i).engine->query(ChangesQuery{circle.category, 0, 100},
                                                   circle.at(i).at(circle.world.now()));
    for (const auto& one : since) EXPECT_EQ(one.deleted, one.item == item);
    EXPECT_FALSE(since.empty());
  }
}

}  // namespace
}  // namespace troth::device
