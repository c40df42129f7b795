// Real engines on a simulated disk that is full, and at a door with too many strangers.
#include "base/limits.hpp"
#include "unit/device/folder_pair.hpp"

namespace troth::device {
namespace {

using namespace testing;

TEST(Hard, AStepThatCannotBeginWritesNothingAndSaysSo) {
  Circle circle(1);
  auto& core = circle.at(0).core();
  core.note(Error{Errc::disk_full, "test", 1});
  PutItem put{circle.category, ItemId{}, {{"text", text("x")}}};
  (void)circle.at(0).engine->submit(put, circle.at(0).at(circle.world.now()));
  const auto done = circle.at(0).engine->commit(circle.at(0).at(circle.world.now()));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Errc::disk_full);
}

TEST(Hard, TheOldestStrangerMakesRoomForTheNext) {
  Circle circle(1);
  auto& engine = *circle.at(0).engine;
  const auto now = circle.at(0).at(circle.world.now());
  std::vector<ConnId> strangers;
  Link link;
  link.address = "192.0.2.1";
  const std::size_t over = 3;
  for (std::size_t i = 0; i < limits::kConnections + over; ++i)
    strangers.push_back(engine.connected(link, now));
  (void)engine.commit(now);
  std::vector<ConnId> closed;
  while (const auto effect = engine.next_effect()) {
    if (const auto* close = std::get_if<CloseConnection>(&*effect))
      closed.push_back(close->connection);
  }
  ASSERT_EQ(closed.size(), over);
  for (std::size_t i = 0; i < over; ++i) EXPECT_EQ(closed[i], strangers[i]);
}

}  // namespace
}  // namespace troth::device
