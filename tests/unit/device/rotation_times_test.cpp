// Keys are replaced when they are old, by one device, and never twice in a row (spec 05 §7.3).
#include <algorithm>

#include "unit/device/folder_pair.hpp"

namespace troth::device {
namespace {

using namespace testing;

std::size_t epochs(SimDevice& device, const CategoryId& category) {
  return device.core().view().epochs(category).size();
}

void later(Circle& circle, std::uint64_t ms) {
  for (auto& device : circle.world.devices()) device->skew_ms += static_cast<std::int64_t>(ms);
}

TEST(RotationTimes, AnOldKeyIsReplacedOnceInTheCircle) {
  Circle circle(3);
  circle.run(10'000);
  const auto before = epochs(circle.at(0), circle.category);
  const auto control = epochs(circle.at(0), circle::kControl);
  later(circle, limits::kScheduledRotationMs - limits::kHour);
  circle.run(30 * limits::kMinute);
  EXPECT_EQ(epochs(circle.at(0), circle.category), before) << "not yet";
  later(circle, 2 * limits::kHour);
  circle.run(2 * limits::kHour);
  for (std::size_t i : {0, 1, 2}) {
    EXPECT_EQ(epochs(circle.at(i), circle.category), before + 1) << i;
    EXPECT_EQ(epochs(circle.at(i), circle::kControl), control + 1) << i;
  }
  later(circle, 2 * limits::kDay);  // the others' turns, had the first one not come
  circle.run(2 * limits::kHour);
  EXPECT_EQ(epochs(circle.at(0), circle.category), before + 1);
}

TEST(RotationTimes, WhoMetNobodyMakesNoNewKey) {
  Circle circle(3);
  circle.run(10'000);
  auto& away = circle.at(2);
  const auto before = epochs(away, circle.category);
  for (std::size_t i : {0, 1}) circle.world.set_partition(circle.at(i), away, true);
  circle.run(200'000);
  circle.world.crash(away, sim::Loss::process, 100);
  later(circle, limits::kScheduledRotationMs + 2 * limits::kDay);
  circle.run(2 * limits::kHour);
  EXPECT_EQ(epochs(away, circle.category), before);
  EXPECT_EQ(epochs(circle.at(0), circle.category), before + 1);
  circle.apart(false);
  circle.run(3 * limits::kHour);
  EXPECT_EQ(epochs(away, circle.category), before + 1);
}

TEST(RotationTimes, AskedForAgainAtOnceItIsRefused) {
  Circle circle(2);
  circle.run(limits::kUnforcedRotationMs);
  const auto before = epochs(circle.at(0), circle.category);
  circle.failures.clear();
  for (int i = 0; i < 5; ++i) (void)circle.world.submit(circle.at(0), RotateKeys{circle.category});
  circle.run(10'000);
  EXPECT_EQ(epochs(circle.at(0), circle.category), before + 1);
  ASSERT_EQ(circle.failures.size(), 4u);
  EXPECT_EQ(circle.failures[0].code, Errc::again);
  EXPECT_STREQ(circle.failures[0].reason, "rotated_lately");
  // Another device is no way around it; ten minutes are enough.
  (void)circle.world.submit(circle.at(1), RotateKeys{circle.category});
  circle.run(10'000);
  EXPECT_EQ(circle.failures.size(), 5u);
  circle.run(limits::kUnforcedRotationMs);
  (void)circle.world.submit(circle.at(1), RotateKeys{circle.category});
  circle.run(10'000);
  EXPECT_EQ(circle.failures.size(), 5u);
  EXPECT_EQ(epochs(circle.at(0), circle.category), before + 2);
}

TEST(RotationTimes, WhatIsForcedIsNotKeptWaiting) {
  Circle circle(3);
  circle.run(limits::kUnforcedRotationMs);
  (void)circle.world.submit(circle.at(0), RotateKeys{});
  circle.run(10'000);
  const auto before = epochs(circle.at(0), circle::kControl);
  (void)circle.world.submit(circle.at(0), RemoveDevice{circle.at(2).id, false, {}});
  circle.run(10'000);
  EXPECT_EQ(epochs(circle.at(0), circle::kControl), before + 1);
  PutItem put;
  put.category = circle.category;
  put.item.bytes[0] = 1;
  put.fields.push_back({"title", text("after")});
  (void)circle.world.submit(circle.at(1), put);
  circle.run(10'000);
  EXPECT_TRUE(circle.at(0).engine->query(ItemQuery{circle.category, put.item},
                                         circle.at(0).at(circle.world.now())));
}

// Who is ahead takes a consent for over; who is not gives the key again, which is no reason for
// another key at once.
TEST(RotationTimes, ClocksThatDisagreeAboutAnEndMakeNewKeysSeldom) {
  Circle circle(6);
  auto& subject = circle.at(5);
  (void)circle.world.submit(circle.at(0), WithdrawConsent{circle.category, subject.id});
  circle.run(10'000);
  const auto ahead = 4 * limits::kHour;
  for (std::size_t i : {0, 1, 3, 4}) circle.at(i).skew_ms += static_cast<std::int64_t>(ahead);
  const auto give_for = ahead + limits::kUnforcedRotationMs;
  GrantConsent grant{subject.id, {circle.category, Direction::both, 0, History::all}};
  grant.terms.until_ms = circle.at(2).at(circle.world.now()).wall.ms + give_for;
  circle.offers.clear();
  (void)circle.world.submit(circle.at(2), grant);
  circle.run(5000);
  ASSERT_FALSE(circle.offers.empty());
  (void)circle.world.submit(subject, AcceptOffer{circle.offers.back().second, {}});
  circle.run(limits::kUnforcedRotationMs - 10'000);
  const auto before = epochs(circle.at(0), circle.category);
  circle.run(limits::kUnforcedRotationMs / 2);
  EXPECT_EQ(epochs(circle.at(0), circle.category), before + 1);
  circle.run(limits::kUnforcedRotationMs * 2);
  EXPECT_LE(epochs(circle.at(0), circle.category), before + 3);
}

TEST(RotationTimes, WaitingForItWakesNobodyOften) {
  Circle circle(2);
  circle.run(120'000);
  for (std::size_t i : {0, 1}) {
    const auto next = EngineInspector::look(*circle.at(i).engine).duties.deadline();
    EXPECT_TRUE(!next || next->ms > circle.world.now().ms + 30 * limits::kMinute) << i;
  }
}

// The same while who is ahead writes all the time: each of its edits would need another key.
TEST(RotationTimes, EditsOfADeviceWhoseClockIsAheadMakeNewKeysSeldom) {
  Circle circle(3);
  auto& subject = circle.at(2);
  (void)circle.world.submit(circle.at(0), WithdrawConsent{circle.category, subject.id});
  circle.run(10'000);
  const auto ahead = 4 * limits::kHour;
  circle.at(0).skew_ms += static_cast<std::int64_t>(ahead);
  GrantConsent grant{subject.id, {circle.category, Direction::both, 0, History::all}};
  grant.terms.until_ms =
      circle.at(1).at(circle.world.now()).wall.ms + ahead + limits::kUnforcedRotationMs;
  circle.offers.clear();
  (void)circle.world.submit(circle.at(1), grant);
  circle.run(5000);
  ASSERT_FALSE(circle.offers.empty());
  (void)circle.world.submit(subject, AcceptOffer{circle.offers.back().second, {}});
  circle.run(limits::kUnforcedRotationMs + limits::kMinute);
  const auto before = epochs(circle.at(0), circle.category);
  for (std::uint8_t i = 0; i < 16; ++i) {
    PutItem put{circle.category, {}, {}};
    put.item.bytes[0] = i;
    put.fields.push_back({"title", text("mine")});
    (void)circle.world.submit(circle.at(0), put);
    circle.run(30'000);
  }
  EXPECT_LE(epochs(circle.at(0), circle.category), before + 2);
}

}  // namespace
}  // namespace troth::device
