// Rows that no writer of ours wrote, rows in doubt, and what mending may not conclude from a row
// that is gone (spec 11 §6.1).
#include "unit/store/rows_fixture.hpp"

namespace troth::sync {
namespace {

using namespace testing;

// Where the count stands is a row as it is, not as a writer of ours would have made it.
TEST_F(ReplicaRowsTest, IdsOfAnyLengthDoNotHoldTheCountUp) {
  tamper(phone_, [](store::Db& db) -> Result<> {
    for (std::uint32_t i = 0; i < 2 * limits::kCheckRows; ++i) {
      auto id = to_bytes(item_id(1).view());
      append_be32(id, i << 24 | i);  // behind the 16 bytes of an item; also with the high bit set
      TROTH_TRY(auto query, db.prepare("INSERT INTO superseded (cat, item, batch, op, v) VALUES "
                                       "(1, ?1, 1, 1, x'02')"));
      TROTH_CHECK(query.bind(1, ByteView(id)).run());
    }
    return {};
  });
  EXPECT_EQ(check(phone_).faults, Faults{RowFault::index});
  EXPECT_EQ(phone_.rows("superseded"), 0u);
  expect_whole(phone_);
}

TEST_F(ReplicaRowsTest, NumbersOfAnySignDoNotHoldTheCountUp) {
  ASSERT_OK(phone_.put(7, "n", "not sealed"));
  tamper(phone_, [](store::Db& db) -> Result<> {
    for (const store::Sql sql : std::initializer_list<store::Sql>{
             "UPDATE batch SET first = -1 WHERE seq = 4",
             "UPDATE batch SET seq = -9223372036854775807 - 1 WHERE seq = 6",
             "INSERT INTO item (cat, item, fold) VALUES (1, x'', x'')",
             "INSERT INTO superseded (cat, item, batch, op, v) VALUES (1, x'', -1, -1, x'02')",
             "UPDATE draft SET hlc = -1",
             "INSERT INTO side (cat, writer, kind, reason, first, last, prev, chain, device, "
             "sealed) VALUES (1, 1, 1, -1, 1, -1, x'', x'', x'', x'')"}) {
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
  for (int i = 0; i < 2; ++i) send_whole(laptop_, phone_);
  expect_whole(phone_);
  EXPECT_EQ(phone_.rows("side") + phone_.rows("draft"), 0u);
}

// Which key opens a batch stands in its header, outside what the key seals.
TEST_F(ReplicaRowsTest, BatchUnderTheNameOfAnotherKeyIsDamage) {
  tamper(phone_, [](store::Db& db) -> Result<> {
    Bytes sealed;
    {
      TROTH_TRY(auto query, db.prepare("SELECT sealed FROM batch WHERE last = 8"));
      TROTH_CHECK(query.step());
      sealed = to_bytes(query.blob(0));
    }
    sealed.at(7) ^= 1;
    TROTH_TRY(auto query, db.prepare("UPDATE batch SET sealed = ?1 WHERE last = 8"));
    return query.bind(1, ByteView(sealed)).run();
  });
  const auto found = check(phone_);
  EXPECT_EQ(found.faults, Faults{RowFault::batches});
  EXPECT_TRUE(found.ask_again);
  send_whole(laptop_, phone_);
  expect_whole(phone_);
}

// A row that is gone here is no other chain of its author.
TEST_F(ReplicaRowsTest, MissingRowAccusesNobody) {
  const auto author = laptop_->author();
  RangeCursor all{kNotes, {{author, 0, 9}}};
  std::vector<Bytes> sent;
  std::vector<VectorEntry> ends;
  while (true) {
    const auto batch = laptop_->next_batch(all);
    ASSERT_OK(batch);
    if (!*batch) break;
    sent.push_back(**batch);
    ends.push_back(all.reached.at(author));
  }
  ASSERT_EQ(sent.size(), 9u);
  tamper(phone_, [](store::Db& db) -> Result<> {
    TROTH_TRY(auto query, db.prepare("DELETE FROM batch WHERE last = 5 OR last = 9"));
    return query.run();
  });
  for (const std::size_t end : {3, 7}) {
    EXPECT_TRUE(phone_->other_chains(kNotes, {{author, ends[end]}})->empty());
    EXPECT_EQ(*phone_->runs_through(kNotes, author, ends[end]), OneChain::unknown);
    EXPECT_TRUE(phone_->in_doubt(kNotes));
  }
  EXPECT_EQ(*phone_->runs_through(kNotes, author, ends[4]), OneChain::same);
  auto other = ends[6];
  other.chain.bytes[0] ^= 1;
  EXPECT_EQ(*phone_->runs_through(kNotes, author, other), OneChain::other);
  EXPECT_EQ(phone_->other_chains(kNotes, {{author, other}})->size(), 1u);
  // Nor does the batch that is gone, when it comes again.
  EXPECT_EQ(phone_.apply(sent[4]).error().code, Errc::again);
  EXPECT_TRUE(phone_->forked().empty());
  EXPECT_TRUE(check(phone_).ask_again);
  EXPECT_FALSE(phone_->in_doubt(kNotes));
  send_whole(laptop_, phone_);
  expect_whole(phone_);
}

// One that says of itself that it follows on another is not believed before it is opened.
TEST_F(ReplicaRowsTest, ChangedHashOfTheBatchBeforeAccusesNobody) {
  const auto author = laptop_->author();
  RangeCursor one{kNotes, {{author, 3, 4}}};
  ASSERT_OK(laptop_->next_batch(one));
  tamper(phone_, [](store::Db& db) -> Result<> {
    TROTH_TRY(auto query, db.prepare("UPDATE batch SET prev = chain WHERE last = 5"));
    return query.run();
  });
  EXPECT_EQ(*phone_->runs_through(kNotes, author, one.reached.at(author)), OneChain::unknown);
  EXPECT_TRUE(check(phone_).ask_again);
  send_whole(laptop_, phone_);
  expect_whole(phone_);
}

// What is read and is wrong is mended at once, before whatever else is to be counted; what a run
// began is the first thing that the next one does.
TEST_F(ReplicaRowsTest, WhatIsInDoubtComesFirstAndStaysSoUntilItIsMended) {
  tamper(phone_, [](store::Db& db) -> Result<> {
    TROTH_TRY(auto query, db.prepare("UPDATE item SET fold = x'ff' WHERE item = ?1"));
    return query.bind(1, item_id(2)).run();
  });
  EXPECT_EQ(phone_->get(kNotes, item_id(2), kNow).error().code, Errc::damaged);
  EXPECT_FALSE(phone_->mending());
  phone_->doubt(kNotes);
  EXPECT_TRUE(phone_->mending());
  for (int i = 0; i < 3; ++i) ASSERT_OK(phone_.step([&] { return phone_->check_rows(); }));
  ASSERT_TRUE(phone_.restart(keys_));
  EXPECT_TRUE(phone_->in_doubt(kNotes));
  EXPECT_TRUE(phone_->mending());
  check(phone_);
  EXPECT_FALSE(phone_->in_doubt(kNotes));
  EXPECT_FALSE(phone_->mending());
  EXPECT_FALSE(phone_->doubt(kNotes)) << "once a run";
  EXPECT_FALSE(phone_->in_doubt(kNotes));
  expect_whole(phone_);
}

TEST_F(ReplicaRowsTest, WhatEndedARunIsMendedFirstByTheNext) {
  ASSERT_OK(phone_.step([&]() -> Result<> {
    phone_->mark_doubts({kNotes});
    return {};
  }));
  ASSERT_TRUE(phone_.restart(keys_));
  EXPECT_TRUE(phone_->in_doubt(kNotes));
  EXPECT_TRUE(check(phone_).mended);
  expect_whole(phone_);
}

// A bit of a batch that waits, which no sum covers; what waits behind it comes again as well.
TEST_F(ReplicaRowsTest, BatchThatWaitsAndDoesNotOpenGoes) {
  const auto hold = [](const BatchClaims&) { return Admission{Admit::hold, Errc::held}; };
  for (std::uint64_t item = 4; item <= 6; ++item) write(item, "waits");
  const auto give = [&](const Admitter& admit) {
    auto cursor = laptop_->ranges_for(kNotes, phone_->vector(kNotes));
    for (auto batch = laptop_->next_batch(cursor); batch && *batch;
         batch = laptop_->next_batch(cursor))
      ASSERT_OK(phone_.apply(**batch, admit));
  };
  give(hold);
  ASSERT_EQ(phone_.rows("side"), 3u);
  tamper(phone_, [](store::Db& db) -> Result<> {
    Bytes sealed;
    {
      TROTH_TRY(auto query, db.prepare("SELECT sealed FROM side WHERE last = 11"));
      TROTH_CHECK(query.step());
      sealed = to_bytes(query.blob(0));
    }
    sealed.at(100) ^= 1;
    TROTH_TRY(auto query, db.prepare("UPDATE side SET sealed = ?1 WHERE last = 11"));
    return query.bind(1, ByteView(sealed)).run();
  });
  const auto tried = phone_.step([&] { return phone_->retry_held(kNotes, accept_all, kNow, 9); });
  ASSERT_OK(tried);
  EXPECT_EQ(tried->size(), 1u);
  const auto found = check(phone_);
  EXPECT_EQ(found.faults, Faults{RowFault::aside});
  EXPECT_TRUE(found.ask_again);
  EXPECT_EQ(phone_.rows("side"), 0u);
  give(accept_all);
  for (std::uint64_t item = 4; item <= 6; ++item) EXPECT_EQ(phone_.value(item, "n"), "waits");
  EXPECT_TRUE(phone_.store().wrong_sums()->empty());
}

TEST_F(ReplicaRowsTest, DraftThatDoesNotOpenGoesAndIsTold) {
  ASSERT_OK(phone_.put(6, "n", "an edit"));
  ASSERT_OK(phone_.put(7, "n", "another"));
  tamper(phone_, [](store::Db& db) -> Result<> {
    Bytes sealed;
    {
      TROTH_TRY(auto query, db.prepare("SELECT v FROM draft WHERE item = ?1"));
      TROTH_CHECK(query.bind(1, item_id(7)).step());
      sealed = to_bytes(query.blob(0));
    }
    sealed.at(15) ^= 1;
    TROTH_TRY(auto query, db.prepare("UPDATE draft SET v = ?1 WHERE item = ?2"));
    return query.bind(1, ByteView(sealed)).bind(2, item_id(7)).run();
  });
  phone_->doubt(kNotes);
  EXPECT_EQ(check(phone_).faults, Faults{RowFault::drafts});
  EXPECT_EQ(phone_.rows("draft"), 1u);
  EXPECT_EQ(phone_.value(6, "n"), "an edit");
}

// All of what an item lost is found again, in slices that do not grow with it.
TEST_F(ReplicaRowsTest, ItemOfManyOpsIsMadeAnew) {
  for (int i = 0; i < 100; ++i) write(4, "more " + std::to_string(i));
  send(laptop_, phone_);
  const auto before = phone_->history(kNotes, item_id(4));
  ASSERT_OK(before);
  tamper(phone_, [](store::Db& db) -> Result<> {
    for (const store::Sql sql : std::initializer_list<store::Sql>{
             "DELETE FROM superseded WHERE op % 2 = 0 AND batch % 3 > 0", "DELETE FROM item"}) {
      TROTH_TRY(auto query, db.prepare(sql));
      TROTH_CHECK(query.run());
    }
    return {};
  });
  EXPECT_EQ(check(phone_).faults, Faults{RowFault::index});
  EXPECT_EQ(phone_.value(4, "n"), "more 99");
  const auto after = phone_->history(kNotes, item_id(4));
  ASSERT_OK(after);
  ASSERT_EQ(after->size(), before->size());
  for (std::size_t i = 0; i < after->size(); ++i)
    EXPECT_EQ((*after)[i].field.body, (*before)[i].field.body);
}

}  // namespace
}  // namespace troth::sync
