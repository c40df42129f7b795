// What does not count, and why: held, parked, cut, rolled back, erased (rules 6, 10, 17, 19).
#include "unit/store/replica_fixture.hpp"

namespace troth::sync {
namespace {

using namespace testing;

Admitter always(Admit verdict, Errc reason) {
  return [verdict, reason](const BatchClaims&) { return Admission{verdict, reason}; };
}

class ReplicaSideTest : public ::testing::Test {
 protected:
  ReplicaSideTest() : key_(keys_.add_epoch(kNotes, 1)), laptop_(1, keys_), phone_(2, keys_) {}

  // Batches of one op each: values "0", "1", ... of one field.
  std::vector<Bytes> write(int count) {
    std::vector<Bytes> out;
    for (int i = 0; i < count; ++i) {
      EXPECT_TRUE(laptop_.put(1, "n", std::to_string(i)).has_value());
      out.push_back(laptop_.seal(key_).at(0));
      marks_.push_back(laptop_->vector(kNotes).at(laptop_->author()));
    }
    return out;
  }
  Result<std::vector<Applied>> retry(const Admitter& admit) {
    return phone_.step([&] { return phone_->retry_held(kNotes, admit, kNow, 100); });
  }
  Result<std::vector<ItemId>> cut(std::size_t keep) {
    const auto mark = keep == 0 ? VectorEntry{} : marks_.at(keep - 1);
    return phone_.step(
        [&] { return phone_->cut(kNotes, laptop_->author(), mark, Errc::above_cut); });
  }

