// The sums over the rows of sync follow every change: after whatever was done they are what a full
// count of the rows gives (spec 11 §6.1).
#include "unit/store/replica_fixture.hpp"

namespace troth::sync {
namespace {

using namespace testing;

// One home under test and a peer, pulled about by a seed.
class Shaken {
 public:
  explicit Shaken(std::uint64_t seed)
      : key_(keys_.add_epoch(kNotes, 1)),
        photos_(keys_.add_epoch(kPhotos, 1)),
        home_(1, keys_),
        peer_(2, keys_),
        rng_(seed) {}

  void act() {
    switch (rng_.below(14)) {
      case 0:
      case 1:
      case 2:
        return (void)home_.step([&] { return edit(home_, kNotes); });
      case 3:
        return (void)home_.step([&] { return edit(home_, kPhotos); });
      case 4:
        return (void)home_.step([&] { return remove(home_); });
      case 5:
        return (void)home_.seal(key_);
      case 6:
      case 7:
        return write_at_peer();
      case 8:
      case 9:
        return deliver(rng_.below(3) == 0 ? kPhotos : kNotes);
      case 10:
        return take_back();
      case 11:
        return erase();
      case 12:
        return roll_back();
      default:
        if (rng_.below(3) != 0) return look();
        return (void)home_.step([&] { return home_->disown(kNotes, peer_->author()); });
    }
  }
  void expect_right(const std::string& when) {
    const auto wrong = home_.store().wrong_sums();
    ASSERT_OK(wrong);
    for (const auto table : *wrong)
      ADD_FAILURE() << when << ": table " << static_cast<int>(table) << " after " << last;
  }
  void open_again() { ASSERT_TRUE(home_.restart(keys_)) << "after " << last; }
  [[nodiscard]] Node& home() { return home_; }

  std::string last;  // what was done
  std::uint64_t rolled_back = 0, cuts = 0, erased = 0, faults = 0;

 private:
  Result<> edit(Node& node, const CategoryId& category) {
    last = "edit";
    const FieldEdit field{std::string(1, static_cast<char>('a' + rng_.below(2))), 1, 0,
                          Bytes(1 + rng_.below(40), static_cast<std::uint8_t>(rng_.below(256)))};
    return node->put(category, item_id(rng_.below(5)), std::span(&field, 1),
                     rng_.below(4) == 0 ? Delivery::control : Delivery::normal, kNow);
  }
  Result<> remove(Node& node) {
    last = "delete";
    return node->remove(kNotes, item_id(rng_.below(5)), Delivery::normal, kNow);
  }
  void write_at_peer() {
    for (auto count = 1 + rng_.below(4); count > 0; --count) {
      const auto& key = rng_.below(3) == 0 ? photos_ : key_;
      (void)peer_.step([&]() -> Result<> {
        if (rng_.below(5) == 0) (void)remove(peer_);
        return edit(peer_, key.epoch.category);
      });
      (void)peer_.seal(key);
      if (&key == &key_) marks_.push_back(peer_->vector(kNotes).at(peer_->author()));
    }
    last = "peer wrote";
  }
  Result<> take(ByteView sealed) {
    const auto verdict = rng_.below(6);
    const Admission admission{verdict == 0   ? Admit::hold
                              : verdict == 1 ? Admit::park
                                             : Admit::accept,
                              Errc::refused};
    TROTH_CHECK(home_->apply(
        sealed, [&](const BatchClaims&) { return admission; }, kNow));
    return {};
  }
  // Some of what the home lacks; what waits is judged again first.
  void deliver(const CategoryId& category) {
    (void)home_.step([&] { return home_->retry_held(category, accept_all, kNow, 10); });
    auto cursor = peer_->ranges_for(category, home_->vector(category));
    for (auto count = rng_.below(5); count > 0; --count) {
      const auto batch = peer_->next_batch(cursor);
      if (!batch || !*batch) break;
      (void)home_.step([&] { return take(**batch); });
    }
    last = "deliver";
  }
  void take_back() {
    if (marks_.empty()) return;
    const auto& mark = marks_.at(rng_.below(marks_.size()));
    const auto changed =
        home_.step([&] { return home_->cut(kNotes, peer_->author(), mark, Errc::above_cut); });
    if (changed && !changed->empty()) ++cuts;
    last = "cut";
  }
  void erase() {
    if (rng_.below(2) == 0) return;
    while (true) {
      const auto done = home_.step([&] { return home_->erase(kPhotos, 1 + rng_.below(6)); });
      last = "erase";
      expect_right("half erased");
      if (!done || *done) break;
      if (rng_.below(4) == 0) open_again();
    }
    ++erased;
  }
  // A step that fails after it has done its work. The replica has to be opened anew then, the store
  // has not.
  void roll_back() {
    ASSERT_OK(home_.db().begin(store::Durability::normal));
    (void)edit(home_, kNotes);
    (void)edit(home_, filled<CategoryId>(static_cast<std::uint8_t>(0xd0 + rng_.below(4))));
    auto cursor = peer_->ranges_for(kNotes, home_->vector(kNotes));
    const auto batch = peer_->next_batch(cursor);
    if (batch && *batch) (void)home_->apply(**batch, accept_all, kNow);
    if (!marks_.empty())
      (void)home_->cut(kNotes, peer_->author(), marks_.at(rng_.below(marks_.size())),
                       Errc::above_cut);
    (void)home_->erase(kPhotos, 2);
    home_.db().rollback();
    last = "rollback";
    ++rolled_back;
    expect_right("rolled back");
    // What the store remembers of rows and names is of before the step as well.
    ASSERT_OK(home_.step(
        [&]() -> Result<> { return home_.store().put_item(kHandle, item_id(9), ItemState{}); }));
    ASSERT_OK(home_.step([&] { return home_.store().remove_item(kHandle, item_id(9)); }));
    open_again();
  }
  void look() {
    const auto slice = home_.step([&] { return home_->check_rows(); });
    ASSERT_OK(slice);
    faults += slice->faults.size();
    last = "look";
  }

