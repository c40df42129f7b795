// What once kept a file from ever arriving: a budget that was full at the wrong moment, a silence,
// a name that met another one, a folder that was empty for a while.
#include "unit/device/files_fixture.hpp"

namespace troth::device {
namespace {

using namespace testing;

// Their bytes are on the disk already; more of them than the budget holds, and none comes over the
// wire.
TEST_F(FilesTest, ManyFilesWhoseModeAloneChangesAllArrive) {
  const auto name = [](int i) { return "tool" + std::to_string(i); };
  const auto data = [](int i) { return noise(300'000, static_cast<std::uint64_t>(i) + 40); };
  for (int i = 0; i < 24; ++i) circle.write(0, name(i), data(i));
  circle.run(60'000);
  expect_equal(24);
  for (int i = 0; i < 24; ++i) circle.write(0, name(i), data(i), true);
  circle.run(60'000);
  expect_equal(24);
  auto& book = EngineInspector::look(*circle.at(1).engine);
  EXPECT_EQ(book.files.left().size(), 0u);
}

// Longer than a silence may last, in the middle of a file: who was silent is asked again.
TEST_F(FilesTest, AFileGoesOnAfterALongSilence) {
  circle.write(0, "big.bin", noise(24'000'000, 6));
  auto& impl = EngineInspector::look(*circle.at(0).engine);
  for (int i = 0; i < 3000 && impl.peers.chunk_backlog(circle.at(1).id) == 0; ++i) circle.run(5);
  ASSERT_FALSE(circle.files(1).contains("big.bin"));
  circle.apart(true);
  circle.run(limits::kFileStallMs + 60'000);
  circle.apart(false);
  circle.run(120'000);
  expect_equal(1);
}

// The new name is seen before the old one is missed.
TEST_F(FilesTest, ANameThatChangesOnlyItsCaseArrives) {
  circle.write(0, "readme.md", text("words"));
  circle.run(5000);
  circle.write(0, "README.md", text("words"));
  circle.run(200);
  circle.erase(0, "readme.md");
  circle.run(10'000);
  EXPECT_TRUE(circle.files(1).contains("README.md"));
  expect_equal(1);
  EXPECT_EQ(circle.info(1).left_alone, 0u);
}

// Both are new at once: one of them is brought, not both under names that meet.
TEST_F(FilesTest, OfTwoNewNamesThatMeetOneIsBrought) {
  circle.apart(true);
  circle.write(0, "Note.txt", text("one"));
  circle.write(0, "note.txt", text("two"));
  circle.run(5000);
  circle.apart(false);
  circle.run(20'000);
  EXPECT_EQ(circle.files(1).size(), 1u);
  EXPECT_EQ(circle.info(1).left_alone, 1u);
}

TEST_F(FilesTest, AFolderThatWasEmptyGoesOnWhenItHasAFile) {
  circle.write(0, "a.txt", text("a"));
  circle.run(5000);
  circle.world.crash(circle.at(1), sim::Loss::process, 1000);
  circle.at(1).folders.erase(kRoot, "a.txt");
  circle.run(20'000);
  ASSERT_TRUE(noticed("folder_empty", kRoot));
  circle.write(0, "b.txt", text("b"));
  circle.run(10'000);
  EXPECT_TRUE(circle.files(1).empty()) << "it is not known whether its disk is there";
  circle.write(1, "c.txt", text("c"));
  circle.run(30'000);
  // Somebody emptied it after all: that is what the others hear.
  EXPECT_FALSE(circle.files(0).contains("a.txt"));
  EXPECT_TRUE(circle.files(0).contains("c.txt"));
  EXPECT_TRUE(circle.files(1).contains("b.txt"));
  EXPECT_EQ(circle.files(0), circle.files(1));
}

}  // namespace
}  // namespace troth::device
