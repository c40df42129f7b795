#include "store/key_store.hpp"

#include <gtest/gtest.h>

#include "tests/unit/keyring/test_rng.hpp"

namespace troth::store {
namespace {

using keyring::EpochSecret;
using keyring::TestRng;

struct KeyStoreTest : ::testing::Test {
  TestRng rng{3};
  std::unique_ptr<Db> db = Db::open({}).value();
  Secret32 key{Bytes(32, 0x42)};
  HomeId home{{1, 2, 3}};
  std::unique_ptr<Vault> vault = Vault::create(*db, key, home).value();
  SealedKeyStore store{*vault};
  CircleId circle = random_id<CircleId>(rng);
  CategoryId notes = random_id<CategoryId>(rng);
  CategoryId photos = random_id<CategoryId>(rng);

  void save(const EpochSecret& secret) {
    ASSERT_TRUE(db->begin(Durability::full));
    ASSERT_TRUE(store.save(secret, rng));
    ASSERT_TRUE(db->commit());
  }
};

TEST_F(KeyStoreTest, WhatIsSavedComesBack) {
  const auto whole = EpochSecret::generate(circle, notes, 1, true, rng);
  const auto plain = EpochSecret::generate(circle, notes, 2, false, rng);
  save(whole);
  save(plain);
  const auto loaded = store.load(circle);
  ASSERT_TRUE(loaded);
  ASSERT_EQ(loaded->size(), 2u);
  EXPECT_EQ((*loaded)[0].ref(), whole.ref());
  EXPECT_TRUE((*loaded)[0].has_history());
  EXPECT_TRUE(ct_equal((*loaded)[0].noise_psk().expose(), whole.noise_psk().expose()));
  EXPECT_FALSE((*loaded)[1].has_history());
}

TEST_F(KeyStoreTest, AHistoryKeyThatComesLaterReplacesTheRow) {
  const auto whole = EpochSecret::generate(circle, notes, 1, true, rng);
  save(EpochSecret(circle, notes, 1, whole.carry(false)));
  save(whole);
  const auto loaded = store.load(circle);
  ASSERT_TRUE(loaded);
  ASSERT_EQ(loaded->size(), 1u);
  EXPECT_TRUE((*loaded)[0].has_history());
}

TEST_F(KeyStoreTest, EraseLeavesNoRowOfTheCategoryAndEveryOther) {
  save(EpochSecret::generate(circle, notes, 1, true, rng));
  save(EpochSecret::generate(circle, notes, 2, true, rng));
  save(EpochSecret::generate(circle, photos, 1, true, rng));
  ASSERT_TRUE(db->begin(Durability::full));
  ASSERT_TRUE(store.erase(notes));
  ASSERT_TRUE(db->commit());
  const auto loaded = store.load(circle);
  ASSERT_TRUE(loaded);
  ASSERT_EQ(loaded->size(), 1u);
  EXPECT_EQ((*loaded)[0].category(), photos);
}

TEST_F(KeyStoreTest, KeysOfAnotherCircleAreDamage) {
  save(EpochSecret::generate(circle, notes, 1, true, rng));
  EXPECT_EQ(store.load(random_id<CircleId>(rng)).error().code, Errc::damaged);
}

}  // namespace
}  // namespace troth::store
