// What waits aside, and what a person does meanwhile: nothing of it may stop the home, and an own
// edit is never lost to it.
#include "unit/store/replica_fixture.hpp"

namespace troth::sync {
namespace {

using namespace testing;

constexpr WallMs kAhead{kNow.ms + limits::kHour};

Admitter always(Admit verdict, Errc reason) {
  return [verdict, reason](const BatchClaims&) { return Admission{verdict, reason}; };
}

class ReplicaWaitsTest : public ::testing::Test {
 protected:
  ReplicaWaitsTest() : key_(keys_.add_epoch(kNotes, 1)), laptop_(1, keys_), phone_(2, keys_) {}

  Bytes write(Node& node, std::uint64_t item, std::string_view value, WallMs now = kNow) {
    EXPECT_TRUE(node.put(item, "n", value, now).has_value());
    return node.seal(key_, now).at(0);
  }
  Result<std::vector<Applied>> retry(const Admitter& admit, std::size_t limit = 1000) {
    return phone_.step([&] { return phone_->retry_held(kNotes, admit, kNow, limit); });
  }
  Result<> remove(Node& node, WallMs now) {
    return node.step([&] { return node->remove(kNotes, item_id(1), Delivery::normal, now); });
  }

  Keys keys_;
  EpochKey key_;
  Node laptop_;
  Node phone_;
};

TEST_F(ReplicaWaitsTest, WhatStaysAsideKeepsItsIdAndTellsWhenItsReasonChanges) {
  const auto sent = write(laptop_, 1, "a");
  ASSERT_OK(phone_.apply(sent, always(Admit::hold, Errc::missing_parent)));
  const auto id = phone_->side(kNotes, SideKind::held, 9)->at(0).id;
  ASSERT_OK(retry(always(Admit::hold, Errc::missing_parent)));
  EXPECT_EQ(phone_->side(kNotes, SideKind::held, 9)->at(0).id, id);
  ASSERT_OK(retry(always(Admit::park, Errc::above_cut)));
  EXPECT_TRUE(phone_->side(kNotes, SideKind::held, 9)->empty());
  EXPECT_EQ(phone_->side(kNotes, SideKind::parked, 9)->at(0).reason, Errc::above_cut);
  EXPECT_EQ(retry(accept_all)->size(), 1u);
  EXPECT_EQ(phone_.value(1, "n"), "a");
}

// A removal parks all that its device ever wrote here, however much that is.
TEST_F(ReplicaWaitsTest, MoreThanMayWaitIsNoReasonToStop) {
  const std::string large(60'000, 'x');
  std::size_t sent = 0;
  for (std::size_t bytes = 0; bytes <= limits::kHeldBytes; ++sent) {
    for (std::uint64_t item = 1; item <= 4; ++item) ASSERT_OK(laptop_.put(item, "n", large));
    for (const auto& batch : laptop_.seal(key_)) {
      bytes += batch.size();
      ASSERT_OK(phone_.apply(batch));
    }
  }
  const auto author = laptop_->author();
  ASSERT_OK(phone_.step([&] { return phone_->cut(kNotes, author, {}, Errc::above_cut); }));
  EXPECT_GT(phone_->side_count(kNotes, SideKind::parked)->bytes, limits::kHeldBytes);
  const auto stays = retry(always(Admit::park, Errc::above_cut));
  ASSERT_OK(stays);
  EXPECT_TRUE(stays->empty());
  ASSERT_OK(retry(always(Admit::hold, Errc::missing_parent)));
  // As many as were asked for: the caller comes again.
  EXPECT_EQ(retry(accept_all, 10)->size(), 10u);
  ASSERT_OK(retry(accept_all));
  EXPECT_EQ(phone_->vector(kNotes), laptop_->vector(kNotes));
  EXPECT_EQ(phone_->side_count(kNotes, SideKind::parked)->batches, 0u);
}

TEST_F(ReplicaWaitsTest, AdoptingOverwritesNoOwnEditThatIsNotSealed) {
  const auto first = write(laptop_, 1, "old");
  const auto mark = laptop_->vector(kNotes).at(laptop_->author());
  const auto second = write(laptop_, 1, "parked");
  for (const auto& batch : {first, second}) ASSERT_OK(phone_.apply(batch));
  ASSERT_OK(
      phone_.step([&] { return phone_->cut(kNotes, laptop_->author(), mark, Errc::above_cut); }));
  ASSERT_OK(phone_.put(1, "n", "mine"));
  const auto parked = phone_->side(kNotes, SideKind::parked, 9)->at(0).id;
  const auto adopted =
      phone_.step([&] { return phone_->adopt(kNotes, parked, Delivery::normal, kNow); });
  EXPECT_TRUE(adopted->empty());
  EXPECT_EQ(phone_.value(1, "n"), "mine");
}

// The batch that ends a freeze waits behind another one of its author.
TEST_F(ReplicaWaitsTest, TheEndOfAFreezeIsKeptAlsoWhereItsBatchWaits) {
  Node twin(1, keys_);
  ASSERT_OK(phone_.apply(write(laptop_, 1, "a")));
  ASSERT_OK(phone_.apply(write(laptop_, 1, "b"), always(Admit::hold, Errc::missing_parent)));
  EXPECT_EQ(phone_.apply(write(twin, 1, "twin"))->outcome, Outcome::forked);
  EXPECT_EQ(phone_->forked(), std::set{laptop_->author()});
  const auto third = write(laptop_, 1, "c");
  const auto named = laptop_->vector(kNotes).at(laptop_->author());
  const auto admit = [&](const BatchClaims&) {
    return Admission{Admit::accept, Errc::refused, named};
  };
  EXPECT_EQ(phone_.apply(third, admit)->outcome, Outcome::held);
  ASSERT_TRUE(phone_.restart(keys_));
  EXPECT_TRUE(phone_->forked().empty());
  EXPECT_EQ(retry(accept_all)->size(), 2u);
  EXPECT_EQ(phone_.value(1, "n"), "c");
}

// What is written too far ahead is not shown yet, and does not decide what a person's edit does.
TEST_F(ReplicaWaitsTest, ADeletionIsOneAlsoWhereOneFromAheadWaits) {
  ASSERT_OK(phone_.apply(write(laptop_, 1, "a")));
  ASSERT_OK(remove(laptop_, kAhead));
  ASSERT_OK(phone_.apply(laptop_.seal(key_, kAhead).at(0)));
  EXPECT_EQ(phone_.value(1, "n"), "a");
  ASSERT_OK(remove(phone_, kNow));
  EXPECT_EQ(phone_.value(1, "n"), "(deleted)");
  ASSERT_OK(phone_.put(1, "n", "again"));
  EXPECT_EQ(phone_.value(1, "n"), "again");
}

TEST_F(ReplicaWaitsTest, AnItemHasSoManyNamesAndAlwaysSaysWhetherItIsAlive) {
  ASSERT_OK(phone_.apply(write(laptop_, 1, "a")));
  constexpr CategoryHandle kHandle{1};
  auto state = **phone_.store().item(kHandle, item_id(1));
  for (std::size_t i = 0; state.fields.size() < limits::kItemNames; ++i)
    state.fields.push_back({"o" + std::to_string(100'000 + i), state.fields.front().winner});
  ASSERT_OK(phone_.step([&] { return phone_.store().put_item(kHandle, item_id(1), state); }));
  EXPECT_ERR(phone_.put(1, "new", "x"), Errc::limit);
  ASSERT_OK(phone_.put(1, "n", "an old name"));
  ASSERT_OK(remove(phone_, kNow));
  phone_.seal(key_);
  EXPECT_FALSE((*phone_.store().item(kHandle, item_id(1)))->alive());
  // One more from elsewhere is taken in and is not one of the first.
  ASSERT_OK(laptop_.put(1, "z", "too late"));
  ASSERT_OK(phone_.apply(laptop_.seal(key_).at(0)));
  state = **phone_.store().item(kHandle, item_id(1));
  EXPECT_EQ(state.fields.size(), limits::kItemNames);
  EXPECT_EQ(state.find("z"), nullptr);
  EXPECT_FALSE(state.alive());
}

}  // namespace
}  // namespace troth::sync
