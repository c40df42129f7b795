// What a device's own rules hide stays there and goes to nobody, also when it was shared before
// (spec 10a §4).
#include "unit/device/files_fixture.hpp"

namespace troth::device {
namespace {

using namespace testing;

struct FilesHidden : FilesTest {
  void SetUp() override {
    FilesTest::SetUp();
    circle.write(0, "a.txt", text("shared"));
    circle.write(0, "b.txt", text("other"));
    circle.run(5000);
    circle.at(0).folders.hide("a.txt");
  }
  void restart() {
    circle.world.crash(circle.at(0), sim::Loss::process, 100);
    circle.run(400);
    circle.meet();
    circle.run(60'000);
  }
};

TEST_F(FilesHidden, AnEditOfWhatWasSharedBeforeIsNotPublishedAtTheNextStart) {
  circle.write(0, "a.txt", text("private"));
  restart();
  EXPECT_EQ(circle.files(1).at("a.txt"), text("shared"));
  EXPECT_EQ(circle.files(0).at("a.txt"), text("private"));
  EXPECT_TRUE(noticed("ignored_here", "a.txt"));
  EXPECT_EQ(circle.info(0).waiting, 0u) << "it is not tried for ever";
}

TEST_F(FilesHidden, ADeletionIsNobodysBusinessEither) {
  circle.erase(0, "a.txt");
  restart();
  EXPECT_EQ(circle.files(1).at("a.txt"), text("shared"));
  EXPECT_FALSE(circle.files(0).contains("a.txt"));
}

TEST_F(FilesHidden, AnEditAndADeletionElsewhereLeaveThePrivateOneAlone) {
  circle.write(0, "a.txt", text("private"));
  circle.write(1, "a.txt", text("theirs"));
  circle.run(60'000);
  EXPECT_EQ(circle.files(0).at("a.txt"), text("private"));
  EXPECT_EQ(circle.files(1).at("a.txt"), text("theirs"));
  circle.erase(1, "a.txt");
  circle.run(60'000);
  EXPECT_EQ(circle.files(0).at("a.txt"), text("private"));
  EXPECT_FALSE(circle.files(1).contains("a.txt"));
  EXPECT_EQ(circle.info(0).waiting, 0u);
}

TEST_F(FilesHidden, AConflictKeepsNothingBesideIt) {
  circle.at(0).folders.show("a.txt");
  circle.apart(true);
  circle.run(1000);
  circle.write(0, "a.txt", text("mine"));
  circle.run(3000);
  circle.at(0).folders.hide("a.txt");
  circle.write(0, "a.txt", text("private"));
  circle.write(1, "a.txt", text("theirs"));
  circle.run(3000);
  circle.apart(false);
  circle.run(60'000);
  EXPECT_EQ(circle.files(0).at("a.txt"), text("private"));
  for (std::size_t i = 0; i < 2; ++i) {
    for (const auto& [path, data] : circle.files(i))
      EXPECT_TRUE(path == "a.txt" || data != text("private")) << path;
  }
  EXPECT_NE(circle.files(1).at("a.txt"), text("private"));
}

TEST_F(FilesHidden, WhatIsShownAgainIsPublished) {
  circle.write(0, "a.txt", text("private"));
  restart();
  circle.at(0).folders.show("a.txt");
  circle.write(0, "a.txt", text("public"));
  circle.run(10'000);
  EXPECT_EQ(circle.files(1).at("a.txt"), text("public"));
}

}  // namespace
}  // namespace troth::device
