// A hand on the closed disk that changes a number here and there: it moves no clock, makes no home
// unopenable and accuses nobody (spec 11 §6.1).
#include "unit/store/rows_fixture.hpp"

namespace troth::sync {
namespace {

using namespace testing;

class ReplicaHandTest : public ReplicaRowsTest {
 protected:
  // What a hand writes, one statement after another.
  void hand(Node& node, std::initializer_list<store::Sql> statements) {
    tamper(node, [&](store::Db& db) -> Result<> {
      for (const store::Sql sql : statements) {
        TROTH_TRY(auto query, db.prepare(sql));
        TROTH_CHECK(query.run());
      }
      return {};
    });
  }
  // The laptop's batches above a counter, and where they end.
  std::vector<Bytes> batches(std::uint64_t above = 0) {
    std::vector<Bytes> out;
    RangeCursor all{
        kNotes,
        {{laptop_->author(), above, laptop_->vector(kNotes).at(laptop_->author()).counter}}};
    for (auto batch = laptop_->next_batch(all); batch && *batch; batch = laptop_->next_batch(all)) {
      out.push_back(**batch);
      ends_.push_back(all.reached.at(laptop_->author()));
    }
    return out;
  }
  std::vector<VectorEntry> ends_;
};

TEST_F(ReplicaHandTest, ClockOfADraftMovesNoClock) {
  ASSERT_OK(phone_.put(6, "n", "an edit", WallMs{kNow.ms + 5000}));
  const auto before = phone_->clock();
  ASSERT_TRUE(phone_.restart(keys_));
  EXPECT_EQ(phone_->clock(), before) << "that of an edit that is not sealed is kept";
  hand(phone_, {"UPDATE draft SET hlc = hlc + (31536000000 << 16)"});
  EXPECT_EQ(phone_->clock(), before);
  EXPECT_EQ(phone_->get(kNotes, item_id(6), kNow).error().code, Errc::damaged);
  EXPECT_EQ(check(phone_).faults, Faults{RowFault::drafts});
  EXPECT_EQ(phone_.value(6, "n"), "first");
  ASSERT_OK(phone_.put(6, "n", "again"));
  EXPECT_EQ(phone_.value(6, "n"), "again");
}

TEST_F(ReplicaHandTest, UrgencyOfADraftCannotBeChanged) {
  ASSERT_OK(phone_.put(6, "n", "an edit"));
  hand(phone_, {"UPDATE draft SET delivery = 0"});
  EXPECT_EQ(phone_->get(kNotes, item_id(6), kNow).error().code, Errc::damaged);
  EXPECT_EQ(check(phone_).faults, Faults{RowFault::drafts});
}

TEST_F(ReplicaHandTest, LoweredNumberOfTheNewestBatchHidesNothing) {
  hand(phone_, {"UPDATE sqlite_sequence SET seq = 0 WHERE name = 'batch'",
                "DELETE FROM item WHERE item = (SELECT max(item) FROM item)"});
  EXPECT_EQ(check(phone_).faults, Faults{RowFault::index});
  expect_whole(phone_);
}

TEST_F(ReplicaHandTest, NumbersAtTheirEndAreDamageAndNoFullDisk) {
  for (const store::Sql statement :
       {store::Sql("UPDATE sqlite_sequence SET seq = 9223372036854775807"),
        store::Sql("UPDATE sqlite_sequence SET seq = 'many'"),
        store::Sql("UPDATE batch SET seq = 9223372036854775807 WHERE last = 9")}) {
    Node home(3, keys_);
    send(laptop_, home);
    ASSERT_TRUE(home.store().load());
    ASSERT_OK(home.step([&]() -> Result<> {
      TROTH_TRY(auto query, home.db().prepare(statement));
      return query.run();
    }));
    EXPECT_EQ(home.store().load().error().code, Errc::damaged);
  }
}

// The row is there and says something else: no fork of the batch that comes in its place.
TEST_F(ReplicaHandTest, ChangedRowAccusesNobody) {
  const auto sent = batches();
  ASSERT_EQ(sent.size(), 9u);
  hand(phone_, {"UPDATE batch SET chain = prev WHERE last = 5"});
  EXPECT_EQ(phone_.apply(sent[4]).error().code, Errc::again);
  EXPECT_TRUE(phone_->in_doubt(kNotes));
  EXPECT_TRUE(phone_->forked().empty());
  EXPECT_TRUE(check(phone_).ask_again);
  send_whole(laptop_, phone_);
  expect_whole(phone_);
}

// Nor where the batch comes behind what waits aside.
TEST_F(ReplicaHandTest, ChangedRowAsideAccusesNobody) {
  write(4, "waits");
  write(5, "follows");
  const auto sent = batches(9);
  ASSERT_OK(phone_.apply(sent[0], [](const BatchClaims&) {
    return Admission{Admit::hold, Errc::held};
  }));
  hand(phone_, {"UPDATE side SET chain = prev"});
  EXPECT_EQ(phone_.apply(sent[1]).error().code, Errc::again);
  EXPECT_TRUE(phone_->forked().empty());
  EXPECT_EQ(check(phone_).faults, Faults{RowFault::aside});
  for (const auto& one : sent) ASSERT_OK(phone_.apply(one));
  EXPECT_EQ(phone_.value(5, "n"), "follows");
  EXPECT_TRUE(phone_.store().wrong_sums()->empty());
}

// A row that took the place of the next one is in its way, and no reason to stop.
TEST_F(ReplicaHandTest, RowInThePlaceOfTheNextIsMendedAndNothingStops) {
  write(4, "next");
  const auto sent = batches(9);
  hand(phone_, {"UPDATE batch SET last = 10 WHERE last = 9"});
  EXPECT_EQ(phone_.apply(sent[0]).error().code, Errc::again);
  EXPECT_TRUE(phone_->in_doubt(kNotes));
  EXPECT_TRUE(check(phone_).ask_again);
  send(laptop_, phone_);
  EXPECT_EQ(phone_.value(4, "n"), "next");
  EXPECT_TRUE(phone_.store().wrong_sums()->empty());
}

// The same before what this device seals: the edits stay where they are.
TEST_F(ReplicaHandTest, RowInThePlaceOfTheNextOwnLosesNoEdit) {
  hand(laptop_, {"UPDATE batch SET last = 10 WHERE last = 9"});
  ASSERT_OK(laptop_.put(4, "n", "mine"));
  laptop_.certify();
  ASSERT_OK(laptop_.step([&] { return laptop_->confirm_alone(kNotes); }));
  const auto sealed = laptop_.step([&] {
    return laptop_->seal_due(kNotes, {key_, std::span(&kHead, 1)}, kNow, laptop_.device.rng);
  });
  EXPECT_EQ(sealed.error().code, Errc::again);
  EXPECT_TRUE(laptop_->in_doubt(kNotes));
  EXPECT_EQ(laptop_.rows("draft"), 1u);
  EXPECT_TRUE(check(laptop_).own_lost);
  EXPECT_EQ(laptop_.value(4, "n"), "mine");
}

// A cut names the batch that comes for the missing row: that makes the rest no false chain.
TEST_F(ReplicaHandTest, BatchThatACutNamesDisownsNothingWhereItsRowIsGone) {
  const auto sent = batches();
  hand(phone_, {"DELETE FROM batch WHERE last = 5"});
  const Admission named{Admit::accept, Errc::refused, ends_.at(4)};
  const auto applied = phone_.apply(sent[4], [&](const BatchClaims&) { return named; });
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, Errc::again);
  EXPECT_EQ(phone_.rows("batch"), 8u);
  EXPECT_TRUE(phone_->in_doubt(kNotes));
}

// Rule 19 asks whether a peer holds more or other; a row that is gone here says neither.
TEST_F(ReplicaHandTest, OwnRowThatIsGoneIsNoRollback) {
  batches();
  hand(laptop_, {"DELETE FROM batch WHERE last = 5"});
  const auto confirm = [&](std::size_t end) {
    return laptop_.step([&] { return laptop_->confirm(kNotes, ends_.at(end)); });
  };
  EXPECT_EQ(confirm(3).error().code, Errc::damaged);
  EXPECT_TRUE(laptop_->in_doubt(kNotes));
  EXPECT_EQ(*confirm(4), Confirmed::ok) << "the next one names it";
  EXPECT_EQ(*confirm(8), Confirmed::ok);
  ++ends_.at(8).counter;
  EXPECT_EQ(*confirm(8), Confirmed::rolled_back);
  ends_.at(6).chain.bytes[0] ^= 1;
  EXPECT_EQ(*confirm(6), Confirmed::rolled_back);
}

TEST_F(ReplicaHandTest, LargeNumbersAreCountedAsNoMoreThanThereCanBe) {
  ASSERT_OK(phone_.put(1, "n", "an edit"));
  ASSERT_OK(phone_.put(2, "n", "another"));
  write(4, "waits");
  write(5, "follows");
  for (const auto& one : batches(9))
    ASSERT_OK(phone_.apply(one, [](const BatchClaims&) {
      return Admission{Admit::hold, Errc::held};
    }));
  hand(phone_, {"UPDATE draft SET size = 9223372036854775807",
                "UPDATE side SET last = 9223372036854775807, first = 1",
                "UPDATE batch SET first = 1 - 9223372036854775807"});
  const auto queue = phone_->queue(kNotes);
  ASSERT_OK(queue);
  EXPECT_EQ(queue->at(static_cast<std::size_t>(Delivery::normal)).bytes, 2 * limits::kValueBytes);
  EXPECT_EQ(phone_->side_count(kNotes, SideKind::held)->ops, 2 * limits::kOpsPerBatch);
  EXPECT_EQ(phone_.store().count_batches(CategoryHandle{1})->ops, 9 * limits::kOpsPerBatch);
  ASSERT_OK(phone_.step([&] { return phone_->retry_held(kNotes, accept_all, kNow, 9); }));
  check(phone_);
  for (int i = 0; i < 2; ++i) send_whole(laptop_, phone_);
  EXPECT_EQ(phone_.value(5, "n"), "follows");
  EXPECT_TRUE(phone_.store().wrong_sums()->empty());
}

TEST_F(ReplicaHandTest, KeysOfAnyLengthAreSweptInSlices) {
  hand(phone_,
       {"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 8) INSERT "
        "INTO item (cat, item, fold) SELECT 1, zeroblob(400000 + i), x'02' FROM n"});
  EXPECT_EQ(check(phone_).faults, Faults{RowFault::index});
  EXPECT_EQ(phone_.rows("item"), 6u);
  expect_whole(phone_);
}

// What waits aside is counted before it can jump over what may be gone, and a wrong count stops the
// category at once.
TEST_F(ReplicaHandTest, WrongRowsStopTheCategoryAtOnce) {
  for (std::uint64_t item = 4; item <= 6; ++item) write(item, "waits");
  for (const auto& one : batches(9))
    ASSERT_OK(phone_.apply(one, [](const BatchClaims&) {
      return Admission{Admit::hold, Errc::held};
    }));
  hand(phone_, {"DELETE FROM side WHERE last = 10"});
  const auto tried = phone_.step([&] { return phone_->retry_held(kNotes, accept_all, kNow, 9); });
  ASSERT_OK(tried);
  EXPECT_TRUE(tried->empty()) << "not over a hole before the rows were counted";
  bool aside = false;
  for (int i = 0; i < 20 && !aside; ++i) {
    const auto slice = phone_.step([&] { return phone_->check_rows(); });
    ASSERT_OK(slice);
    aside = slice->faults == Faults{RowFault::aside};
  }
  EXPECT_TRUE(aside);
  EXPECT_TRUE(phone_->in_doubt(kNotes)) << "no other table is counted first";
  EXPECT_TRUE(check(phone_).ask_again);
  for (const auto& one : batches(9)) ASSERT_OK(phone_.apply(one));
  EXPECT_FALSE(phone_->has_gaps(kNotes));
  EXPECT_EQ(phone_.value(4, "n"), "waits");
  EXPECT_TRUE(phone_.store().wrong_sums()->empty());
}

}  // namespace
}  // namespace troth::sync