  Keys keys_;
  EpochKey key_;
  Node laptop_;
  Node phone_;
  std::vector<VectorEntry> marks_;
};

TEST_F(ReplicaSideTest, AdmissionSeesWhatTheBatchClaims) {
  const auto sent = write(2);
  ASSERT_OK(phone_.apply(sent[0]));
  bool asked = false;
  ASSERT_OK(phone_.apply(sent[1], [&](const BatchClaims& claims) {
    asked = true;
    EXPECT_EQ(claims.device, laptop_.device.id);
    EXPECT_EQ(claims.author, laptop_->author());
    EXPECT_EQ(claims.first, 2u);
    EXPECT_EQ(claims.last, 2u);
    EXPECT_EQ(claims.prev, marks_[0].chain);
    EXPECT_EQ(claims.chain, marks_[1].chain);
    EXPECT_EQ(claims.epoch, key_.epoch);
    EXPECT_EQ(claims.suite, 1);
    EXPECT_EQ(std::vector<EntryId>(claims.heads.begin(), claims.heads.end()),
              std::vector<EntryId>{kHead});
    return Admission{Admit::accept, Errc::refused};
  }));
  EXPECT_TRUE(asked);
}

TEST_F(ReplicaSideTest, HeldBatchesGoInWhenTheLogCoversThem) {
  const auto sent = write(3);
  const auto hold = always(Admit::hold, Errc::missing_parent);
  const auto first = phone_.apply(sent[0], hold);
  ASSERT_OK(first);
  EXPECT_EQ(first->outcome, Outcome::held);
  EXPECT_EQ(first->reason, Errc::missing_parent);
  // Behind it everything waits, also what could go in by itself; nothing is a gap.
  EXPECT_EQ(phone_.apply(sent[1], accept_all)->outcome, Outcome::held);
  EXPECT_EQ(phone_.apply(sent[2], hold)->outcome, Outcome::held);
  EXPECT_EQ(phone_.apply(sent[1], hold)->outcome, Outcome::duplicate);
  EXPECT_TRUE(phone_->vector(kNotes).empty());
  EXPECT_EQ(phone_->side_count(kNotes, SideKind::held)->ops, 3u);
  EXPECT_TRUE(retry(hold)->empty());
  EXPECT_EQ(retry(accept_all)->size(), 3u);
  EXPECT_EQ(phone_.value(1, "n"), "2");
  EXPECT_EQ(phone_->vector(kNotes), laptop_->vector(kNotes));
  EXPECT_EQ(phone_->side_count(kNotes, SideKind::held)->batches, 0u);
}

TEST_F(ReplicaSideTest, ADeviceThatTheLogDoesNotKnowYetIsHeld) {
  const auto sent = write(2);
  keys_.forget_device(laptop_.device.id);
  EXPECT_EQ(phone_.apply(sent[0])->reason, Errc::unknown_device);
  EXPECT_EQ(phone_.apply(sent[1])->outcome, Outcome::held);
  EXPECT_TRUE(retry(accept_all)->empty());
  keys_.add_device(laptop_.device.id, laptop_.device.sign.public_key());
  EXPECT_EQ(retry(accept_all)->size(), 2u);
  EXPECT_EQ(phone_.value(1, "n"), "1");
}

TEST_F(ReplicaSideTest, AnUnknownDeviceThatProvesFalseIsDropped) {
  const auto sent = write(2);
  keys_.forget_device(laptop_.device.id);
  ASSERT_OK(phone_.apply(sent[0]));
  ASSERT_OK(phone_.apply(sent[1]));
  Device other(9);
  keys_.add_device(laptop_.device.id, other.sign.public_key());
  const auto out = retry(accept_all);
  ASSERT_OK(out);
  ASSERT_EQ(out->size(), 1u);
  EXPECT_EQ(out->at(0).outcome, Outcome::refused);
  EXPECT_EQ(phone_->side_count(kNotes, SideKind::held)->batches, 0u);
  EXPECT_TRUE(phone_->vector(kNotes).empty());
}

TEST_F(ReplicaSideTest, RefusedLeavesNothing) {
  const auto sent = write(1);
  const auto out = phone_.apply(sent[0], always(Admit::refuse, Errc::no_grant));
  ASSERT_OK(out);
  EXPECT_EQ(out->outcome, Outcome::refused);
  EXPECT_EQ(out->reason, Errc::no_grant);
  EXPECT_TRUE(phone_->vector(kNotes).empty());
  EXPECT_EQ(phone_.value(1, "n"), "error 505");
}

// Rule 10: applied already and above the cut is folded again without it; nothing is deleted.
TEST_F(ReplicaSideTest, ACutTakesBackWhatStandsAboveIt) {
  ASSERT_OK(phone_.put(1, "mine", "kept"));
  phone_.seal(key_);
  const auto sent = write(4);
  for (const auto& batch : sent) ASSERT_OK(phone_.apply(batch));
  EXPECT_EQ(phone_.value(1, "n"), "3");
  const auto changed = cut(2);
  ASSERT_OK(changed);
  EXPECT_EQ(*changed, std::vector<ItemId>{item_id(1)});
  EXPECT_EQ(phone_.value(1, "n"), "1");
  EXPECT_EQ(phone_.value(1, "mine"), "kept");
  EXPECT_EQ(phone_->vector(kNotes).at(laptop_->author()), marks_[1]);
  EXPECT_EQ(phone_->history(kNotes, item_id(1))->size(), 3u);
  const auto parked = phone_->side(kNotes, SideKind::parked, 10);
  ASSERT_EQ(parked->size(), 2u);
  EXPECT_EQ(parked->at(0).device, laptop_.device.id);
  // What comes again, or later, is parked as well.
  EXPECT_EQ(phone_.apply(sent[3])->outcome, Outcome::duplicate);
  const auto later = write(1);
  EXPECT_EQ(phone_.apply(later[0], always(Admit::park, Errc::above_cut))->outcome, Outcome::parked);
  EXPECT_TRUE(cut(2)->empty());
  // An ack that raises the cut lets it in again, and the state is what it was.
  EXPECT_EQ(retry(accept_all)->size(), 3u);
  EXPECT_EQ(phone_.value(1, "n"), "0");
  EXPECT_EQ(phone_->vector(kNotes).at(laptop_->author()),
            laptop_->vector(kNotes).at(laptop_->author()));
}

TEST_F(ReplicaSideTest, ACutOfAnItemThatHasNothingElseRemovesIt) {
  const auto sent = write(1);
  ASSERT_OK(phone_.apply(sent[0]));
  EXPECT_EQ(phone_->totals(kNotes).items, 1u);
  ASSERT_OK(cut(0));
  EXPECT_EQ(phone_->totals(kNotes).items, 0u);
  EXPECT_EQ(phone_.value(1, "n"), "error 505");
}

TEST_F(ReplicaSideTest, ACutThatIsNotOnTheChainIsRefused) {
  const auto sent = write(3);
  for (const auto& batch : sent) ASSERT_OK(phone_.apply(batch));
  ASSERT_OK(phone_.db().begin(store::Durability::full));
  EXPECT_ERR(phone_->cut(kNotes, laptop_->author(), {2, filled<ChainHash>(7)}, Errc::above_cut),
             Errc::bad_chain);
  phone_.db().rollback();
}

TEST_F(ReplicaSideTest, ParkedOpsCanBeAdoptedByHand) {
  const auto sent = write(2);
  for (const auto& batch : sent) ASSERT_OK(phone_.apply(batch));
  ASSERT_OK(cut(1));
  EXPECT_EQ(phone_.value(1, "n"), "0");
  const auto parked = phone_->side(kNotes, SideKind::parked, 10);
  const auto adopt = [&] {
    return phone_.step(
        [&] { return phone_->adopt(kNotes, parked->at(0).id, Delivery::normal, kNow); });
  };
  EXPECT_EQ(*adopt(), std::vector{item_id(1)});
  phone_.seal(key_);
  EXPECT_EQ(phone_.value(1, "n"), "1");
  EXPECT_TRUE(adopt()->empty());  // not a second time over what was written since
  const auto view = phone_->get(kNotes, item_id(1), kNow);
  EXPECT_EQ(view->fields[0].author, phone_->author());
}

// Rule 19: a peer that knows more of ours, or something else, means that we were rolled back.
TEST_F(ReplicaSideTest, APeersWordTellsARollback) {
  EXPECT_FALSE(phone_->may_seal(kNotes));
  ASSERT_OK(laptop_.put(1, "n", "a"));
  ASSERT_OK(laptop_.put(2, "n", "b"));
  laptop_.seal(key_);
  const auto mine = laptop_->vector(kNotes).at(laptop_->author());
  const auto confirm = [&](const VectorEntry& theirs) {
    return *laptop_.step([&] { return laptop_->confirm(kNotes, theirs); });
  };
  EXPECT_EQ(confirm(mine), Confirmed::ok);
  EXPECT_EQ(confirm({}), Confirmed::ok);
  EXPECT_EQ(confirm({mine.counter + 1, mine.chain}), Confirmed::rolled_back);
  EXPECT_EQ(confirm({mine.counter, filled<ChainHash>(1)}), Confirmed::rolled_back);
  EXPECT_EQ(confirm({1, mine.chain}), Confirmed::rolled_back);  // inside a batch of ours
}

TEST_F(ReplicaSideTest, ARolledBackDeviceGoesOnAsANewIncarnation) {
  const auto sent = write(2);
  for (const auto& batch : sent) ASSERT_OK(phone_.apply(batch));
  Node restored(1, keys_);
  EXPECT_ERR(restored.apply(sent[0]), Errc::rolled_back);
  restored->reincarnate(filled<Incarnation>(0x77));
  EXPECT_EQ(send(phone_, restored), 2u);
  EXPECT_EQ(restored.value(1, "n"), "1");
  ASSERT_OK(restored.put(1, "n", "again"));
  EXPECT_EQ(restored.seal(key_).size(), 1u);
  send(restored, phone_);
  EXPECT_EQ(phone_.value(1, "n"), "again");
  EXPECT_EQ(phone_->vector(kNotes).size(), 2u);
}

TEST_F(ReplicaSideTest, SealingWaitsForAWordAndForACertificate) {
  ASSERT_OK(laptop_.put(1, "n", "a"));
  const auto seal_now = [&] {
    return laptop_.step([&] {
      return laptop_->seal_due(kNotes, {key_, std::span(&kHead, 1)}, kNow, laptop_.device.rng);
    });
  };
  EXPECT_ERR(seal_now(), Errc::again);
  laptop_.certify();
  EXPECT_ERR(seal_now(), Errc::again);
  ASSERT_OK(laptop_.step([&] { return laptop_->confirm_alone(kNotes); }));
  ASSERT_OK(seal_now());
  ASSERT_OK(laptop_.put(1, "n", "b"));
  laptop_->drop_signer();
  EXPECT_ERR(seal_now(), Errc::again);
  EXPECT_EQ(laptop_->queue(kNotes)->at(2).drafts, 1u);
}

// Rule 17: a key stolen from memory seals nothing more once the next certificate is known.
TEST_F(ReplicaSideTest, AStolenCertificateEndsWhereTheNextStarts) {
  const auto photos = keys_.add_epoch(kPhotos, 1);
  const auto seed = filled<Hash>(0x5e);
  auto pair = crypto::Ed25519KeyPair::from_seed(seed.view());
  const auto body = laptop_->next_certificate(pair.public_key(), kNow);
  const auto signed_one = laptop_.device.certify(body);
  ASSERT_OK(laptop_.step([&] { return laptop_->install(signed_one, std::move(pair)); }));
  auto known =
      verify_certificate(wire::encode(signed_one), kCircle, laptop_.device.sign.public_key());
  ASSERT_OK(known);
  const BatchSigner stolen(std::move(*known), crypto::Ed25519KeyPair::from_seed(seed.view()));

  ASSERT_OK(phone_.apply(write(1)[0]));
  laptop_.certify();
  ASSERT_OK(laptop_.put(5, "n", "x", kNow, kPhotos));
  ASSERT_OK(phone_.apply(laptop_.seal(photos).at(0)));

  auto how = context(key_);
  how.prev = marks_[0].chain;
  how.first = 2;
  const auto forged = draft(1, "n", "stolen", 5);
  const auto batch = seal(std::span(&forged, 1), how, stolen, laptop_.device.rng);
  ASSERT_OK(batch);
  EXPECT_EQ(phone_.apply(batch->sealed)->outcome, Outcome::forked);
  EXPECT_EQ(phone_.value(1, "n"), "0");
}

TEST_F(ReplicaSideTest, ACertificateThatStartsBehindWhatWeHoldIsAFork) {
  const auto photos = keys_.add_epoch(kPhotos, 1);
  const auto sent = write(2);
  for (const auto& batch : sent) ASSERT_OK(phone_.apply(batch));
  // A copy of the laptop from before these batches, writing elsewhere under its own certificate 2.
  Node clone(1, keys_);
  clone.certify();
  clone.certify();
  ASSERT_OK(clone.put(5, "n", "x", kNow, kPhotos));
  const auto other = clone.seal(photos);
  ASSERT_EQ(other.size(), 1u);
  EXPECT_EQ(phone_.apply(other[0])->outcome, Outcome::forked);
}

TEST_F(ReplicaSideTest, ErasingForgetsTheVectorAtOnceAndTheRowsInSlices) {
  for (std::uint64_t i = 0; i < 100; ++i) ASSERT_OK(laptop_.put(i, "n", "x"));
  laptop_.seal(key_);
  ASSERT_OK(laptop_.put(200, "n", "draft"));
  const auto slice = [&] { return *laptop_.step([&] { return laptop_->erase(kNotes, 30); }); };
  EXPECT_FALSE(slice());
  EXPECT_TRUE(laptop_->vector(kNotes).empty());
  EXPECT_EQ(laptop_->erasing(), std::vector<CategoryId>{kNotes});
  EXPECT_TRUE(laptop_->list(kNotes, {}, 10, true, kNow)->empty());
  EXPECT_ERR(laptop_.put(1, "n", "x"), Errc::again);
  int slices = 1;
  while (!slice()) ++slices;
  EXPECT_GT(slices, 2);
  EXPECT_TRUE(laptop_->erasing().empty());
  for (const auto* table : {"item", "batch", "draft", "author", "category", "superseded", "side"}) {
    EXPECT_EQ(laptop_.rows(table), 0u) << table;
  }
  ASSERT_OK(laptop_.put(1, "n", "again"));
  EXPECT_EQ(laptop_.value(1, "n"), "again");
}

TEST_F(ReplicaSideTest, WithoutTheKeyNothingOpens) {
  const auto sent = write(1);
  keys_.forget(key_.mailbox);
  EXPECT_ERR(phone_.apply(sent[0]), Errc::no_key);
}

TEST_F(ReplicaSideTest, EveryFlippedByteOfABatchLeavesNoTrace) {
  const auto sent = write(1);
  for (std::size_t at = 0; at < sent[0].size(); ++at) {
    auto bad = sent[0];
    bad[at] ^= 0x10;
    EXPECT_FALSE(phone_.apply(bad).has_value()) << at;
  }
  EXPECT_TRUE(phone_->vector(kNotes).empty());
  EXPECT_EQ(phone_.rows("batch") + phone_.rows("item") + phone_.rows("side"), 0u);
  EXPECT_EQ(phone_.apply(sent[0])->outcome, Outcome::applied);
}

}  // namespace
}  // namespace troth::sync
