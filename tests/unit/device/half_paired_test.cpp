// A pairing that breaks off after the new device agreed: nobody forks, and pairing again ends it.
#include <algorithm>

#include "unit/device/folder_pair.hpp"

namespace troth::device {
namespace {

using namespace testing;

// The new device loses power in the moment in which the sponsor has stored its accept.
std::size_t cut_off_after_accept(Circle& circle) {
  const auto before = circle.at(0).core().view().live_devices().size();
  const auto i = circle.create();
  bool done = false;
  circle.watch = [&](SimDevice& device, const Event&) {
    if (done || &device != &circle.at(0)) return;
    done = circle.at(0).core().view().live_devices().size() > before;
    if (done) circle.world.crash(circle.at(i), sim::Loss::power, 100);
  };
  circle.pair(0, i);
  circle.watch = {};
  EXPECT_TRUE(circle.at(i).up());
  EXPECT_FALSE(circle.at(i).core().in_circle());
  EXPECT_EQ(circle.at(0).core().view().live_devices().size(), before + 1);
  return i;
}

TEST(HalfPaired, PairingAgainWithTheSameDeviceEndsIt) {
  Circle circle(1);
  const auto i = cut_off_after_accept(circle);
  circle.pair(0, i);
  ASSERT_TRUE(circle.at(i).core().in_circle());
  EXPECT_TRUE(circle.at(i).core().alive());
  EXPECT_FALSE(circle.at(i).core().own_->pending);
  const auto& view = circle.at(0).core().view();
  EXPECT_TRUE(view.forks().empty());
  EXPECT_EQ(view.live_devices().size(), 2u);
  EXPECT_TRUE(view.granted(circle.at(i).id, circle.category, Direction::both));
}

// Between P9 and P10 a sponsor loses the accept: what it sends is a log that holds the new device
// and not a word by it.
TEST(HalfPaired, ALogWithoutItsOwnAcceptIsNotTaken) {
  Circle circle(1);
  const auto i = circle.create();
  bool done = false;
  circle.world.on_commit([&](SimDevice& device) {
    if (done || &device != &circle.at(0) || device.core().view().live_devices().size() < 2)
      return false;
    done = true;
    auto& log = *device.core().log_;
    std::vector<circle::Entry> kept;
    for (const auto& id : log.order()) {
      if (log.body(id)->author != circle.at(i).id) kept.push_back(*log.entry(id));
    }
    EXPECT_EQ(kept.size() + 1, log.size());
    log = std::move(*circle::Log::restore(kept));
    return false;
  });
  circle.not_paired.clear();
  circle.pair(0, i);
  ASSERT_TRUE(done);
  EXPECT_FALSE(circle.at(i).core().in_circle());
  EXPECT_TRUE(circle.at(i).core().own_->pending);
  EXPECT_EQ(std::count(circle.not_paired.begin(), circle.not_paired.end(), Errc::auth_failed), 1);
  // The sponsor's disk has it: started anew, it goes on where this broke off.
  circle.world.on_commit({});
  circle.world.crash(circle.at(0), sim::Loss::process, 100);
  circle.run(1000);
  circle.pair(0, i);
  EXPECT_TRUE(circle.at(i).core().in_circle() && circle.at(i).core().alive());
  EXPECT_TRUE(circle.at(0).core().view().forks().empty());
}

TEST(HalfPaired, WhatWasChosenNowIsOfferedAfterwards) {
  Circle circle(1);
  const auto i = cut_off_after_accept(circle);
  (void)circle.world.submit(circle.at(0), CreateCategory{"photos", "to test", ""});
  circle.run(500);
  CategoryId photos;
  for (const auto& [id, info] : circle.at(0).core().view().categories()) {
    if (info.name == "photos") photos = id;
  }
  circle.share_too = photos;
  circle.pair(0, i);
  circle.run(10'000);
  circle.meet();
  circle.run(10'000);
  ASSERT_EQ(circle.offers.size(), 1u);
  (void)circle.world.submit(circle.at(i), AcceptOffer{circle.offers[0].second, {}});
  circle.run(10'000);
  EXPECT_TRUE(circle.at(0).core().view().granted(circle.at(i).id, photos, Direction::both));
  EXPECT_TRUE(
      circle.at(0).core().view().granted(circle.at(i).id, circle.category, Direction::both));
}

TEST(HalfPaired, WhoIsRemovedWhileItsUserAnswersGetsNoLog) {
  Circle circle(1);
  const auto i = cut_off_after_accept(circle);
  const auto id = circle.at(i).id;
  bool removed = false;
  circle.watch = [&](SimDevice&, const Event& event) {
    if (removed || !std::holds_alternative<PairingApplicant>(event)) return;
    removed = true;
    (void)circle.world.submit(circle.at(0), RemoveDevice{id, false, {}});
  };
  circle.not_paired.clear();
  circle.pair(0, i);
  EXPECT_TRUE(removed);
  EXPECT_FALSE(circle.at(0).core().view().live(id));
  EXPECT_FALSE(circle.at(i).core().in_circle());
  EXPECT_EQ(std::count(circle.not_paired.begin(), circle.not_paired.end(), Errc::bad_entry), 1);
}

TEST(HalfPaired, WhoDoesNotKnowOfItIsRefusedUntilItDoes) {
  Circle circle(2);
  circle.apart(true);
  const auto i = cut_off_after_accept(circle);
  circle.not_paired.clear();
  circle.pair(1, i);
  EXPECT_FALSE(circle.at(i).core().in_circle());
  EXPECT_EQ(std::count(circle.not_paired.begin(), circle.not_paired.end(), Errc::half_paired), 1);
  circle.apart(false);
  circle.run(200'000);
  circle.pair(1, i);
  EXPECT_TRUE(circle.at(i).core().in_circle() && circle.at(i).core().alive());
  EXPECT_TRUE(circle.at(0).core().view().forks().empty());
}

}  // namespace
}  // namespace troth::device
