// Rule 23 from the command to the folded log: a stolen device has added one more and given more
// away; its removal takes back everything since it was lost.
#include "unit/device/folder_pair.hpp"

namespace troth::device {
namespace {

using namespace testing;

class Stolen : public ::testing::Test {
 protected:
  // Device 1 will be stolen. It shares a category of its own with device 2 for receiving, before.
  void SetUp() override {
    CreateCategory create;
    create.name = "letters";
    create.purpose = "to test";
    (void)circle.world.submit(circle.at(1), create);
    circle.run(2000);
    for (const auto& [id, info] : view(0).categories()) {
      if (id != circle.category) letters = id;
    }
    give(Direction::receive);
    ASSERT_TRUE(view(0).granted(circle.at(2).id, letters, Direction::receive));
    circle.run(60'000);
    lost_at = circle.at(0).at(circle.world.now()).wall.ms;
    circle.run(60'000);
  }
  void give(Direction direction) {
    GrantConsent grant;
    grant.device = circle.at(2).id;
    grant.terms.category = letters;
    grant.terms.direction = direction;
    (void)circle.world.submit(circle.at(1), grant);
    circle.run(5000);
    ASSERT_FALSE(circle.offers.empty());
    (void)circle.world.submit(circle.at(2), AcceptOffer{circle.offers.back().second, {}});
    circle.run(5000);
  }
  // What the thief does: device 3 comes in, and device 2 may write where it could only read.
  void steal() {
    circle.add_by(1);
    give(Direction::both);
    circle.run(10'000);
    ASSERT_TRUE(view(0).live(circle.at(3).id));
    ASSERT_TRUE(view(0).granted(circle.at(2).id, letters, Direction::both));
  }
  void remove(std::optional<std::uint64_t> since) {
    (void)circle.world.submit(circle.at(0), RemoveDevice{circle.at(1).id, true, since});
    circle.run(30'000);
  }
  const circle::CircleView& view(std::size_t i) { return circle.at(i).core().view(); }

  Circle circle{3};
  CategoryId letters;
  std::uint64_t lost_at = 0;
};

TEST_F(Stolen, TakesBackTheDeviceAndTheWiderConsentEverywhere) {
  steal();
  remove(lost_at);
  for (const std::size_t i : {0u, 2u}) {
    EXPECT_FALSE(view(i).live(circle.at(1).id));
    EXPECT_FALSE(view(i).live(circle.at(3).id));
    EXPECT_FALSE(view(i).granted(circle.at(2).id, letters, Direction::send));
    EXPECT_TRUE(view(i).granted(circle.at(2).id, letters, Direction::receive)) << "from before";
    EXPECT_TRUE(view(i).live(circle.at(2).id));
  }
}

TEST_F(Stolen, TheDeviceThatWasTakenBackGetsNoMoreKeys) {
  steal();
  remove(lost_at);
  circle.run(limits::kUnforcedRotationMs);
  const auto papers = circle.category;
  std::uint64_t newest = 0;
  for (const auto& [id, epoch] : view(0).epochs(papers)) newest = std::max(newest, id.number);
  (void)circle.world.submit(circle.at(0), RotateKeys{papers});
  circle.run(10'000);
  bool rotated = false;
  for (const auto& [id, epoch] : view(0).epochs(papers)) {
    if (id.number <= newest) continue;
    rotated = true;
    EXPECT_FALSE(epoch.recipients.contains(circle.at(3).id));
    EXPECT_FALSE(epoch.recipients.contains(circle.at(1).id));
    EXPECT_TRUE(epoch.recipients.contains(circle.at(2).id));
  }
  EXPECT_TRUE(rotated);
}

TEST_F(Stolen, AClockThatWasSetBackDoesNotHelpIt) {
  circle.at(1).skew_ms = -3'600'000;
  steal();
  remove(lost_at);
  for (const std::size_t i : {0u, 2u}) {
    EXPECT_FALSE(view(i).live(circle.at(3).id));
    EXPECT_FALSE(view(i).granted(circle.at(2).id, letters, Direction::send));
    EXPECT_TRUE(view(i).granted(circle.at(2).id, letters, Direction::receive)) << "from before";
    EXPECT_TRUE(view(i).live(circle.at(2).id));
  }
}

TEST_F(Stolen, WhoOwesItsPlaceToTheStolenOneStays) {
  circle.add_by(1);
  circle.run(60'000);
  lost_at = circle.at(0).at(circle.world.now()).wall.ms;
  circle.run(60'000);
  (void)circle.world.submit(circle.at(3), RemoveDevice{circle.at(1).id, true, lost_at});
  circle.run(30'000);
  for (const std::size_t i : {0u, 2u, 3u}) {
    EXPECT_FALSE(view(i).live(circle.at(1).id));
    EXPECT_TRUE(view(i).live(circle.at(3).id));
  }
}

TEST_F(Stolen, WithoutItWhatWasSeenStays) {
  steal();
  remove({});
  EXPECT_FALSE(view(2).live(circle.at(1).id));
  EXPECT_TRUE(view(2).live(circle.at(3).id));
  EXPECT_TRUE(view(2).granted(circle.at(2).id, letters, Direction::both));
}

TEST_F(Stolen, WhatWasSignedBeforeItWasLostStays) {
  steal();
  const auto now = circle.at(0).at(circle.world.now()).wall.ms;
  remove(now + 1000);
  EXPECT_TRUE(view(2).live(circle.at(3).id));
  EXPECT_TRUE(view(2).granted(circle.at(2).id, letters, Direction::both));
}

// What nobody here understands stops all data, and a category that is retired takes no more: both
// can be taken back, also when the device is out already.
TEST_F(Stolen, WhatStopsTheOthersIsTakenBackByRemovingItOnceMore) {
  auto& thief = circle.at(1);
  auto& core = thief.core();
  core.enter(thief.at(circle.world.now()));
  const auto sign = [&](circle::Kind kind, const Bytes& payload) {
    auto body = wire::decode<circle::EntryBody>(
                    core.log_->make_body(circle::Ack{}, core.self_, core.now_.wall).value())
                    .value();
    body.kind = kind;
    body.critical = true;
    body.payload = payload;
    circle::Entry entry{wire::encode(body), {}};
    const KeyRequest request{KeyOp::approve, circle::signing_input(entry.body), "unknown"};
    const auto signature = thief.keys.perform(request, thief.rng).value();
    std::copy(signature.expose().begin(), signature.expose().end(), entry.signature.begin());
    const auto result = core.log_->offer({&entry, 1});
    ASSERT_EQ(result.admitted.size(), 1u);
    core.keep(result);
  };
  sign(static_cast<circle::Kind>(200), text("?"));
  const circle::Payload retire(circle::CategoryRetire{circle.category});
  sign(circle::Kind::category_retire, circle::encode_payload(retire));
  circle.world.settle(thief);
  circle.run(10'000);
  ASSERT_TRUE(view(0).data_stopped());
  ASSERT_TRUE(view(0).category(circle.category)->retired);
  remove({});
  ASSERT_TRUE(view(0).data_stopped()) << "a removal alone takes nothing back";
  remove(lost_at);
  for (const std::size_t i : {0u, 2u}) {
    EXPECT_FALSE(view(i).data_stopped());
    EXPECT_FALSE(view(i).category(circle.category)->retired);
  }
  circle.failures.clear();
  remove(lost_at + limits::kDay);
  ASSERT_EQ(circle.failures.size(), 1u) << "nothing is left to take back";
}

}  // namespace
}  // namespace troth::device