  static constexpr CategoryHandle kHandle{1};
  Keys keys_;
  EpochKey key_;
  EpochKey photos_;
  Node home_;
  Node peer_;
  SeededRng rng_;
  std::vector<VectorEntry> marks_;
};

TEST(RowSums, WhatIsKeptIsWhatACountGivesAfterAnyChange) {
  std::uint64_t rolled_back = 0, cuts = 0, erased = 0, superseded = 0, aside = 0;
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Shaken one(seed);
    ASSERT_OK(one.home().put(1, "a", "so that the category is there"));
    for (int step = 0; step < 120; ++step) {
      one.act();
      one.expect_right("step " + std::to_string(step));
      if (step % 9 == 0) one.open_again();
      if (::testing::Test::HasFailure()) return;
      aside += one.home().rows("side");
    }
    one.open_again();
    one.expect_right("opened again");
    EXPECT_EQ(one.faults, 0u) << "nobody touched a row";
    rolled_back += one.rolled_back, cuts += one.cuts, erased += one.erased;
    superseded += one.home().rows("superseded");
  }
  EXPECT_GT(rolled_back, 50u);
  EXPECT_GT(cuts, 20u);
  EXPECT_GT(erased, 20u);
  EXPECT_GT(superseded, 50u);
  EXPECT_GT(aside, 50u);
}

// Nothing of a step may be called durable because an observer wrote all of it.
TEST(RowSums, StepOfTotalsAloneIsNotCalledDurable) {
  Keys keys;
  Node node(1, keys);
  ASSERT_OK(node.put(1, "a", "x"));
  ASSERT_TRUE(node.db().all_durable());
  ASSERT_OK(node.db().begin(store::Durability::normal));
  ASSERT_OK(node.store().put_totals(CategoryHandle{1}, node->totals(kNotes)));
  ASSERT_OK(node.db().commit());
  EXPECT_FALSE(node.db().all_durable());
  ASSERT_OK(node.db().make_durable());
  EXPECT_TRUE(node.db().all_durable());
}

// A home of before there were sums: its category rows end with the totals, and the record of its
// vault knows nothing of sync.
TEST(RowSums, HomeOfBeforeGetsItsSums) {
  constexpr std::string_view kTable = "sync/category";
  constexpr std::size_t kTotals = 41;
  Keys keys;
  Device device(1);
  keys.add_device(device.id, device.sign.public_key());
  const Secret32 at_rest(filled<Hash>(1).view());
  auto db = store::Db::open({.path = ":memory:"});
  ASSERT_OK(db);
  ASSERT_OK(store::Vault::create(**db, at_rest, {}));
  const auto step = [&](auto&& call) {
    ASSERT_OK((*db)->begin(store::Durability::full));
    ASSERT_OK(call());
    ASSERT_OK((*db)->commit());
  };
  {
    const store::RowSealer sealer(at_rest);
    store::SyncStore store(**db, sealer, device.rng);
    auto replica = Replica::open(store, keys, {kCircle, device.id, device.incarnation});
    ASSERT_OK(replica);
    const FieldEdit edit{"n", 1, 0, to_bytes("old")};
    step([&] {
      return replica->put(kNotes, item_id(1), std::span(&edit, 1), Delivery::normal, kNow);
    });
  }
  {
    const store::RowSealer sealer(at_rest);
    Bytes key;
    append_be32(key, 1);
    append_be64(key, 0);
    step([&]() -> Result<> {
      Bytes plain;
      {
        TROTH_TRY(auto query, (*db)->prepare("SELECT v FROM category WHERE handle = 1"));
        TROTH_CHECK(query.step());
        TROTH_TRY(plain, sealer.open(kTable, key, query.blob(0)));
      }
      EXPECT_GT(plain.size(), kTotals);
      plain.resize(kTotals);
      TROTH_TRY(auto query, (*db)->prepare("UPDATE category SET v = ?1 WHERE handle = 1"));
      return query.bind(1, ByteView(sealer.seal(kTable, key, plain, device.rng))).run();
    });
  }
  for (const bool first : {true, false}) {
    auto vault = store::Vault::open(**db, at_rest, {});
    ASSERT_OK(vault);
    EXPECT_EQ((*vault)->outer("outer/sync").has_value(), !first);
    store::SyncStore store(**db, (*vault)->sealer(), device.rng, vault->get());
    auto replica = Replica::open(store, keys, {kCircle, device.id, device.incarnation});
    ASSERT_OK(replica);
    EXPECT_EQ(store.wrong_sums()->empty(), !first) << "not counted yet";
    for (int i = 0; i < 100 && replica->check_due(); ++i)
      step([&]() -> Result<> {
        TROTH_TRY(const auto slice, replica->check_rows());
        EXPECT_TRUE(slice.faults.empty());
        return {};
      });
    EXPECT_FALSE(replica->check_due());
    EXPECT_TRUE(store.wrong_sums()->empty());
    EXPECT_EQ(replica->get(kNotes, item_id(1), kNow)->fields.at(0).body, to_bytes("old"));
  }
}

}  // namespace
}  // namespace troth::sync
