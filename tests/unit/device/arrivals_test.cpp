// Who counts as being there: a device that proved it now, and nobody else (spec 03 §3.2, 09 §1).
#include "unit/device/raw_peer.hpp"

namespace troth::device {
namespace {

using namespace testing;

StatusQuery::Answer status(Circle& circle, std::size_t i) {
  return *circle.at(i).engine->query(StatusQuery{}, circle.at(i).at(circle.world.now()));
}

// Two devices that are apart, and what the first of them closes from now on, in order.
struct Alone {
  Alone() {
    circle.apart(true);
    circle.run(10'000);
    circle.world.on_effect([this](SimDevice& device, const Effect& effect) {
      const auto* close = std::get_if<CloseConnection>(&effect);
      if (&device == &victim && close != nullptr) closed.push_back(close->connection);
    });
  }
  [[nodiscard]] bool has_closed(ConnId id) const {
    return std::find(closed.begin(), closed.end(), id) != closed.end();
  }

  Circle circle{2};
  SimDevice& victim = circle.at(0);
  std::vector<ConnId> closed;
};

// A recorded first message of a device says no more than this: nothing comes behind it.
TEST(Arrivals, AFirstMessageWithNothingBehindItChangesNothing) {
  Circle circle(2);
  circle.run(10'000);
  auto& victim = circle.at(0);
  const auto before = status(circle, 0).peers.at(0);
  ASSERT_TRUE(before.connected);
  circle.run(60'000);
  for (std::size_t i = 0; i < limits::kCameTwice; ++i) {
    auto replay = RawPeer::full(circle, circle.at(1), victim);
    ASSERT_TRUE(replay.open());
    EXPECT_EQ(status(circle, 0).peers.at(0).last_seen_ms, before.last_seen_ms);
    replay.hang_up();
  }
  const auto after = status(circle, 0).peers.at(0);
  EXPECT_TRUE(after.connected);
  EXPECT_EQ(after.last_seen_ms, before.last_seen_ms);
  EXPECT_EQ(alerts(victim, "connected_twice"), 0u);
  // The session that stood goes on, and is no other one.
  PutItem put{circle.category, {}, {{"text", text("still here")}}};
  (void)circle.world.submit(victim, put);
  circle.run(200);
  EXPECT_TRUE(circle.at(1).engine->query(ItemQuery{circle.category, put.item},
                                         circle.at(1).at(circle.world.now())));
}

// With a circle's id and a device's key anybody may come, and hand in a log. That keeps no place.
TEST(Arrivals, StrangersThatOpenedAChannelMakeRoom) {
  Circle circle(2);
  auto& victim = circle.at(0);
  circle.apart(true);
  circle.run(10'000);
  std::vector<RawPeer> strangers;
  for (std::size_t i = 0; i < limits::kConnections; ++i) {
    strangers.push_back(RawPeer::unknown(circle, circle.at(1), victim, 1000 + i));
    ASSERT_TRUE(strangers.back().open()) << i;
  }
  circle.apart(false);
  circle.meet();
  circle.run(5000);
  EXPECT_TRUE(status(circle, 0).peers.at(0).connected);
}

// A live device is there from its first record on, one round trip after its session began. Until
// then it waits its turn, and those that came before it and say nothing go first.
TEST(Arrivals, ALiveDeviceIsNotTheFirstToMakeRoom) {
  Alone alone;
  auto& circle = alone.circle;
  auto& victim = alone.victim;
  const auto silent = [&] {
    const auto id =
        victim.engine->connected({false, 0, "somewhere"}, victim.at(circle.world.now()));
    circle.world.settle(victim);
    return id;
  };
  const auto first = silent();
  auto live = RawPeer::full(circle, circle.at(1), victim);
  ASSERT_TRUE(live.open());
  auto stranger = RawPeer::unknown(circle, circle.at(1), victim, 1000);
  ASSERT_TRUE(stranger.open());
  for (std::size_t i = 3; i < limits::kConnections; ++i) silent();
  ASSERT_TRUE(alone.closed.empty());
  silent();
  EXPECT_EQ(alone.closed, std::vector<ConnId>{stranger.id()});  // it showed to be no device
  victim.engine->closed(stranger.id(), victim.at(circle.world.now()));
  silent();
  EXPECT_TRUE(alone.has_closed(first));
  EXPECT_FALSE(alone.has_closed(live.id()));
  live.hello();
  circle.run(100);
  EXPECT_TRUE(status(circle, 0).peers.at(0).connected);
}

// A catch-up has no end of its own: of one device there is one.
TEST(Arrivals, OneCatchUpOfADevice) {
  Alone alone;
  auto& circle = alone.circle;
  auto& victim = alone.victim;
  const auto open = [&] {
    auto one = RawPeer::as(circle, circle.at(1), victim);
    EXPECT_TRUE(one.open());
    one.hello();
    circle.run(100);
    return one;
  };
  const auto first = open();
  EXPECT_TRUE(alone.closed.empty());
  const auto second = open();
  EXPECT_EQ(alone.closed, std::vector<ConnId>{first.id()});
}

// A catch-up hands over the whole log. Who is removed while it is open gets nothing more of it.
TEST(Arrivals, ACatchUpEndsWhenItsDeviceIsRemoved) {
  Alone alone;
  auto& circle = alone.circle;
  auto& victim = alone.victim;
  auto open = RawPeer::as(circle, circle.at(1), victim);
  ASSERT_TRUE(open.open());
  open.hello();
  circle.run(1000);
  EXPECT_TRUE(alone.closed.empty());
  (void)circle.world.submit(victim, RemoveDevice{circle.at(1).id, true, {}});
  circle.run(1000);
  EXPECT_EQ(alone.closed, std::vector<ConnId>{open.id()});
}

}  // namespace
}  // namespace troth::device
