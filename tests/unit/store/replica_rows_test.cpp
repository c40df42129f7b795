// Rows that somebody took away, put back or swapped in a closed home are found and put right
// (spec 11 §6.1).
#include "unit/store/rows_fixture.hpp"

namespace troth::sync {
namespace {

using namespace testing;

TEST_F(ReplicaRowsTest, UntouchedRowsAreRightAndTheCountEnds) {
  EXPECT_TRUE(check(laptop_).faults.empty());
  ASSERT_OK(laptop_.put(7, "n", "not sealed"));
  ASSERT_TRUE(laptop_.restart(keys_));
  EXPECT_TRUE(check(laptop_).faults.empty());
  EXPECT_TRUE(check(phone_).faults.empty());
}

TEST_F(ReplicaRowsTest, DeletedItemIsMadeAnew) {
  tamper(phone_, [](store::Db& db) -> Result<> {
    TROTH_TRY(auto query, db.prepare("DELETE FROM item WHERE item = ?1"));
    return query.bind(1, item_id(2)).run();
  });
  const auto found = check(phone_);
  EXPECT_EQ(found.faults, Faults{RowFault::index});
  EXPECT_TRUE(found.mended);
  EXPECT_FALSE(found.ask_again);
  expect_whole(phone_);
}

TEST_F(ReplicaRowsTest, SwappedItemsAreMadeAnew) {
  tamper(phone_, [](store::Db& db) -> Result<> {
    TROTH_TRY(auto query, db.prepare("UPDATE item SET fold = (SELECT fold FROM item WHERE item = "
                                     "?2) WHERE item = ?1"));
    return query.bind(1, item_id(1)).bind(2, item_id(4)).run();
  });
  EXPECT_EQ(check(phone_).faults, Faults{RowFault::index});
  expect_whole(phone_);
}

TEST_F(ReplicaRowsTest, OlderItemThatWasPutBackIsMadeAnew) {
  Bytes old;
  {
    auto query = phone_.db().prepare("SELECT fold FROM item WHERE item = ?1");
    ASSERT_TRUE(query.has_value());
    ASSERT_TRUE(query->bind(1, item_id(4)).step().has_value());
    old = to_bytes(query->blob(0));
  }
  write(4, "third");
  send(laptop_, phone_);
  tamper(phone_, [&](store::Db& db) -> Result<> {
    TROTH_TRY(auto query, db.prepare("UPDATE item SET fold = ?2 WHERE item = ?1"));
    return query.bind(1, item_id(4)).bind(2, ByteView(old)).run();
  });
  EXPECT_EQ(phone_.value(4, "n"), "first");
  EXPECT_EQ(check(phone_).faults, Faults{RowFault::index});
  EXPECT_EQ(phone_.value(4, "n"), "third");
}

// The older row says that ops lost which have a row of their own by now. The device goes on working
// until its rows are counted.
TEST_F(ReplicaRowsTest, EditsOverAnOlderItemThatWasPutBackDoNotStopTheDevice) {
  for (std::size_t i = 0; i < limits::kItemLost; ++i) write(4, "more " + std::to_string(i));
  send(laptop_, phone_);
  Bytes old;
  {
    auto query = phone_.db().prepare("SELECT fold FROM item WHERE item = ?1");
    ASSERT_TRUE(query.has_value());
    ASSERT_TRUE(query->bind(1, item_id(4)).step().has_value());
    old = to_bytes(query->blob(0));
  }
  ASSERT_EQ(phone_.rows("superseded"), 0u);
  write(4, "moved out");
  send(laptop_, phone_);
  ASSERT_GT(phone_.rows("superseded"), 0u);
  tamper(phone_, [&](store::Db& db) -> Result<> {
    TROTH_TRY(auto query, db.prepare("UPDATE item SET fold = ?2 WHERE item = ?1"));
    return query.bind(1, item_id(4)).bind(2, ByteView(old)).run();
  });
  write(4, "last");
  send(laptop_, phone_);
  EXPECT_EQ(phone_.value(4, "n"), "last");
  EXPECT_EQ(check(phone_).faults, Faults{RowFault::index});
  EXPECT_EQ(phone_.value(4, "n"), "last");
  EXPECT_EQ(phone_->history(kNotes, item_id(4))->size(), limits::kItemLost + 3);
  EXPECT_TRUE(phone_.store().wrong_sums()->empty());
}

TEST_F(ReplicaRowsTest, MissingBatchBecomesAGapThatAnotherDeviceFills) {
  tamper(phone_, [](store::Db& db) -> Result<> {
    TROTH_TRY(auto query, db.prepare("DELETE FROM batch WHERE last = 8"));
    return query.run();
  });
  const auto found = check(phone_);
  EXPECT_EQ(found.faults, Faults{RowFault::batches});
  EXPECT_TRUE(found.ask_again);
  EXPECT_TRUE(phone_->has_gaps(kNotes));
  EXPECT_EQ(phone_.value(2, "n"), "first") << "what it still has";
  send_whole(laptop_, phone_);
  expect_whole(phone_);
}

TEST_F(ReplicaRowsTest, LastBatchMissingTakesTheVectorBackAndAnOwnOneIsSaid) {
  const auto gone = [](store::Db& db) -> Result<> {
    TROTH_TRY(auto query, db.prepare("DELETE FROM batch WHERE last = 9"));
    return query.run();
  };
  tamper(phone_, gone);
  EXPECT_TRUE(check(phone_).ask_again);
  EXPECT_EQ(phone_->vector(kNotes).at(laptop_->author()).counter, 8u);
  send(laptop_, phone_);
  expect_whole(phone_);
  tamper(laptop_, gone);
  EXPECT_TRUE(check(laptop_).own_lost);
}

TEST_F(ReplicaRowsTest, DeletedDraftIsTold) {
  ASSERT_OK(laptop_.put(7, "n", "not sealed"));
  tamper(laptop_, [](store::Db& db) -> Result<> {
    TROTH_TRY(auto query, db.prepare("DELETE FROM draft"));
    return query.run();
  });
  EXPECT_EQ(check(laptop_).faults, Faults{RowFault::drafts});
  ASSERT_TRUE(laptop_.restart(keys_));
  EXPECT_TRUE(check(laptop_).faults.empty()) << "told once";
}

// Rows that could not be read at all are in nobody's way.
TEST_F(ReplicaRowsTest, RowsOfNoWriterOfOursGo) {
  tamper(phone_, [](store::Db& db) -> Result<> {
    for (const store::Sql sql : std::initializer_list<store::Sql>{
             "UPDATE batch SET chain = x'00' WHERE seq = 2",
             "UPDATE batch SET writer = 99 WHERE seq = 3",
             "INSERT INTO item (cat, item, fold) VALUES (1, x'01', x'02')",
             "INSERT INTO superseded (cat, item, batch, op, v) VALUES (1, x'01', 1, 1, x'02')",
             "INSERT INTO draft (cat, item, field, delivery, hlc, size, v) VALUES (1, x'01', 77, "
             "9, "
             "1, "
             "1, x'03')",
             "INSERT INTO side (cat, writer, kind, reason, first, last, prev, chain, device, "
             "sealed) "
             "VALUES (1, 99, 1, 0, 1, 1, x'', x'', x'', x'')"}) {
      TROTH_TRY(auto query, db.prepare(sql));
      TROTH_CHECK(query.run());
    }
    return {};
  });
  const auto found = check(phone_);
  EXPECT_EQ(found.faults,
            (Faults{RowFault::drafts, RowFault::aside, RowFault::batches}))
      << "what follows from missing changes is not told beside them";
  EXPECT_TRUE(found.ask_again);
  send(laptop_, phone_);
  expect_whole(phone_);
  EXPECT_EQ(phone_.rows("side"), 0u);
}

TEST_F(ReplicaRowsTest, EditsWhileItCountsChangeNothing) {
  for (int i = 0; i < 3; ++i) {
    (void)phone_.step([&] { return phone_->check_rows(); });
    write(static_cast<std::uint64_t>(1 + i), "later");
    send(laptop_, phone_);
  }
  EXPECT_TRUE(check(phone_).faults.empty());
}

}  // namespace
}  // namespace troth::sync
