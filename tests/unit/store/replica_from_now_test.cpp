// A replica that begins in the middle of an author's chain (rule 7, spec 07 §11).
#include "unit/store/replica_fixture.hpp"

namespace troth::sync {
namespace {

using namespace testing;

// What one device may not open: it answers for another's keys but those.
class FewerKeys final : public KeySource {
 public:
  explicit FewerKeys(const Keys& all) : all_(&all) {}
  std::optional<EpochKey> key_of(const MailboxId& mailbox) const override {
    return may.contains(mailbox) || everything ? all_->key_of(mailbox) : std::nullopt;
  }
  std::optional<crypto::P256Public> sign_key(const DeviceId& device) const override {
    return all_->sign_key(device);
  }
  std::set<MailboxId> may;
  bool everything = false;

 private:
  const Keys* all_;
};

class FromNowTest : public ::testing::Test {
 protected:
  FromNowTest()
      : old_(keys_.add_epoch(kNotes, 1)),
        new_(keys_.add_epoch(kNotes, 2)),
        side_(keys_.add_epoch(kNotes, 3)),
        laptop_(1, keys_),
        tablet_(4, keys_),
        phone_(2, keys_) {
    few_.may = {new_.mailbox};
    EXPECT_TRUE(phone_.restart(few_));
  }
  // One batch of one op by the laptop.
  Bytes write(const EpochKey& key, std::uint64_t item, std::string_view value) {
    EXPECT_TRUE(laptop_.put(item, "n", value).has_value());
    auto sealed = laptop_.seal(key).at(0);
    marks_.push_back(laptop_->vector(kNotes).at(laptop_->author()));
    return sealed;
  }
  // Counters and items 1, 2 under the old epoch, 3 and 5 under the new one, 4 under a side epoch.
  void write_five() {
    for (const auto* key : {&old_, &old_, &new_, &side_, &new_}) {
      const auto number = sent_.size() + 1;
      sent_.push_back(write(*key, number, std::to_string(number)));
    }
  }
  Result<Applied> jump(ByteView sealed, std::uint64_t after, const Admitter& admit = accept_all) {
    return phone_.apply(sealed, admit, kNow, after);
  }
  // Everything that `from` may give the phone; how many batches went.
  std::size_t give(Node& from, bool over_gaps = false) {
    auto cursor = from->chosen_ranges(kNotes, phone_->vector(kNotes), {few_.may, over_gaps});
    EXPECT_TRUE(cursor.has_value());
    std::size_t count = 0;
    while (true) {
      const auto batch = from->next_batch(*cursor);
      EXPECT_TRUE(batch.has_value());
      if (!*batch) return count;
      EXPECT_TRUE(cursor->after.has_value());
      const auto applied = jump(**batch, *cursor->after);
      EXPECT_TRUE(applied.has_value()) << static_cast<int>(applied.error().code);
      ++count;
    }
  }
  // What the phone asks for once its consent covers all history.
  std::size_t give_all(Node& from) {
    auto cursor = from->ranges_for(kNotes, phone_->whole(kNotes));
    std::size_t count = 0;
    while (true) {
      const auto batch = from->next_batch(cursor);
      EXPECT_TRUE(batch.has_value());
      if (!*batch) return count;
      EXPECT_FALSE(cursor.after.has_value());
      EXPECT_TRUE(phone_.apply(**batch).has_value());
      ++count;
    }
  }
  VectorEntry held() { return phone_->vector(kNotes)[laptop_->author()]; }
  Result<std::vector<ItemId>> cut(const VectorEntry& at) {
    return phone_.step([&] { return phone_->cut(kNotes, laptop_->author(), at, Errc::above_cut); });
  }
  Result<std::vector<Applied>> retry() {
    return phone_.step([&] { return phone_->retry_held(kNotes, accept_all, kNow, 100); });
  }

