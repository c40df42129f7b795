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

std::optional<Dial> next_dial(Engine& engine) {
  std::optional<Dial> out;
  while (auto effect = engine.next_effect()) {
    if (const auto* dial = std::get_if<Dial>(&*effect)) out = *dial;
  }
  return out;
}

TEST(Hard, ADialThatFindsNoRoomIsTriedAgain) {
  Circle circle(2);
  circle.apart(true);
  auto& device = circle.at(0);
  auto& engine = *device.engine;
  auto now = device.at(circle.world.now());
  // Connections that are on their way out are not given up for a new one.
  for (std::size_t i = 0; i < limits::kConnections; ++i)
    (void)engine.connected(Link{true, 1'000'000'000 + i, "192.0.2.1"}, now);
  std::optional<Dial> dial;
  const auto wait = [&] {
    for (int i = 0; i < 200 && !dial; ++i) {
      now.mono.ms += 1000;
      now.wall.ms += 1000;
      engine.tick(now);
      ASSERT_TRUE(engine.commit(now));
      dial = next_dial(engine);
    }
  };
  (void)next_dial(engine);
  (void)engine.submit(ConnectDevice{circle.at(1).id, "192.0.2.2:1"}, now);
  wait();
  ASSERT_TRUE(dial);
  const auto first = dial->attempt;
  (void)engine.connected(Link{true, first, dial->address}, now);
  dial.reset();
  wait();
  ASSERT_TRUE(dial);
  EXPECT_NE(dial->attempt, first);
}

// Consent and pause are asked by category, so a batch counts under its own name only.
TEST(Hard, ABatchUnderTheNameOfAnotherCategoryIsNotTaken) {
  Circle circle(2);
  (void)circle.world.submit(circle.at(0), CreateCategory{"letters", "to test"});
  circle.run(2000);
  CategoryId letters;
  for (const auto& [id, info] : circle.at(0).core().view().categories()) {
    if (id != circle.category) letters = id;
  }
  GrantConsent grant{circle.at(1).id, {letters, Direction::both, 0, History::all}};
  (void)circle.world.submit(circle.at(0), grant);
  circle.run(5000);
  ASSERT_FALSE(circle.offers.empty());
  auto& phone = circle.at(1);
  (void)circle.world.submit(phone, AcceptOffer{circle.offers.back().second, {}});
  circle.run(10'000);
  Pause pause;
  pause.category = letters;
  (void)circle.world.submit(phone, pause);
  circle.run(2000);
  PutItem put{letters, files::item_of(letters, "a"), {{"text", text("sealed")}}};
  (void)circle.world.submit(circle.at(0), put);
  circle.run(5000);
  auto& replica = *circle.at(0).core().replica_;
  auto cursor = replica.ranges_for(letters, {});
  const auto sealed = replica.next_batch(cursor);
  ASSERT_TRUE(sealed && *sealed);
  phone.core().enter(phone.at(circle.world.now()));
  session::Host& host = EngineInspector::look(*phone.engine).peers;
  EXPECT_EQ(host.take_batch(circle.at(0).id, letters, **sealed, {}), session::Taken::set_aside);
  EXPECT_EQ(host.take_batch(circle.at(0).id, circle.category, **sealed, {}), session::Taken::bad);
  circle.world.settle(phone);
  EXPECT_EQ(phone.core().replica_->totals(letters).items, 0u);
}

TEST(Hard, AtRestTheLogOfTheDatabaseIsEmptied) {
  Circle circle(2);
  auto& db = *circle.at(0).core().db_;
  const auto write = [&](int i) {
    PutItem put{circle.category, files::item_of(circle.category, std::to_string(i)), {}};
    put.fields.push_back({"text", text(std::string(2000, 'x'))});
    (void)circle.world.submit(circle.at(0), put);
    circle.run(10);
  };
  for (int i = 0; i < 1000 && !db.wants_rest(); ++i) write(i);
  ASSERT_TRUE(db.wants_rest());
  circle.run(2 * limits::kRestMs + 1000);
  EXPECT_FALSE(db.wants_rest());
  // When all is done nothing wakes the device for it.
  EXPECT_FALSE(EngineInspector::look(*circle.at(0).engine).rest_at);
}

}  // namespace
}  // namespace troth::device
