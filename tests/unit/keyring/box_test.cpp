#include "keyring/box.hpp"

#include <gtest/gtest.h>

#include "tests/unit/keyring/test_rng.hpp"

namespace troth::keyring {
namespace {

struct BoxTest : ::testing::Test {
  TestRng rng{2};
  crypto::Suite suite = crypto::usable_suite(1).value();
  crypto::P256KeyPair agree = crypto::P256KeyPair::generate(rng);
  Bytes box_secret = Bytes(32, 7);
  BoxBinding binding{
      random_id<CircleId>(rng), random_id<DeviceId>(rng), random_id<DeviceId>(rng), {}};
  BoxPlain plain;

  void SetUp() override {
    add(true, true);
    add(true, false);
    add(false, false);
  }
  void add(bool history, bool give) {
    const auto category = random_id<CategoryId>(rng);
    const auto e = EpochSecret::generate(binding.circle, category, 3, history, rng);
    binding.epochs.push_back({category, 3, e.commitment()});
    plain.keys.push_back(e.carry(give));
  }
  BoxRecipient recipient() { return {agree.public_key(), box_secret}; }
  SealedBox seal() { return seal_box(suite, binding, recipient(), plain, rng).value(); }
  Result<std::vector<EpochSecret>> open(const SealedBox& box, const BoxBinding& as) {
    const auto request = box_request(box.enc);
    EXPECT_EQ(request.op, KeyOp::agree);
    const auto dh = agree.agree(crypto::P256Public::parse(request.input).value());
    return open_box(dh, as, recipient(), box.enc, box.ciphertext);
  }
};

TEST_F(BoxTest, CarriesAllKeysInOrder) {
  const auto opened = open(seal(), binding);
  ASSERT_TRUE(opened);
  ASSERT_EQ(opened->size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ((*opened)[i].commitment(), binding.epochs[i].commitment);
    EXPECT_EQ((*opened)[i].category(), binding.epochs[i].category);
  }
  EXPECT_TRUE((*opened)[0].has_history());
  EXPECT_FALSE((*opened)[1].has_history());
  EXPECT_FALSE((*opened)[2].has_history());
}

TEST_F(BoxTest, IsBoundToCircleAuthorRecipientAndEveryEpoch) {
  const auto box = seal();
  const auto refused = [&](auto change) {
    auto other = binding;
    change(other);
    const auto result = open(box, other);
    return !result && result.error().code == Errc::auth_failed;
  };
  EXPECT_TRUE(refused([&](auto& b) { b.circle.bytes[0] ^= 1; }));
  EXPECT_TRUE(refused([&](auto& b) { b.author.bytes[0] ^= 1; }));
  EXPECT_TRUE(refused([&](auto& b) { b.recipient.bytes[0] ^= 1; }));
  EXPECT_TRUE(refused([&](auto& b) { b.epochs[1].number += 1; }));
  EXPECT_TRUE(refused([&](auto& b) { b.epochs[1].commitment.bytes[31] ^= 1; }));
  EXPECT_TRUE(refused([&](auto& b) { b.epochs.pop_back(); }));
}

TEST_F(BoxTest, NeedsTheBoxSecretBesidesTheKey) {
  const auto box = seal();
  box_secret[0] ^= 1;
  EXPECT_EQ(open(box, binding).error().code, Errc::auth_failed);
}

// T7: an insider boxes another key under the id of the log.
TEST_F(BoxTest, AWrongKeyIsAnAlarmAndNothingOfTheBoxIsUsed) {
  plain.keys[1].key.expose_mutable()[5] ^= 1;
  EXPECT_EQ(open(seal(), binding).error().code, Errc::commitment_mismatch);
  plain.keys[1] =
      EpochSecret::generate(binding.circle, binding.epochs[1].category, 3, true, rng).carry(true);
  EXPECT_EQ(open(seal(), binding).error().code, Errc::commitment_mismatch);
}

TEST_F(BoxTest, AnyChangedByteIsRefused) {
  const auto box = seal();
  for (std::size_t i = 0; i < box.ciphertext.size(); ++i) {
    auto bad = box;
    bad.ciphertext[i] ^= 1;
    EXPECT_FALSE(open(bad, binding)) << i;
  }
  auto empty = box;
  empty.ciphertext.clear();
  EXPECT_EQ(open(empty, binding).error().code, Errc::truncated);
}

TEST_F(BoxTest, SameKeysAreSealedDifferentlyEachTime) {
  const auto a = seal();
  const auto b = seal();
  EXPECT_NE(a.enc, b.enc);
  EXPECT_NE(a.ciphertext, b.ciphertext);
}

}  // namespace
}  // namespace troth::keyring
