// Whoever is offered something hears of it once, when it arrives.
#include "unit/device/folder_pair.hpp"

namespace troth::device {
namespace {

using namespace testing;

TEST(Offers, TheDeviceThatIsAskedHearsOfItOnceAndCanAccept) {
  Circle circle(2);
  EXPECT_TRUE(circle.offers.empty());
  CreateCategory photos;
  photos.name = "photos";
  photos.purpose = "to test";
  (void)circle.world.submit(circle.at(0), photos);
  circle.run(2000);
  CategoryId category;
  for (const auto& [id, info] : circle.at(0).core().view().categories()) {
    if (id != circle.category) category = id;
  }
  GrantConsent grant;
  grant.device = circle.at(1).id;
  grant.terms.category = category;
  (void)circle.world.submit(circle.at(0), grant);
  circle.run(5000);
  ASSERT_EQ(circle.offers.size(), 1u);
  EXPECT_EQ(circle.offers[0].first, &circle.at(1));
  (void)circle.world.submit(circle.at(1), AcceptOffer{circle.offers[0].second, {}});
  circle.run(5000);
  EXPECT_TRUE(circle.at(0).core().view().granted(circle.at(1).id, category, Direction::both));
  EXPECT_EQ(circle.offers.size(), 1u);
}

GrantState state_at(Circle& circle, std::size_t i, const EntryId& offer) {
  auto& device = circle.at(i);
  const auto all = device.engine->query(ConsentQuery{true}, device.at(circle.world.now()));
  EXPECT_TRUE(all);
  for (const auto& grant : *all) {
    if (grant.entry == offer) return grant.state;
  }
  ADD_FAILURE() << "no such offer";
  return GrantState::void_grant;
}

TEST(Offers, WhoOfferedSeesANoAndItMayBecomeAYes) {
  Circle circle(2);
  GrantConsent grant{circle.at(1).id, {circle.category, Direction::both, 0, History::all}};
  (void)circle.world.submit(circle.at(1), WithdrawConsent{circle.category, circle.at(1).id});
  circle.run(20'000);
  (void)circle.world.submit(circle.at(0), grant);
  circle.run(5000);
  ASSERT_FALSE(circle.offers.empty());
  const auto offer = circle.offers.back().second;
  EXPECT_EQ(state_at(circle, 0, offer), GrantState::offered);
  (void)circle.world.submit(circle.at(1), DeclineOffer{offer});
  circle.run(5000);
  EXPECT_EQ(state_at(circle, 0, offer), GrantState::declined);
  EXPECT_EQ(state_at(circle, 1, offer), GrantState::declined);
  const auto open = circle.at(1).engine->query(OffersQuery{}, circle.at(1).at(circle.world.now()));
  ASSERT_TRUE(open);
  EXPECT_TRUE(open->empty());
  (void)circle.world.submit(circle.at(1), AcceptOffer{offer, {}});
  circle.run(5000);
  EXPECT_EQ(state_at(circle, 0, offer), GrantState::active);
}

struct OfferGone : ::testing::Test {
  Circle circle{2};
  EntryId offer;

  void SetUp() override {
    (void)circle.world.submit(circle.at(1), WithdrawConsent{circle.category, circle.at(1).id});
    circle.run(20'000);
  }
  void give(std::uint64_t until_ms) {
    GrantConsent grant{circle.at(1).id, {circle.category, Direction::both, until_ms, History::all}};
    (void)circle.world.submit(circle.at(0), grant);
    circle.run(5000);
    ASSERT_FALSE(circle.offers.empty());
    offer = circle.offers.back().second;
    ASSERT_EQ(listed(), 1u);
  }
  std::size_t listed() {
    return circle.at(1).engine->query(OffersQuery{}, circle.at(1).at(circle.world.now()))->size();
  }
  Errc taken() {
    circle.failures.clear();
    const auto asked = circle.world.submit(circle.at(1), AcceptOffer{offer, {}});
    if (!asked) return asked.error().code;
    circle.run(5000);
    return circle.failures.size() == 1 ? circle.failures[0].code : Errc::internal;
  }
};

TEST_F(OfferGone, WhatWasTakenBackCanNotBeTaken) {
  for (const bool declined : {false, true}) {
    give(0);
    if (declined) (void)circle.world.submit(circle.at(1), DeclineOffer{offer});
    circle.run(2000);
    (void)circle.world.submit(circle.at(0), WithdrawConsent{circle.category, circle.at(1).id});
    circle.run(5000);
    EXPECT_EQ(listed(), 0u);
    for (std::size_t i = 0; i < 2; ++i)
      EXPECT_EQ(state_at(circle, i, offer), GrantState::withdrawn);
    EXPECT_EQ(taken(), Errc::not_found);
  }
}

TEST_F(OfferGone, NorWhatIsOver) {
  give(circle.at(0).at(circle.world.now()).wall.ms + limits::kMinute);
  circle.run(2 * limits::kMinute);
  EXPECT_EQ(listed(), 0u);
  EXPECT_EQ(taken(), Errc::grant_expired);
}

class LastCopy : public ::testing::Test {
 protected:
  void withdraw(std::size_t by, std::size_t whom) {
    (void)circle.world.submit(circle.at(by), WithdrawConsent{circle.category, circle.at(whom).id});
  }
  void put(const std::string& item) {
    PutItem put{circle.category, files::item_of(circle.category, item), {{"text", text(item)}}};
    (void)circle.world.submit(circle.at(0), put);
  }
  std::uint64_t items(std::size_t i) {
    return circle.at(i).core().replica_->totals(circle.category).items;
  }
  Circle circle{2};
};

TEST_F(LastCopy, IsNotWithdrawn) {
  put("a");
  circle.run(5000);
  withdraw(1, 1);
  circle.run(20'000);
  ASSERT_EQ(items(1), 0u);
  for (const std::size_t by : {0u, 1u}) {
    circle.failures.clear();
    withdraw(by, 0);
    circle.run(5000);
    ASSERT_EQ(circle.failures.size(), 1u);
    EXPECT_EQ(circle.failures[0].code, Errc::last_holder);
  }
  EXPECT_EQ(items(0), 1u);
}

TEST_F(LastCopy, StaysWhereTwoWithdrawalsMeet) {
  put("a");
  circle.run(5000);
  circle.apart(true);
  withdraw(0, 1);
  withdraw(1, 0);
  circle.run(5000);
  circle.apart(false);
  circle.run(60'000);
  EXPECT_EQ(items(0), 1u);
  EXPECT_FALSE(
      circle.at(0).core().permits(consent::Action::show, circle.category, circle.at(0).id));
  GrantConsent grant{circle.at(0).id, {circle.category, Direction::both, 0, History::all}};
  (void)circle.world.submit(circle.at(0), grant);
  circle.run(5000);
  ASSERT_FALSE(circle.offers.empty());
  (void)circle.world.submit(circle.at(0), AcceptOffer{circle.offers.back().second, {}});
  circle.run(20'000);
  put("b");
  circle.run(20'000);
  EXPECT_EQ(items(0), 2u);
}

// What ended by its time only pauses; a later withdrawal erases all the same.
TEST_F(LastCopy, AWithdrawalErasesAlsoWhereAnEarlierConsentRanOut) {
  put("a");
  circle.run(5000);
  withdraw(1, 1);
  circle.run(20'000);
  const auto share = [&](std::uint64_t for_ms) {
    const auto now = circle.at(0).at(circle.world.now()).wall.ms;
    GrantConsent grant{circle.at(1).id, {circle.category, Direction::both, 0, History::all}};
    grant.terms.until_ms = for_ms > 0 ? now + for_ms : 0;
    (void)circle.world.submit(circle.at(0), grant);
    circle.run(5000);
    (void)circle.world.submit(circle.at(1), AcceptOffer{circle.offers.back().second, {}});
    circle.run(20'000);
  };
  const auto expired = [&] {
    return state_at(circle, 1, circle.offers[0].second) == GrantState::expired;
  };
  share(60'000);
  ASSERT_EQ(items(1), 1u);
  for (int i = 0; i < 60 && !expired(); ++i) circle.run(60'000);
  ASSERT_TRUE(expired());
  ASSERT_EQ(items(1), 1u) << "it only pauses";
  share(0);
  ASSERT_EQ(items(1), 1u);
  withdraw(0, 1);
  circle.run(30'000);
  EXPECT_EQ(items(1), 0u);
  const auto held = circle.at(1).core().keyring_->categories();
  EXPECT_EQ(std::count(held.begin(), held.end(), circle.category), 0);
}

}  // namespace
}  // namespace troth::device