  Keys keys_;
  FewerKeys few_{keys_};
  EpochKey old_;
  EpochKey new_;
  EpochKey side_;
  Node laptop_;
  Node tablet_;
  Node phone_;
  std::vector<Bytes> sent_;
  std::vector<VectorEntry> marks_;
};

TEST_F(FromNowTest, BeginsInTheMiddleAndGoesOverWhatItMayNotOpen) {
  write_five();
  EXPECT_EQ(give(laptop_), 2u);
  EXPECT_EQ(held(), marks_[4]);
  EXPECT_EQ(phone_.value(3, "n"), "3");
  EXPECT_EQ(phone_.value(5, "n"), "5");
  for (const auto item : {1, 2, 4}) EXPECT_EQ(phone_.value(item, "n"), "error 505");
  EXPECT_TRUE(phone_->has_gaps(kNotes));
  EXPECT_TRUE(phone_->whole(kNotes).empty());
  // Both find that it has all that is for it.
  const auto for_phone = laptop_->chosen_vector(kNotes, laptop_->vector(kNotes), {few_.may});
  EXPECT_EQ(*for_phone, phone_->vector(kNotes));
  EXPECT_EQ(give(laptop_), 0u);
  // Also after a restart, and it goes on from there.
  ASSERT_TRUE(phone_.restart(few_));
  EXPECT_TRUE(phone_->has_gaps(kNotes));
  sent_.push_back(write(new_, 6, "6"));
  EXPECT_EQ(give(laptop_), 1u);
  EXPECT_EQ(phone_.value(6, "n"), "6");
}

TEST_F(FromNowTest, AnAuthorOfOldBatchesOnlyIsNothingToIt) {
  ASSERT_OK(tablet_.put(9, "n", "old"));
  for (const auto& batch : tablet_.seal(old_)) ASSERT_OK(laptop_.apply(batch));
  write_five();
  EXPECT_EQ(give(laptop_), 2u);
  EXPECT_EQ(phone_->vector(kNotes).size(), 1u);
  EXPECT_EQ(*laptop_->chosen_vector(kNotes, laptop_->vector(kNotes), {few_.may}),
            phone_->vector(kNotes));
}

TEST_F(FromNowTest, AJumpNeedsTheSendersWordAndConsentFromNowOn) {
  write_five();
  // A device with consent to all history says nothing about `after`: a gap, as ever.
  EXPECT_ERR(phone_.apply(sent_[2]), Errc::gap);
  // Something for it comes before: on its way, or lost.
  EXPECT_ERR(jump(sent_[4], 3), Errc::gap);
  ASSERT_OK(jump(sent_[2], 0));
  ASSERT_OK(jump(sent_[4], 3));
  // Only forwards, and twice is nothing.
  EXPECT_EQ(jump(sent_[2], 0)->outcome, Outcome::duplicate);
  EXPECT_EQ(held(), marks_[4]);
}

TEST_F(FromNowTest, LearnsTheCertificateWithTheFirstBatchOfAnEpoch) {
  // The laptop's only certificate went out in a batch that the phone cannot open.
  write_five();
  ASSERT_OK(jump(sent_[2], 0));
  // A batch of an epoch that goes on does not repeat it.
  const auto next = write(new_, 6, "6");
  EXPECT_LT(next.size(), sent_[2].size());
}

TEST_F(FromNowTest, WhatItSealsReachesEverybody) {
  write_five();
  give(laptop_);
  ASSERT_OK(phone_.put(3, "n", "by phone"));
  phone_.seal(new_);
  auto cursor = phone_->ranges_for(kNotes, laptop_->vector(kNotes));
  const auto batch = phone_->next_batch(cursor);
  ASSERT_OK(batch);
  ASSERT_TRUE(*batch);
  ASSERT_OK(laptop_.apply(**batch));
  EXPECT_EQ(laptop_.value(3, "n"), "by phone");
}

// Nobody below the gap is told half a chain, nor that it had all of it.
TEST_F(FromNowTest, ServesNothingOverItsGap) {
  write_five();
  give(laptop_);
  auto cursor = phone_->ranges_for(kNotes, tablet_->vector(kNotes));
  EXPECT_FALSE(phone_->next_batch(cursor)->has_value());
  EXPECT_TRUE(cursor.reached.empty());
  for (int i = 0; i < 4; ++i) ASSERT_OK(tablet_.apply(sent_[static_cast<std::size_t>(i)]));
  cursor = phone_->ranges_for(kNotes, tablet_->vector(kNotes));
  ASSERT_TRUE(phone_->next_batch(cursor)->has_value());
  EXPECT_EQ(cursor.reached.at(laptop_->author()), marks_[4]);
}

// Relaying: to a device that may open no more, over the gap; to another one not.
TEST_F(FromNowTest, RelaysToThoseWhoMayOpenNoMore) {
  write_five();
  ASSERT_TRUE(tablet_.restart(few_));
  auto cursor = laptop_->chosen_ranges(kNotes, {}, {few_.may, false});
  while (const auto batch = *laptop_->next_batch(*cursor)) {
    ASSERT_OK(tablet_.apply(*batch, accept_all, kNow, cursor->after));
  }
  EXPECT_EQ(give(tablet_, false), 0u);
  EXPECT_EQ(give(tablet_, true), 2u);
  EXPECT_EQ(phone_->vector(kNotes), tablet_->vector(kNotes));
}

// Two providers, of whom one is behind: whatever the order, the phone ends up with the same.
TEST_F(FromNowTest, TwoProvidersInAnyOrder) {
  write_five();
  for (int i = 0; i < 3; ++i) ASSERT_OK(tablet_.apply(sent_[static_cast<std::size_t>(i)]));
  EXPECT_EQ(give(tablet_), 1u);
  EXPECT_EQ(give(laptop_), 1u);
  EXPECT_EQ(give(tablet_), 0u);
  EXPECT_EQ(held(), marks_[4]);
}

TEST_F(FromNowTest, ConsentToAllHistoryFillsTheGaps) {
  write_five();
  give(laptop_);
  ASSERT_OK(phone_.put(7, "n", "mine"));
  phone_.seal(new_);
  few_.everything = true;
  EXPECT_TRUE(phone_->whole(kNotes).contains(phone_->author()));
  EXPECT_EQ(give_all(laptop_), 5u);
  EXPECT_FALSE(phone_->has_gaps(kNotes));
  EXPECT_EQ(held(), marks_[4]);
  for (int i = 1; i <= 5; ++i) EXPECT_EQ(phone_.value(i, "n"), std::to_string(i));
  EXPECT_EQ(phone_.value(7, "n"), "mine");
  EXPECT_EQ(phone_->totals(kNotes).ops, 6u);
  ASSERT_TRUE(phone_.restart(few_));
  EXPECT_FALSE(phone_->has_gaps(kNotes));
}

TEST_F(FromNowTest, AnOlderEditThatComesLaterDoesNotWin) {
  sent_.push_back(write(old_, 1, "before"));
  sent_.push_back(write(new_, 1, "after"));
  give(laptop_);
  EXPECT_EQ(phone_.value(1, "n"), "after");
  few_.everything = true;
  ASSERT_TRUE(phone_.restart(few_));
  give_all(laptop_);
  EXPECT_EQ(phone_.value(1, "n"), "after");
  EXPECT_EQ(phone_->history(kNotes, item_id(1))->size(), 2u);
}

// New batches go on coming while old ones fill the gap, and half of it survives a restart.
TEST_F(FromNowTest, FillingGoesOnBesideNewBatchesAndOverARestart) {
  write_five();
  give(laptop_);
  few_.everything = true;
  EXPECT_ERR(phone_.apply(sent_[1]), Errc::gap);  // not its turn
  ASSERT_OK(phone_.apply(sent_[0]));
  EXPECT_EQ(phone_->whole(kNotes).at(laptop_->author()), marks_[0]);
  sent_.push_back(write(new_, 6, "6"));
  ASSERT_OK(phone_.apply(sent_[5]));
  EXPECT_EQ(held(), marks_[5]);
  ASSERT_TRUE(phone_.restart(few_));
  EXPECT_EQ(phone_->whole(kNotes).at(laptop_->author()), marks_[0]);
  ASSERT_OK(phone_.apply(sent_[1]));
  EXPECT_EQ(phone_->whole(kNotes).at(laptop_->author()), marks_[2]);
  ASSERT_OK(phone_.apply(sent_[3]));
  EXPECT_EQ(phone_->whole(kNotes), phone_->vector(kNotes));
}

// What a gap was jumped with is signed: a chain that does not end in it is a fork.
TEST_F(FromNowTest, AGapTakesOnlyTheChainThatEndsInIt) {
  Node twin(1, keys_);  // the same device, rolled back
  ASSERT_OK(laptop_.put(1, "n", "one"));
  laptop_.seal(old_);
  const auto three = write(new_, 3, "3");
  ASSERT_OK(jump(three, 0));
  ASSERT_OK(twin.put(1, "n", "another"));
  const auto other = twin.seal(old_);
  few_.everything = true;
  EXPECT_EQ(phone_.apply(other.at(0))->outcome, Outcome::forked);
  EXPECT_TRUE(phone_->has_gaps(kNotes));
}

TEST_F(FromNowTest, WhatMayNotComeIntoAGapIsNotKept) {
  write_five();
  give(laptop_);
  few_.everything = true;
  const auto hold = [](const BatchClaims&) { return Admission{Admit::hold, Errc::held}; };
  EXPECT_EQ(phone_.apply(sent_[0], hold)->outcome, Outcome::held);
  EXPECT_EQ(phone_.rows("side"), 0u);
  EXPECT_EQ(phone_.apply(sent_[0])->outcome, Outcome::applied);
}

TEST_F(FromNowTest, HeldBatchesKeepTheirJumps) {
  write_five();
  const auto hold = [](const BatchClaims&) { return Admission{Admit::hold, Errc::held}; };
  EXPECT_EQ(jump(sent_[2], 0, hold)->outcome, Outcome::held);
  EXPECT_EQ(jump(sent_[4], 3, hold)->outcome, Outcome::held);
  ASSERT_TRUE(phone_.restart(few_));
  EXPECT_TRUE(retry()->empty()) << "what stood before it could be gone (spec 11 §6.1)";
  EXPECT_TRUE(check(phone_).retry);
  EXPECT_EQ(retry()->size(), 2u);
  EXPECT_EQ(held(), marks_[4]);
  few_.everything = true;
  EXPECT_EQ(give_all(laptop_), 5u);
  EXPECT_EQ(phone_->whole(kNotes), laptop_->vector(kNotes));
}

// Consent to all history while batches that were jumped to are still set aside.
TEST_F(FromNowTest, FillsInBeforeWhatStandsAside) {
  write_five();
  const auto hold = [](const BatchClaims&) { return Admission{Admit::hold, Errc::held}; };
  ASSERT_OK(jump(sent_[2], 0, hold));
  ASSERT_OK(jump(sent_[4], 3, hold));
  few_.everything = true;
  ASSERT_OK(phone_.apply(sent_[0]));
  EXPECT_ERR(phone_.apply(sent_[3]), Errc::gap);
  ASSERT_OK(phone_.apply(sent_[1]));
  EXPECT_EQ(held(), marks_[1]);
  EXPECT_EQ(retry()->size(), 2u);
  ASSERT_OK(phone_.apply(sent_[3]));
  EXPECT_EQ(phone_->whole(kNotes), laptop_->vector(kNotes));
}

// Rule 10 with gaps: in the first gap, at its end, between, in the second.
TEST_F(FromNowTest, ACutInAGapParksWhatStandsAboveIt) {
  write_five();
  give(laptop_);
  ASSERT_OK(cut(marks_[3]));  // ends the second gap
  EXPECT_EQ(held(), marks_[2]);
  EXPECT_EQ(phone_.value(5, "n"), "error 505");
  EXPECT_EQ(phone_.value(3, "n"), "3");
  EXPECT_EQ(phone_->side_count(kNotes, SideKind::parked)->batches, 1u);
  ASSERT_OK(cut(marks_[0]));  // inside the first one
  EXPECT_TRUE(phone_->vector(kNotes).empty());
  EXPECT_FALSE(phone_->has_gaps(kNotes));
  EXPECT_EQ(phone_->side_count(kNotes, SideKind::parked)->batches, 2u);
  // The cut is raised: all of it comes back in order, gaps and all, also after a restart.
  ASSERT_TRUE(phone_.restart(few_));
  EXPECT_TRUE(check(phone_).retry);
  EXPECT_EQ(retry()->size(), 2u);
  EXPECT_EQ(held(), marks_[4]);
  EXPECT_EQ(phone_.value(5, "n"), "5");
  few_.everything = true;
  give_all(laptop_);
  EXPECT_EQ(phone_->whole(kNotes), laptop_->vector(kNotes));
}

TEST_F(FromNowTest, ACutThatNamesAnotherChainIsRefusedAtBothEndsOfAGap) {
  write_five();
  give(laptop_);
  for (const auto at : {1u, 2u, 3u}) {
    EXPECT_ERR(cut({marks_[at].counter, filled<ChainHash>(9)}), Errc::bad_chain);
  }
  EXPECT_EQ(held(), marks_[4]);
  ASSERT_OK(cut(marks_[2]));
  EXPECT_EQ(held(), marks_[2]);
}

TEST_F(FromNowTest, GapsAreBounded) {
  std::uint64_t after = 0;
  for (std::size_t i = 0; i <= limits::kVectorGaps; ++i) {
    write(old_, 1, "o");
    const auto sealed = write(new_, 2, std::to_string(i));
    const auto out = jump(sealed, after);
    if (i < limits::kVectorGaps) {
      ASSERT_OK(out);
    } else {
      EXPECT_ERR(out, Errc::limit);
    }
    after = marks_.back().counter;
  }
}

// What was held here once and is gone is missed although older batches are not (spec 11 §6.1).
TEST_F(FromNowTest, WhatWasLostIsAskedForAgain) {
  write_five();
  EXPECT_EQ(give(laptop_), 2u);
  EXPECT_EQ(phone_->sound(kNotes), phone_->vector(kNotes));
  ASSERT_OK(phone_.step([&]() -> Result<> {
    TROTH_TRY(auto query, phone_.db().prepare("DELETE FROM batch WHERE last = 3"));
    return query.run();
  }));
  ASSERT_TRUE(phone_.restart(few_));
  bool ask_again = false;
  for (int i = 0; i < 100 && phone_->check_due(); ++i) {
    const auto slice = phone_.step([&] { return phone_->check_rows(); });
    ASSERT_OK(slice);
    ask_again = ask_again || slice->ask_again;
  }
  EXPECT_TRUE(ask_again);
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(phone_->has_lost(kNotes));
    EXPECT_TRUE(phone_->sound(kNotes).empty());
    ASSERT_TRUE(phone_.restart(few_)) << "and it is remembered";
  }
  auto cursor = laptop_->chosen_ranges(kNotes, phone_->sound(kNotes), {few_.may});
  ASSERT_OK(cursor);
  for (const bool closed : {false, true}) {
    const auto batch = laptop_->next_batch(*cursor);
    ASSERT_OK(batch);
    ASSERT_TRUE(batch->has_value());
    ASSERT_OK(jump(**batch, *cursor->after));
    EXPECT_EQ(phone_->has_lost(kNotes), !closed) << "4 may be missing until 5 says that it is not";
  }
  EXPECT_EQ(phone_.value(3, "n"), "3");
  EXPECT_EQ(phone_->sound(kNotes), phone_->vector(kNotes));
  EXPECT_TRUE(phone_->has_gaps(kNotes));
  few_.everything = true;
  EXPECT_EQ(give_all(laptop_), 5u) << "with consent to all history all gaps are filled";
  EXPECT_FALSE(phone_->has_gaps(kNotes));
  EXPECT_TRUE(phone_.store().wrong_sums()->empty());
}

}  // namespace
}  // namespace troth::sync
