// The day after suite 1 was given up (spec 02 §2): this program's registry says `deprecated` of it,
// and nothing else is another. What version 1 sealed opens; nothing new is sealed under it.
#include "crypto/suites.hpp"

#include "channel/capabilities.hpp"
#include "frozen.hpp"
#include "keyring/box.hpp"
#include "keyring/link.hpp"
#include "keyring/suite.hpp"
#include "unit/keyring/test_rng.hpp"
#include "unit/sync/batch_v1.hpp"
#include "unit/sync/sync_fixture.hpp"

namespace troth {
namespace {

using crypto::SuiteState;

TEST(RetiredSuite, IsKnownAndChosenForNothing) {
  ASSERT_EQ(crypto::suites()[0].state, SuiteState::deprecated);
  ASSERT_EQ(crypto::suites()[1].state, SuiteState::active);
  EXPECT_EQ(crypto::usable_suite(1).error().code, Errc::suite_refused);
  EXPECT_EQ(crypto::negotiate(Bytes{1, 2}, Bytes{1, 2}, 0)->id, 2);
  EXPECT_EQ(crypto::negotiate(Bytes{1}, Bytes{1, 2}, 0).error().code, Errc::no_suite);
  channel::Capabilities can;
  can.suites = {1};
  EXPECT_EQ(channel::make_offer(can, channel::ConnectKind::full, 0, 0).error().code,
            Errc::no_suite);
}

struct RetiredKeys : ::testing::Test {
  // The same draws as of tests/unit/keyring/fixture_test.cpp, where the bytes were made.
  keyring::TestRng rng{41};
  crypto::P256KeyPair agree = crypto::P256KeyPair::generate(rng);
  Bytes box_secret = Bytes(32, 7);
  CircleId circle = random_id<CircleId>(rng);
  CategoryId category = random_id<CategoryId>(rng);
  keyring::EpochSecret older = keyring::EpochSecret::generate(circle, category, 1, true, rng);
  keyring::EpochSecret newer = keyring::EpochSecret::generate(circle, category, 2, true, rng);
  keyring::BoxBinding binding{
      circle,
      random_id<DeviceId>(rng),
      random_id<DeviceId>(rng),
      {{category, 1, older.commitment()}, {category, 2, newer.commitment()}}};
};

TEST_F(RetiredKeys, ABoxAndALinkThatWereMadeUnderItOpen) {
  EXPECT_EQ(keyring::readable_suite(1)->aead, crypto::Aead::aes256gcm);
  const auto enc = crypto::P256Public::parse(test::frozen("box.suite1.enc"));
  ASSERT_TRUE(enc);
  const auto box = test::frozen("box.suite1");
  ASSERT_EQ(box.at(0), 1) << "the suite";
  const auto keys =
      keyring::open_box(agree.agree(*enc), binding, {agree.public_key(), box_secret}, *enc, box);
  ASSERT_TRUE(keys);
  EXPECT_EQ(keys->at(0).commitment(), older.commitment());
  const auto link = test::frozen("link");
  ASSERT_EQ(link.at(0), 1);
  EXPECT_TRUE(keyring::open_link(circle, newer, older.id(), older.commitment(), link));
}

struct RetiredBatches : ::testing::Test {
  RetiredBatches() {
    Bytes salt = to_bytes(crypto::labels::kCategoryPrk);
    append(salt, sync::testing::kCircle.view());
    append(salt, sync::testing::kNotes.view());
    prk.emplace(crypto::Prk::extract(salt, sync::testing::filled<Hash>(0x42).view()));
  }
  sync::EpochKey key() {
    using sync::testing::filled;
    return {{sync::testing::kNotes, 7, filled<sync::EpochCommit>(0x07)},
            filled<sync::MailboxId>(0x0b),
            &*prk};
  }
  std::optional<crypto::Prk> prk;
};

TEST_F(RetiredBatches, ABatchOfItOpensAndNoneIsSealed) {
  using namespace sync::testing;
  const auto bytes = from_hex(sync::kBatchV1);
  ASSERT_TRUE(bytes);
  ASSERT_EQ(sync::parse_header(*bytes)->suite, 1);
  const auto open = sync::unseal(*bytes, kCircle, key());
  ASSERT_TRUE(open);
  const auto certificate = sync::trusted_certificate(open->certificate);
  ASSERT_TRUE(certificate);
  EXPECT_TRUE(sync::verify_under(*open, *certificate));

  const sync::BatchSigner signer(*certificate,
                                 crypto::Ed25519KeyPair::from_seed(filled<Hash>(0x5e).view()));
  auto how = context(key());
  SeededRng rng(1);
  const std::vector drafts{draft(1, "title", "shopping")};
  EXPECT_EQ(sync::seal(drafts, how, signer, rng).error().code, Errc::suite_refused);
  how.suite = 2;
  EXPECT_TRUE(sync::seal(drafts, how, signer, rng));
}

}  // namespace
}  // namespace troth
