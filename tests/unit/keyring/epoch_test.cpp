#include "keyring/epoch.hpp"

#include <gtest/gtest.h>

#include <set>

#include "keyring/link.hpp"
#include "tests/unit/keyring/test_rng.hpp"

namespace troth::keyring {
namespace {

struct Fixture : ::testing::Test {
  TestRng rng{1};
  CircleId circle = random_id<CircleId>(rng);
  CategoryId category = random_id<CategoryId>(rng);
  crypto::Suite suite = crypto::usable_suite(1).value();
  EpochSecret make(std::uint64_t number, bool history) {
    return EpochSecret::generate(circle, category, number, history, rng);
  }
};
using Epoch = Fixture;
using Link = Fixture;

TEST_F(Epoch, CommitmentBindsTheHistoryKeyToo) {
  const auto whole = make(1, true);
  ASSERT_TRUE(whole.has_history());
  const EpochSecret again(circle, category, 1, whole.carry(true));
  EXPECT_EQ(again.commitment(), whole.commitment());
  auto other = whole.carry(true);
  other.key.expose_mutable()[0] ^= 1;
  EXPECT_NE(EpochSecret(circle, category, 1, other).commitment(), whole.commitment());
}

TEST_F(Epoch, FromNowFormHasTheSameKeyAndNoWayBack) {
  const auto whole = make(1, true);
  const EpochSecret half(circle, category, 1, whole.carry(false));
  EXPECT_EQ(half.id(), whole.id());
  EXPECT_FALSE(half.has_history());
  EXPECT_FALSE(half.carry(true).history);
  EXPECT_TRUE(ct_equal(half.noise_psk().expose(), whole.noise_psk().expose()));
  EXPECT_FALSE(ct_equal(half.carry(true).key.expose(), whole.carry(true).key.expose()));
}

TEST_F(Epoch, EveryPurposeAndPlaceHasItsOwnKey) {
  const auto e = make(1, false);
  const EpochSecret elsewhere(random_id<CircleId>(rng), category, 1, e.carry(false));
  const EpochSecret other_category(circle, random_id<CategoryId>(rng), 1, e.carry(false));
  std::set<Bytes> seen;
  for (const auto* secret : {&e, &elsewhere, &other_category}) {
    seen.insert(to_bytes(secret->commitment().view()));
    seen.insert(to_bytes(secret->noise_psk().expose()));
    seen.insert(to_bytes(secret->discovery_key().expose()));
    seen.insert(to_bytes(secret->mailbox().view()));
    seen.insert(to_bytes(secret->rank(DeviceId{}).view()));
  }
  EXPECT_EQ(seen.size(), 15u);
}

TEST_F(Link, OpensUnderTheHistoryKeyOnly) {
  const auto old_epoch = make(1, true);
  const auto new_epoch = make(2, true);
  const auto sealed = seal_link(suite, old_epoch, new_epoch);
  const auto opened = open_link(circle, new_epoch, old_epoch.id(), old_epoch.commitment(), sealed);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->id(), old_epoch.id());
  EXPECT_TRUE(opened->has_history());

  const EpochSecret from_now(circle, category, 2, new_epoch.carry(false));
  EXPECT_EQ(
      open_link(circle, from_now, old_epoch.id(), old_epoch.commitment(), sealed).error().code,
      Errc::no_key);
  const auto stranger = make(2, true);
  EXPECT_EQ(
      open_link(circle, stranger, old_epoch.id(), old_epoch.commitment(), sealed).error().code,
      Errc::auth_failed);
}

TEST_F(Link, AnotherKeyThanTheLogsIsAnAlarm) {
  const auto honest = make(1, true);
  const EpochSecret forged(circle, category, 1, make(1, true).carry(true));
  const auto to = make(2, true);
  const auto wrong_id = seal_link(suite, forged, to);
  EXPECT_EQ(open_link(circle, to, honest.id(), honest.commitment(), wrong_id).error().code,
            Errc::auth_failed);
  EXPECT_EQ(open_link(circle, to, forged.id(), honest.commitment(), wrong_id).error().code,
            Errc::commitment_mismatch);
}

TEST_F(Link, AnyChangedByteAndUnknownSuitesAreRefused) {
  const auto from = make(1, true);
  const auto to = make(2, true);
  const auto sealed = seal_link(suite, from, to);
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    auto bad = sealed;
    bad[i] ^= 0x40;
    EXPECT_FALSE(open_link(circle, to, from.id(), from.commitment(), bad)) << i;
    EXPECT_FALSE(open_link(circle, to, from.id(), from.commitment(), ByteView(sealed).first(i)));
  }
}

TEST_F(Link, SuiteTwoWorksToo) {
  const auto from = make(1, false);
  const auto to = make(2, true);
  const auto sealed = seal_link(crypto::usable_suite(2).value(), from, to);
  EXPECT_EQ(sealed[0], 2);
  const auto opened = open_link(circle, to, from.id(), from.commitment(), sealed);
  ASSERT_TRUE(opened);
  EXPECT_FALSE(opened->has_history());
}

}  // namespace
}  // namespace troth::keyring
