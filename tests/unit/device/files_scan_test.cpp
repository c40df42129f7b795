// A scan that the shell begins by itself, because a disk is back, is a scan like the first one.
#include "unit/device/files_fixture.hpp"

namespace troth::device {
namespace {

using namespace testing;

struct FilesScan : FilesTest {
  static constexpr std::uint32_t kFolder = 1;

  // Two files everywhere; the second device heard of an edit after its scan.
  void SetUp() override {
    FilesTest::SetUp();
    circle.write(0, "a.txt", text("a"));
    circle.write(0, "b.txt", text("b"));
    circle.run(5000);
    circle.write(1, "a.txt", text("edited"));
    circle.run(5000);
    ASSERT_EQ(circle.files(0).at("a.txt"), text("edited"));
  }
  // The disk of the second device is back, with these files taken from it.
  void back_without(const std::vector<std::string>& paths) {
    auto& device = circle.at(1);
    for (const auto& path : paths) device.folders.erase(kRoot, path);
    (void)device.folders.take_reports();
    const auto now = device.at(circle.world.now());
    device.engine->folder_scanning(kFolder, now);
    for (const auto& [path, file] : device.folders.tree(kRoot))
      device.engine->folder_entry({kFolder, path, EntryKind::file, file.stat}, now);
    device.engine->folder_scanned(kFolder, now);
    circle.world.settle(device);
    circle.run(20'000);
  }
};

TEST_F(FilesScan, ADiskThatComesBackEmptyDeletesNothing) {
  back_without({"a.txt", "b.txt"});
  EXPECT_EQ(circle.files(0).size(), 2u);
  EXPECT_TRUE(noticed("folder_empty", kRoot));
  EXPECT_FALSE(circle.info(1).scanned);
}

TEST_F(FilesScan, WhatIsMissingWhenItComesBackWasDeleted) {
  back_without({"a.txt"});
  EXPECT_FALSE(circle.files(0).contains("a.txt"));
  EXPECT_TRUE(circle.files(0).contains("b.txt"));
  EXPECT_TRUE(circle.info(1).scanned);
}

TEST_F(FilesScan, NothingIsWrittenBeforeItIsKnownWhatIsThere) {
  auto& device = circle.at(1);
  device.engine->folder_scanning(kFolder, device.at(circle.world.now()));
  circle.world.settle(device);
  circle.write(0, "c.txt", text("c"));
  circle.run(10'000);
  EXPECT_FALSE(circle.files(1).contains("c.txt"));
  EXPECT_FALSE(circle.info(1).scanned);
  back_without({});
  EXPECT_TRUE(circle.files(1).contains("c.txt"));
  expect_equal(3);
}

TEST_F(FilesScan, ALateWordThatLooksAsBeforeTakesNoEarlierOneBack) {
  // Bytes were written and the time was put back, before the first word of it was looked into.
  auto& device = circle.at(1);
  const auto known = device.folders.tree(kRoot).at("b.txt").stat;
  device.folders.write(kRoot, "b.txt", text("B"));
  device.folders.set_stat(kRoot, "b.txt", known);
  (void)device.folders.take_reports();
  auto other = known;
  ++other.mtime_ns;
  const auto now = device.at(circle.world.now());
  for (std::size_t i = 0; i < limits::kReads; ++i) {  // so that its turn is not yet
    const auto path = "new" + std::to_string(i);
    device.folders.write(kRoot, path, noise(100, i + 1));
  }
  for (const auto& entry : device.folders.take_reports()) device.engine->folder_entry(entry, now);
  device.engine->folder_entry({kFolder, "b.txt", EntryKind::file, other}, now);
  device.engine->folder_entry({kFolder, "b.txt", EntryKind::file, known}, now);
  circle.world.settle(device);
  circle.run(10'000);
  EXPECT_EQ(circle.files(0).at("b.txt"), text("B"));
}

}  // namespace
}  // namespace troth::device
