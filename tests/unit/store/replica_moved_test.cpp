// Rows that a hand on the closed disk moved from one category into another: what they hold is of
// the other one, and no look at them may forget that (spec 11 §6.1).
#include "unit/store/replica_fixture.hpp"

namespace troth::sync {
namespace {

using namespace testing;

constexpr std::uint64_t kForeign = 40;  // an item of photos

class ReplicaMovedTest : public ::testing::Test {
 protected:
  ReplicaMovedTest()
      : notes_(keys_.add_epoch(kNotes, 1)),
        photos_(keys_.add_epoch(kPhotos, 1)),
        laptop_(1, keys_),
        phone_(2, keys_) {
    for (std::uint64_t item = 1; item <= 3; ++item) write(item, notes_);
    write(kForeign, photos_);
    send(laptop_, phone_);
    send(laptop_, phone_, kPhotos);
  }
  void write(std::uint64_t item, const EpochKey& key) {
    ASSERT_OK(laptop_.put(item, "n", "word", kNow, key.epoch.category));
    (void)laptop_.seal(key);
  }
  void tamper(std::initializer_list<store::Sql> texts) {
    for (const auto& text : texts) {
      ASSERT_OK(phone_.step([&]() -> Result<> {
        TROTH_TRY(auto query, phone_.db().prepare(text));
        return query.run();
      }));
    }
    ASSERT_TRUE(phone_.restart(keys_));
  }
  void mend() {
    for (int i = 0; i < 1000 && phone_->check_due(); ++i)
      ASSERT_OK(phone_.step([&] { return phone_->check_rows(); }));
    ASSERT_FALSE(phone_->check_due());
  }
  // Nothing of photos came into notes, and both are whole once the others were asked.
  void expect_apart() {
    EXPECT_FALSE(phone_->get(kNotes, item_id(kForeign), kNow)) << "an item of another category";
    for (const auto& [category, whole] :
         {std::pair{kNotes, phone_->whole(kNotes)}, {kPhotos, phone_->whole(kPhotos)}}) {
      auto cursor = laptop_->ranges_for(category, whole);
      for (auto batch = laptop_->next_batch(cursor); batch && *batch;
           batch = laptop_->next_batch(cursor))
        ASSERT_OK(phone_.apply(**batch));
      EXPECT_FALSE(phone_->has_gaps(category));
      EXPECT_EQ(phone_->vector(category), laptop_->vector(category));
    }
    for (std::uint64_t item = 1; item <= 3; ++item) EXPECT_EQ(phone_.value(item, "n"), "word");
    EXPECT_EQ(phone_.value(kForeign, "n", kNow, kPhotos), "word");
    EXPECT_FALSE(phone_->get(kNotes, item_id(kForeign), kNow));
    EXPECT_TRUE(phone_.store().wrong_sums()->empty());
    EXPECT_TRUE(phone_->forked().empty());
  }

  Keys keys_;
  EpochKey notes_;
  EpochKey photos_;
  Node laptop_;
  Node phone_;
};

TEST_F(ReplicaMovedTest, AnItemOfAnotherCategoryIsNotTaken) {
  tamper({"UPDATE item SET cat = 1 WHERE cat = 2"});
  EXPECT_FALSE(phone_->get(kNotes, item_id(kForeign), kNow));
  mend();
  expect_apart();
}

// It stands where a batch of notes stood: the first of its author, with the same counters.
TEST_F(ReplicaMovedTest, ABatchOfAnotherCategoryIsNotTaken) {
  tamper({"DELETE FROM batch WHERE cat = 1 AND last = 1",
          "UPDATE batch SET cat = 1 WHERE cat = 2 AND last = 1"});
  mend();
  expect_apart();
}

// The other category is mended first, while the row is not yet found to be missing there.
TEST_F(ReplicaMovedTest, WhereARowWentItsItemsAreNotProven) {
  write(kForeign + 1, photos_);
  send(laptop_, phone_, kPhotos);
  for (const store::Sql text :
       std::initializer_list<store::Sql>{"UPDATE batch SET cat = 1 WHERE cat = 2",
                                         "UPDATE batch SET cat = 2 WHERE cat = 1 AND last = 3"}) {
    tamper({"DELETE FROM batch WHERE cat = 1 AND last < 3", text});
    mend();
    expect_apart();
  }
}

TEST_F(ReplicaMovedTest, ABatchThatWaitsInAnotherCategoryIsNotTaken) {
  while (laptop_->vector(kPhotos).at(laptop_->author()).counter < 5) write(kForeign, photos_);
  auto cursor = laptop_->ranges_for(kPhotos, phone_->vector(kPhotos));
  const auto hold = [](const BatchClaims&) { return Admission{Admit::hold, Errc::held}; };
  for (auto batch = laptop_->next_batch(cursor); batch && *batch;
       batch = laptop_->next_batch(cursor))
    ASSERT_OK(phone_.apply(**batch, hold));
  tamper({"DELETE FROM side WHERE last <> 5", "UPDATE side SET cat = 1"});
  for (int i = 0; i < 2; ++i) {
    const auto tried =
        phone_.step([&] { return phone_->retry_held(kNotes, accept_all, kNow, 10); });
    ASSERT_OK(tried);
    EXPECT_TRUE(tried->empty());
    EXPECT_FALSE(phone_->get(kNotes, item_id(kForeign), kNow));
    mend();
  }
  expect_apart();
}

}  // namespace
}  // namespace troth::sync
