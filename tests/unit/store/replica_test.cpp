#include "sync/replica.hpp"

#include "unit/store/replica_fixture.hpp"

namespace troth::sync {
namespace {

using namespace testing;

class ReplicaTest : public ::testing::Test {
 protected:
  ReplicaTest()
      : key_(keys_.add_epoch(kNotes, 1)), laptop_(1, keys_), phone_(2, keys_), tablet_(3, keys_) {}

  Keys keys_;
  EpochKey key_;
  Node laptop_;
  Node phone_;
  Node tablet_;
};

TEST_F(ReplicaTest, AnEditIsThereAtOnceAndEverywhereAfterSync) {
  ASSERT_OK(laptop_.put(1, "title", "shopping"));
  EXPECT_EQ(laptop_.value(1, "title"), "shopping");
  EXPECT_EQ(laptop_->queue(kNotes)->at(2).drafts, 1u);
  laptop_.seal(key_);
  EXPECT_EQ(laptop_->queue(kNotes)->at(2).drafts, 0u);
  EXPECT_EQ(laptop_.value(1, "title"), "shopping");
  EXPECT_EQ(send(laptop_, phone_), 1u);
  EXPECT_EQ(phone_.value(1, "title"), "shopping");
  EXPECT_EQ(laptop_->vector(kNotes), phone_->vector(kNotes));
  // And on through the phone, byte for byte.
  EXPECT_EQ(send(phone_, tablet_), 1u);
  EXPECT_EQ(tablet_.value(1, "title"), "shopping");
  EXPECT_EQ(send(laptop_, tablet_), 0u);
}

TEST_F(ReplicaTest, EditsOfDifferentFieldsBothSurvive) {
  ASSERT_OK(laptop_.put(1, "title", "old"));
  laptop_.seal(key_);
  send(laptop_, phone_);
  ASSERT_OK(laptop_.put(1, "title", "new", {kNow.ms + 1}));
  ASSERT_OK(phone_.put(1, "body", "milk", {kNow.ms + 2}));
  laptop_.seal(key_);
  phone_.seal(key_);
  send(laptop_, phone_);
  send(phone_, laptop_);
  for (auto* node : {&laptop_, &phone_}) {
    EXPECT_EQ(node->value(1, "title"), "new");
    EXPECT_EQ(node->value(1, "body"), "milk");
  }
}

TEST_F(ReplicaTest, DraftsCoalescePerItemAndField) {
  for (int i = 0; i < 10; ++i) ASSERT_OK(laptop_.put(1, "title", std::to_string(i)));
  ASSERT_OK(laptop_.put(1, "body", "x"));
  EXPECT_EQ(laptop_->queue(kNotes)->at(2).drafts, 2u);
  const auto sent = laptop_.seal(key_);
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(laptop_->totals(kNotes).ops, 2u);
  EXPECT_EQ(laptop_.value(1, "title"), "9");
}

TEST_F(ReplicaTest, DeleteIsSyncedAndUndeleteIsExplicit) {
  ASSERT_OK(laptop_.put(1, "title", "a"));
  laptop_.seal(key_);
  send(laptop_, phone_);
  ASSERT_OK(
      laptop_.step([&] { return laptop_->remove(kNotes, item_id(1), Delivery::normal, kNow); }));
  EXPECT_EQ(laptop_.value(1, "title"), "(deleted)");
  laptop_.seal(key_);
  // Concurrently, and later by the clock, the phone edits: the item stays deleted, the edit is
  // kept.
  ASSERT_OK(phone_.put(1, "title", "b", {kNow.ms + 50}));
  phone_.seal(key_);
  send(laptop_, phone_);
  send(phone_, laptop_);
  EXPECT_EQ(phone_.value(1, "title"), "(deleted)");
  EXPECT_EQ(phone_->totals(kNotes).dead, 1u);
  EXPECT_TRUE(phone_->list(kNotes, {}, 10, false, kNow)->empty());
  EXPECT_EQ(phone_->list(kNotes, {}, 10, true, kNow)->size(), 1u);
  const WallMs later{kNow.ms + 100};
  ASSERT_OK(
      phone_.step([&] { return phone_->restore(kNotes, item_id(1), Delivery::normal, later); }));
  phone_.seal(key_, later);
  send(phone_, laptop_);
  EXPECT_EQ(laptop_.value(1, "title", later), "b");
  EXPECT_EQ(laptop_->totals(kNotes).dead, 0u);
  EXPECT_ERR(
      laptop_.step([&] { return laptop_->remove(kNotes, item_id(7), Delivery::normal, kNow); }),
      Errc::unknown_item);
}

TEST_F(ReplicaTest, WritingToADeletedItemBringsItBack) {
  ASSERT_OK(laptop_.put(1, "title", "a"));
  ASSERT_OK(
      laptop_.step([&] { return laptop_->remove(kNotes, item_id(1), Delivery::normal, kNow); }));
  ASSERT_OK(laptop_.put(1, "title", "b"));
  laptop_.seal(key_);
  send(laptop_, phone_);
  EXPECT_EQ(phone_.value(1, "title"), "b");
}

TEST_F(ReplicaTest, ApplyingTwiceChangesNothing) {
  ASSERT_OK(laptop_.put(1, "title", "a"));
  const auto sent = laptop_.seal(key_);
  EXPECT_EQ(phone_.apply(sent[0])->outcome, Outcome::applied);
  const auto totals = phone_->totals(kNotes);
  EXPECT_EQ(phone_.apply(sent[0])->outcome, Outcome::duplicate);
  EXPECT_EQ(phone_->totals(kNotes), totals);
  EXPECT_EQ(laptop_.apply(sent[0])->outcome, Outcome::duplicate);  // our own, sent back to us
}

TEST_F(ReplicaTest, AGapIsNamedAndFilledInOrder) {
  std::vector<Bytes> sent;
  for (int i = 0; i < 3; ++i) {
    ASSERT_OK(laptop_.put(1, "title", std::to_string(i)));
    sent.push_back(laptop_.seal(key_).at(0));
  }
  EXPECT_EQ(phone_.apply(sent[0])->outcome, Outcome::applied);
  EXPECT_ERR(phone_.apply(sent[2]), Errc::gap);
  EXPECT_EQ(phone_.apply(sent[1])->outcome, Outcome::applied);
  EXPECT_EQ(phone_.apply(sent[2])->outcome, Outcome::applied);
  EXPECT_EQ(phone_.value(1, "title"), "2");
}

TEST_F(ReplicaTest, TwoBatchesAtOnePlaceAreAForkAndBothAreKept) {
  ASSERT_OK(laptop_.put(1, "title", "a"));
  const auto first = laptop_.seal(key_);
  // The same device, restored from an older copy, writes again under the same incarnation.
  Node clone(1, keys_);
  ASSERT_OK(clone.put(1, "title", "b"));
  const auto second = clone.seal(key_);
  ASSERT_OK(phone_.apply(first[0]));
  const auto forked = phone_.apply(second[0]);
  ASSERT_OK(forked);
  EXPECT_EQ(forked->outcome, Outcome::forked);
  EXPECT_EQ(forked->device, laptop_.device.id);
  EXPECT_EQ(phone_.value(1, "title"), "a");
  EXPECT_EQ(phone_->side(kNotes, SideKind::fork, 10)->size(), 1u);
  // The author stops there until somebody decides.
  ASSERT_OK(laptop_.put(1, "title", "c"));
  const auto third = laptop_.seal(key_);
  EXPECT_EQ(phone_.apply(third[0])->outcome, Outcome::forked);
  EXPECT_EQ(phone_.apply(second[0])->outcome, Outcome::forked);
  EXPECT_EQ(phone_->side(kNotes, SideKind::fork, 10)->size(), 1u);
  // What was set aside is not lost: a person can read it and take it over.
  const auto aside = phone_->side(kNotes, SideKind::fork, 10)->at(0).id;
  const auto ops = phone_->side_ops(kNotes, aside);
  ASSERT_OK(ops);
  ASSERT_EQ(ops->size(), 1u);
  EXPECT_EQ(as_text(ops->at(0).body), "b");
  ASSERT_OK(phone_.step([&] { return phone_->adopt(kNotes, aside, Delivery::normal, kNow); }));
}

TEST_F(ReplicaTest, HistoryKeepsWhatWasReplaced) {
  for (int i = 0; i < 3; ++i) {
    ASSERT_OK(laptop_.put(1, "title", std::to_string(i), {kNow.ms + static_cast<unsigned>(i)}));
    laptop_.seal(key_);
  }
  send(laptop_, phone_);
  const auto history = phone_->history(kNotes, item_id(1));
  ASSERT_OK(history);
  ASSERT_EQ(history->size(), 3u);
  EXPECT_EQ(as_text(history->at(0).field.body), "2");
  EXPECT_TRUE(history->at(0).current);
  EXPECT_EQ(as_text(history->at(2).field.body), "0");
  EXPECT_FALSE(history->at(2).current);
}

TEST_F(ReplicaTest, ListPagesThroughItemsAndDraftsInOrder) {
  for (std::uint64_t i = 0; i < 20; i += 2) ASSERT_OK(laptop_.put(i, "n", std::to_string(i)));
  laptop_.seal(key_);
  for (std::uint64_t i = 1; i < 20; i += 2) ASSERT_OK(laptop_.put(i, "n", std::to_string(i)));
  std::optional<ItemId> after;
  std::uint64_t next = 0;
  while (true) {
    const auto page = laptop_->list(kNotes, after, 3, false, kNow);
    ASSERT_OK(page);
    if (page->empty()) break;
    for (const auto& item : *page) EXPECT_EQ(item.item, item_id(next++));
    after = page->back().item;
  }
  EXPECT_EQ(next, 20u);
}

TEST_F(ReplicaTest, ChangesGoOnFromACursor) {
  ASSERT_OK(laptop_.put(1, "title", "a"));
  laptop_.seal(key_);
  const auto first = laptop_->changes(kNotes, {}, 100);
  ASSERT_OK(first);
  EXPECT_EQ(first->items, std::vector<ItemId>{item_id(1)});
  EXPECT_TRUE(laptop_->changes(kNotes, first->cursor, 100)->items.empty());
  ASSERT_OK(laptop_.put(2, "title", "b"));
  laptop_.seal(key_);
  EXPECT_EQ(laptop_->changes(kNotes, first->cursor, 100)->items, std::vector<ItemId>{item_id(2)});
  EXPECT_EQ(laptop_->newest(), laptop_->changes(kNotes, {}, 100)->cursor);
}

TEST_F(ReplicaTest, AnOpFromFarAheadCountsButItsDisplayWaits) {
  ASSERT_OK(laptop_.put(1, "title", "now"));
  laptop_.seal(key_);
  send(laptop_, phone_);
  const WallMs ahead{kNow.ms + limits::kHour};
  ASSERT_OK(laptop_.put(1, "title", "ahead", ahead));
  ASSERT_OK(laptop_.put(2, "title", "new", ahead));
  laptop_.seal(key_, ahead);
  send(laptop_, phone_);
  EXPECT_EQ(phone_->vector(kNotes), laptop_->vector(kNotes));
  EXPECT_EQ(phone_.value(1, "title"), "now");
  EXPECT_EQ(phone_.value(2, "title"), "(none)");
  EXPECT_EQ(phone_.value(1, "title", ahead), "ahead");
  // The phone's own clock was not dragged along.
  ASSERT_OK(phone_.put(3, "title", "mine"));
  const auto view = phone_->get(kNotes, item_id(3), kNow);
  EXPECT_LT(view->fields[0].hlc, Hlc::at({kNow.ms + limits::kMinute}));
}

TEST_F(ReplicaTest, AWinningOpIsProvable) {
  ASSERT_OK(laptop_.put(1, "title", "a"));
  ASSERT_OK(laptop_.put(2, "title", "secret"));
  laptop_.seal(key_);
  send(laptop_, phone_);
  const auto proof = phone_->prove_field(kNotes, item_id(1), "title");
  ASSERT_OK(proof);
  const auto proven = verify_op(*proof, kCircle, laptop_.device.sign.public_key());
  ASSERT_OK(proven);
  EXPECT_EQ(proven->body, to_bytes("a"));
}

TEST_F(ReplicaTest, UnknownTypesAreKeptAsTheyAre) {
  const FieldEdit edit{"doodle", 77, 3, to_bytes("opaque")};
  ASSERT_OK(laptop_.step([&] {
    return laptop_->put(kNotes, item_id(1), std::span(&edit, 1), Delivery::normal, kNow);
  }));
  laptop_.seal(key_);
  send(laptop_, phone_);
  send(phone_, tablet_);
  const auto view = tablet_->get(kNotes, item_id(1), kNow);
  ASSERT_OK(view);
  EXPECT_EQ(view->fields[0].type, 77);
  EXPECT_EQ(view->fields[0].schema, 3u);
  EXPECT_EQ(view->fields[0].body, to_bytes("opaque"));
}

TEST_F(ReplicaTest, ABatchTakesAwayTheDraftsInItAndNoOther) {
  for (std::uint64_t i = 0; i < limits::kOpsPerBatch + 44; ++i)
    ASSERT_OK(laptop_.put(i, "title", "x"));
  laptop_.certify();
  const auto sealed = laptop_.step([&]() -> Result<std::optional<Sealed>> {
    TROTH_CHECK(laptop_->confirm_alone(kNotes));
    return laptop_->seal_due(kNotes, {key_, std::span(&kHead, 1)}, kNow, laptop_.device.rng);
  });
  ASSERT_OK(sealed);
  EXPECT_EQ(laptop_.rows("draft"), 44u);
  EXPECT_EQ(laptop_.seal(key_).size(), 1u);
  EXPECT_EQ(laptop_->totals(kNotes).ops, limits::kOpsPerBatch + 44);
}

TEST_F(ReplicaTest, UrgentDraftsAreSealedFirst) {
  const FieldEdit edit{"f", 1, 0, to_bytes("x")};
  for (const auto& [item, delivery] :
       {std::pair{1u, Delivery::bulk}, std::pair{2u, Delivery::interactive}}) {
    ASSERT_OK(laptop_.step([&, id = item, how = delivery] {
      return laptop_->put(kNotes, item_id(id), std::span(&edit, 1), how, kNow);
    }));
  }
  const auto sent = laptop_.seal(key_);
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(parse_header(sent[0])->delivery, Delivery::interactive);
  EXPECT_EQ(parse_header(sent[1])->delivery, Delivery::bulk);
}

}  // namespace
}  // namespace troth::sync
