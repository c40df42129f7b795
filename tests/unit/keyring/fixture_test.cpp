// A box and a link as version 1 writes them (spec 05 §4, §5).
#include "crypto/suites.hpp"
#include "frozen.hpp"
#include "keyring/box.hpp"
#include "keyring/link.hpp"
#include "unit/keyring/test_rng.hpp"

namespace troth::keyring {
namespace {

using troth::test::expect_frozen;
using troth::test::frozen;

struct KeysVersion1 : ::testing::Test {
  TestRng rng{41};
  crypto::P256KeyPair agree = crypto::P256KeyPair::generate(rng);
  Bytes box_secret = Bytes(32, 7);
  CircleId circle = random_id<CircleId>(rng);
  CategoryId category = random_id<CategoryId>(rng);
  EpochSecret older = EpochSecret::generate(circle, category, 1, true, rng);
  EpochSecret newer = EpochSecret::generate(circle, category, 2, true, rng);
  BoxBinding binding{circle,
                     random_id<DeviceId>(rng),
                     random_id<DeviceId>(rng),
                     {{category, 1, older.commitment()}, {category, 2, newer.commitment()}}};
};

TEST_F(KeysVersion1, ABoxOpensAndIsMadeOfTheSameBytes) {
  for (const auto suite : {std::uint8_t{1}, std::uint8_t{2}}) {
    const auto name = "box.suite" + std::to_string(suite);
    BoxPlain plain;
    plain.keys.push_back(older.carry(true));
    plain.keys.push_back(newer.carry(false));
    const auto box = seal_box(crypto::usable_suite(suite).value(), binding,
                              {agree.public_key(), box_secret}, plain, rng);
    ASSERT_TRUE(box);
    expect_frozen(name + ".enc", box->enc.view());
    expect_frozen(name, box->ciphertext);
    const auto enc = crypto::P256Public::parse(frozen(name + ".enc"));
    ASSERT_TRUE(enc);
    const auto opened =
        open_box(agree.agree(*enc), binding, {agree.public_key(), box_secret}, *enc, frozen(name));
    ASSERT_TRUE(opened);
    ASSERT_EQ(opened->size(), 2u);
    EXPECT_EQ((*opened)[0].commitment(), older.commitment());
    EXPECT_TRUE((*opened)[0].has_history());
    EXPECT_FALSE((*opened)[1].has_history());
  }
}

TEST_F(KeysVersion1, ALinkOpensAndIsMadeOfTheSameBytes) {
  const auto sealed = seal_link(crypto::usable_suite(1).value(), older, newer);
  expect_frozen("link", sealed);
  expect_frozen("link.commitment", older.commitment().view());
  const auto opened = open_link(circle, newer, older.id(), older.commitment(), frozen("link"));
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->commitment(), older.commitment());
}

}  // namespace
}  // namespace troth::keyring
