#include "sync/seal.hpp"

#include "unit/sync/sync_fixture.hpp"

namespace troth::sync {
namespace {

using namespace testing;

class SealTest : public ::testing::Test {
 protected:
  SealTest() : laptop_(1), signer_(laptop_.signer()), key_(keys_.add_epoch(kNotes, 1)) {
    EXPECT_TRUE(book_.add(signer_.certificate()).has_value());
  }
  SealedBatch sealed(std::span<const Draft> drafts) {
    auto out = seal(drafts, context(key_), signer_, rng_);
    EXPECT_TRUE(out.has_value());
    return std::move(*out);
  }
  static std::vector<Draft> drafts(std::size_t count, std::size_t size) {
    std::vector<Draft> out;
    for (std::size_t i = 0; i < count; ++i) {
      out.push_back(draft(i, "body", std::string(size, static_cast<char>('a' + i % 26)), i));
    }
    return out;
  }

  Keys keys_;
  Device laptop_;
  BatchSigner signer_;
  EpochKey key_;
  CertBook book_;
  SeededRng rng_{7};
};

TEST_F(SealTest, OpensToWhatWasSealed) {
  const std::vector<Draft> in{draft(1, "title", "shopping"), draft(1, "body", "milk", 1),
                              draft(2, "title", "", 2), draft(2, "_alive", "\xf4", 70000)};
  const auto batch = sealed(in);
  const auto open = sync::open(batch.sealed, kCircle, key_, book_);
  ASSERT_OK(open);
  ASSERT_EQ(open->ops.size(), in.size());
  for (std::size_t i = 0; i < in.size(); ++i) {
    const auto header = open->header_of(i);
    EXPECT_EQ(header.author, laptop_.author());
    EXPECT_EQ(header.counter, i + 1);
    EXPECT_EQ(header.item, in[i].item);
    EXPECT_EQ(header.shape, in[i].shape);
    EXPECT_EQ(header.hlc, in[i].hlc);
    EXPECT_EQ(to_bytes(open->body(open->ops[i])), in[i].body);
  }
  EXPECT_EQ(open->chain, batch.open.chain);
  EXPECT_EQ(open->core_bytes, batch.open.core_bytes);
  EXPECT_EQ(open->core.heads, std::vector<EntryId>{kHead});
  EXPECT_EQ(open->header.delivery, Delivery::normal);
}

TEST_F(SealTest, WorksInBothSuites) {
  const auto in = drafts(3, 20);
  for (const std::uint8_t suite : {std::uint8_t{1}, std::uint8_t{2}}) {
    auto how = context(key_);
    how.suite = suite;
    const auto batch = seal(in, how, signer_, rng_);
    ASSERT_OK(batch);
    EXPECT_EQ(batch->sealed[1], suite);
    EXPECT_TRUE(sync::open(batch->sealed, kCircle, key_, book_).has_value());
  }
  auto how = context(key_);
  how.suite = 3;
  EXPECT_FALSE(seal(in, how, signer_, rng_).has_value());
}

// Size gate: 64 values of 256 bytes cost at most 1.15 times their bytes.
TEST_F(SealTest, SixtyFourValuesCostAtMostFifteenPercentMore) {
  const auto batch = sealed(drafts(64, 256));
  EXPECT_LE(batch.sealed.size(), 64u * 256u * 115u / 100u);
  RecordProperty("bytes_per_item", std::to_string(batch.sealed.size() / 64));
}

TEST_F(SealTest, SizesArePaddedAndNotShorterThanTheFloor) {
  EXPECT_EQ(sealed(drafts(1, 1)).sealed.size(), limits::kBatchFloor);
  EXPECT_EQ(sealed(drafts(1, 40)).sealed.size(), limits::kBatchFloor);
  for (std::size_t size = 1; size < 100'000; size += 97) {
    const auto total = padded_total(size);
    EXPECT_GE(total, std::max(size, limits::kBatchFloor));
    EXPECT_LE(total, std::max(size + size / 8, limits::kBatchFloor));
    EXPECT_EQ(padded_total(total), total);
  }
}

TEST_F(SealTest, EveryFlippedByteFails) {
  const auto batch = sealed(drafts(2, 5));
  for (std::size_t at = 0; at < batch.sealed.size(); ++at) {
    for (const std::uint8_t bit : {std::uint8_t{0x01}, std::uint8_t{0x80}}) {
      auto bad = batch.sealed;
      bad[at] ^= bit;
      EXPECT_FALSE(sync::open(bad, kCircle, key_, book_).has_value()) << "byte " << at;
    }
  }
}

TEST_F(SealTest, EveryTruncationAndExtensionFails) {
  const auto batch = sealed(drafts(2, 400));
  for (std::size_t size = 0; size < batch.sealed.size(); ++size) {
    EXPECT_FALSE(unseal(ByteView(batch.sealed).first(size), kCircle, key_).has_value());
  }
  auto longer = batch.sealed;
  longer.push_back(0);
  EXPECT_ERR(unseal(longer, kCircle, key_), Errc::trailing_bytes);
}

TEST_F(SealTest, AnotherKeyCircleOrCategoryFails) {
  const auto batch = sealed(drafts(1, 5));
  const auto other = keys_.add_epoch(kNotes, 2);
  EXPECT_ERR(unseal(batch.sealed, kCircle, other), Errc::bad_value);  // mailbox
  auto wrong_key = other;
  wrong_key.mailbox = key_.mailbox;
  EXPECT_ERR(unseal(batch.sealed, kCircle, wrong_key), Errc::auth_failed);
  EXPECT_ERR(unseal(batch.sealed, filled<CircleId>(9), key_), Errc::bad_value);
}

// Rule 18: the epoch inside is the sealing epoch, unless the frame says carried.
TEST_F(SealTest, WrongEpochInsideIsRefusedUnlessCarried) {
  auto how = context(key_);
  how.key.epoch.number = 9;
  const auto in = drafts(1, 5);
  const auto batch = seal(in, how, signer_, rng_);
  ASSERT_OK(batch);
  EXPECT_ERR(unseal(batch->sealed, kCircle, key_), Errc::bad_value);
  EXPECT_TRUE(unseal(batch->sealed, kCircle, key_, true).has_value());
}

TEST_F(SealTest, AnotherAuthorsCertificateFails) {
  Device thief(2);
  auto thief_signer = thief.signer();
  ASSERT_OK(book_.add(thief_signer.certificate()));
  auto batch = sealed(drafts(1, 5));
  // The thief's signature under the laptop's name, and the laptop's content under the thief's.
  auto stolen = batch.open;
  stolen.signature = thief_signer.sign(stolen.core_bytes);
  EXPECT_ERR(verify(stolen, book_), Errc::bad_signature);
  stolen = batch.open;
  stolen.core.certificate = thief_signer.certificate().id;
  EXPECT_ERR(verify(stolen, book_), Errc::bad_signature);
  stolen = batch.open;
  stolen.core.certificate = filled<CertificateId>(3);
  EXPECT_ERR(verify(stolen, book_), Errc::no_key);
}

TEST_F(SealTest, TheSaltIsNeverTheSameTwice) {
  const auto in = drafts(1, 5);
  const auto first = sealed(in);
  const auto second = sealed(in);
  EXPECT_NE(first.open.header.salt, second.open.header.salt);
  // A machine restored with the state of its random generator, writing something else (test T5).
  SeededRng same_a(5);
  SeededRng same_b(5);
  const auto other = drafts(1, 6);
  const auto a = seal(in, context(key_), signer_, same_a);
  const auto b = seal(other, context(key_), signer_, same_b);
  ASSERT_OK(a);
  ASSERT_OK(b);
  EXPECT_NE(a->open.header.salt, b->open.header.salt);
}

TEST_F(SealTest, RefusesWhatNoBatchMayHold) {
  EXPECT_ERR(seal({}, context(key_), signer_, rng_), Errc::limit);
  EXPECT_ERR(seal(drafts(257, 1), context(key_), signer_, rng_), Errc::limit);
  EXPECT_TRUE(seal(drafts(256, 1), context(key_), signer_, rng_).has_value());
  std::vector<Draft> in{draft(1, "a", "x", 1), draft(2, "a", "x", 0)};
  EXPECT_ERR(seal(in, context(key_), signer_, rng_), Errc::bad_value);  // clocks go back
  in = {draft(1, "", "x")};
  EXPECT_ERR(seal(in, context(key_), signer_, rng_), Errc::bad_name);
  in = {draft(1, std::string(33, 'a'), "x")};
  EXPECT_ERR(seal(in, context(key_), signer_, rng_), Errc::bad_name);
  in = {draft(1, "a", std::string(limits::kValueBytes + 1, 'x'))};
  EXPECT_ERR(seal(in, context(key_), signer_, rng_), Errc::too_long);
  auto how = context(key_);
  how.heads = {};
  in = {draft(1, "a", "x")};
  EXPECT_ERR(seal(in, how, signer_, rng_), Errc::bad_value);
}

TEST_F(SealTest, OneOpIsProvableAlone) {
  const auto batch = sealed(drafts(5, 30));
  const auto proof = prove(batch.open, 3, signer_.certificate());
  const auto bytes = wire::encode(proof);
  const auto decoded = wire::decode<OpProof>(bytes);
  ASSERT_OK(decoded);
  const auto proven = verify_op(*decoded, kCircle, laptop_.sign.public_key());
  ASSERT_OK(proven);
  EXPECT_EQ(proven->header.counter, 4u);
  EXPECT_EQ(proven->header.item, item_id(3));
  EXPECT_EQ(proven->body, Bytes(30, 'd'));
  // No other value is in it.
  const std::string text(as_text(bytes));
  EXPECT_EQ(text.find(std::string(30, 'c')), std::string::npos);

  auto bad = *decoded;
  bad.body[0] ^= 1;
  EXPECT_ERR(verify_op(bad, kCircle, laptop_.sign.public_key()), Errc::bad_hash);
  bad = *decoded;
  bad.index = 2;
  EXPECT_ERR(verify_op(bad, kCircle, laptop_.sign.public_key()), Errc::bad_hash);
  bad = *decoded;
  bad.leaves.pop_back();
  EXPECT_ERR(verify_op(bad, kCircle, laptop_.sign.public_key()), Errc::bad_signature);
  Device thief(2);
  EXPECT_FALSE(verify_op(*decoded, kCircle, thief.sign.public_key()).has_value());
}

TEST_F(SealTest, CarriesTheCertificateWhenAsked) {
  auto how = context(key_);
  how.carry_certificate = true;
  const auto in = drafts(1, 5);
  const auto batch = seal(in, how, signer_, rng_);
  ASSERT_OK(batch);
  const auto open = unseal(batch->sealed, kCircle, key_);
  ASSERT_OK(open);
  EXPECT_EQ(open->certificate, signer_.certificate().encoded);
}

// Two encodings of one content do not exist: the hash of a batch covers its core and leaves only,
// so whoever holds the epoch key can seal it again, but not under another hash.
TEST_F(SealTest, TheChainHashDoesNotDependOnTheSealing) {
  const auto in = drafts(4, 9);
  const auto first = sealed(in);
  const auto second = sealed(in);
  EXPECT_NE(first.sealed, second.sealed);
  EXPECT_EQ(first.open.chain, second.open.chain);
}

}  // namespace
}  // namespace troth::sync
