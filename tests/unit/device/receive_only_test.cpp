// A folder on a device that may only receive (spec 10 §7): nothing of it waits for ever, nothing of
// it goes out unasked.
#include "unit/device/folder_pair.hpp"

namespace troth::device {
namespace {

using namespace testing;

struct ReceiveOnly : ::testing::Test {
  Circle circle{1};
  void SetUp() override {
    circle.direction = Direction::receive;
    circle.add_by(0);
    circle.bind(0);
    circle.bind(1);
    circle.write(0, "a.txt", text("a"));
    circle.write(0, "b.txt", text("b"));
    circle.run(5000);
    ASSERT_EQ(circle.files(1).size(), 2u);
  }
  StatusQuery::Answer status(std::size_t i) {
    const auto& device = circle.at(i);
    return *device.engine->query(StatusQuery{}, device.at(circle.world.now()));
  }
  std::string left(const std::string& path) {
    for (const auto& one : circle.info(1).left) {
      if (one.path == path) return one.reason;
    }
    return "";
  }
  std::string conflict_copy(std::size_t i) {
    for (const auto& [path, data] : circle.files(i)) {
      if (path.find("(conflict, device1, ") != std::string::npos) return path;
    }
    return "";
  }
  void expect_nothing_waits() {
    const auto now = status(1);
    EXPECT_EQ(now.queue_items, 0u);
    EXPECT_EQ(now.categories[0].state, "ready");
    EXPECT_EQ(circle.info(1).waiting, 0u);
  }
  void may_write() {
    GrantConsent grant{circle.at(1).id, {circle.category, Direction::both, 0, History::all}};
    (void)circle.world.submit(circle.at(0), grant);
    circle.run(3000);
    ASSERT_FALSE(circle.offers.empty());
    (void)circle.world.submit(circle.at(1), AcceptOffer{circle.offers.back().second, {}});
    circle.run(20'000);
    ASSERT_TRUE(
        circle.at(0).core().view().granted(circle.at(1).id, circle.category, Direction::send));
  }
};

TEST_F(ReceiveOnly, ADeletionIsFetchedAgainAndAnEditStaysBesideTheNewerVersion) {
  circle.erase(1, "b.txt");
  circle.write(1, "a.txt", text("mine"));
  circle.write(1, "new.txt", text("new"));
  circle.run(5000);
  EXPECT_EQ(circle.files(1).at("b.txt"), text("b"));
  EXPECT_EQ(circle.files(1).at("a.txt"), text("mine"));
  EXPECT_EQ(left("a.txt"), "receive_only");
  EXPECT_EQ(left("new.txt"), "receive_only");
  expect_nothing_waits();

  circle.write(0, "a.txt", text("newer"));
  circle.write(0, "new.txt", text("another"));
  circle.run(10'000);
  EXPECT_EQ(circle.files(1).at("a.txt"), text("newer"));
  EXPECT_EQ(circle.files(1).at("new.txt"), text("another"));
  EXPECT_EQ(circle.files(1).at(conflict_copy(1)), text("mine"));
  EXPECT_EQ(circle.files(1).size(), 5u);
  EXPECT_EQ(circle.files(0).size(), 3u);
  expect_nothing_waits();
}

TEST_F(ReceiveOnly, WhatWasFoundAtAStartStaysToo) {
  circle.world.crash(circle.at(1), sim::Loss::process, 1000);
  circle.at(1).folders.write(kRoot, "a.txt", text("mine"));
  circle.at(1).folders.erase(kRoot, "b.txt");
  circle.run(2000);
  circle.meet();
  circle.run(20'000);
  EXPECT_EQ(circle.files(1).at("a.txt"), text("mine"));
  EXPECT_EQ(circle.files(1).at("b.txt"), text("b"));
  EXPECT_EQ(left("a.txt"), "receive_only");
  expect_nothing_waits();
}

TEST_F(ReceiveOnly, AFileThatAnotherDeletesGoesUnlessItWasChangedHere) {
  circle.write(1, "a.txt", text("mine"));
  circle.run(3000);
  circle.erase(0, "a.txt");
  circle.erase(0, "b.txt");
  circle.run(5000);
  EXPECT_EQ(circle.files(1).size(), 1u);
  EXPECT_EQ(circle.files(1).at("a.txt"), text("mine"));
  EXPECT_TRUE(circle.files(0).empty());
  EXPECT_EQ(left("a.txt"), "receive_only");
  expect_nothing_waits();
}

TEST_F(ReceiveOnly, AnEditThatIsTakenBackIsNoneAnyMore) {
  circle.write(1, "a.txt", text("mine"));
  circle.run(3000);
  circle.write(1, "a.txt", text("a"));
  circle.run(3000);
  EXPECT_EQ(left("a.txt"), "");
  circle.write(0, "a.txt", text("newer"));
  circle.run(5000);
  EXPECT_EQ(circle.files(1), circle.files(0));
}

TEST_F(ReceiveOnly, OldEditsTakeThePlaceOfNothingOnceTheyMayBeSent) {
  circle.write(1, "a.txt", text("mine"));
  circle.write(1, "new.txt", text("new"));
  circle.erase(1, "b.txt");
  circle.run(5000);
  may_write();
  EXPECT_EQ(circle.files(0), circle.files(1));
  EXPECT_EQ(circle.files(0).at("a.txt"), text("a"));
  EXPECT_EQ(circle.files(0).at("b.txt"), text("b"));
  EXPECT_EQ(circle.files(0).at("new.txt"), text("new"));
  EXPECT_EQ(circle.files(0).at(conflict_copy(0)), text("mine"));
  EXPECT_EQ(circle.info(1).left_alone, 0u);
  expect_nothing_waits();
  circle.write(1, "a.txt", text("and now"));
  circle.run(5000);
  EXPECT_EQ(circle.files(0).at("a.txt"), text("and now"));
}

}  // namespace
}  // namespace troth::device
