// Real engines, a simulated network and folders in memory (spec 10).
#include "unit/device/files_fixture.hpp"

namespace troth::device {
namespace {

using namespace testing;

TEST(Files, AFileGoesToTheOtherDevice) {
  Circle circle(2);
  circle.bind(0);
  circle.bind(1);
  circle.write(0, "a/hello.txt", text("hello"), true);
  circle.write(1, "b.txt", {});
  circle.write(0, "big.bin", noise(3'000'000, 1));
  circle.run(20'000);
  EXPECT_EQ(circle.files(0).size(), 3u);
  EXPECT_EQ(circle.files(0), circle.files(1));
  EXPECT_TRUE(circle.at(1).folders.tree(kRoot).at("a/hello.txt").stat.executable);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(circle.info(i).files, 3u);
    EXPECT_EQ(circle.info(i).waiting, 0u);
    EXPECT_TRUE(circle.info(i).scanned);
  }
  EXPECT_TRUE(circle.failures.empty());
}

TEST_F(FilesTest, EditsGoBothWays) {
  circle.write(0, "a.txt", text("one"));
  circle.run(5000);
  circle.write(1, "a.txt", text("two"));
  circle.run(5000);
  EXPECT_EQ(circle.files(0).at("a.txt"), text("two"));
  circle.write(0, "a.txt", text("three"));
  circle.run(5000);
  EXPECT_EQ(circle.files(1).at("a.txt"), text("three"));
  expect_equal(1);
}

TEST_F(FilesTest, ADeletionGoesOverAndComesBackAsANewFile) {
  circle.write(0, "a.txt", text("one"));
  circle.write(0, "b/c.txt", text("two"));
  circle.write(0, "b/d.txt", text("three"));
  circle.run(5000);
  circle.erase(1, "a.txt");
  circle.run(5000);
  expect_equal(2);
  circle.write(0, "a.txt", text("again"));
  circle.run(5000);
  expect_equal(3);
}

TEST_F(FilesTest, AnAppThatDeletesTheItemDeletesTheFile) {
  circle.write(0, "a.txt", text("one"));
  circle.run(5000);
  (void)circle.world.submit(circle.at(1),
                            DeleteItem{circle.category, files::item_of(circle.category, "a.txt")});
  circle.run(5000);
  expect_equal(0);
}

TEST_F(FilesTest, TwoEditsApartBothStayOnBothDevices) {
  circle.write(0, "a.txt", text("common"));
  circle.run(5000);
  circle.apart(true);
  circle.run(1000);
  circle.write(0, "a.txt", text("from the first"));
  circle.run(3000);
  circle.write(1, "a.txt", text("from the second"));
  circle.run(3000);
  circle.apart(false);
  circle.run(30'000);
  expect_equal(2);
  ASSERT_EQ(conflict_copies(0).size(), 1u);
  EXPECT_EQ(circle.files(0).at("a.txt"), text("from the second"));
  const auto copy = conflict_copies(0)[0];
  EXPECT_EQ(circle.files(0).at(copy), text("from the first"));
  EXPECT_NE(copy.find("(conflict, device0, "), std::string::npos);
  EXPECT_TRUE(copy.ends_with(").txt"));
}

TEST_F(FilesTest, AnEditApartFromADeletionStays) {
  for (const bool edit_first : {true, false}) {
    const std::string name = edit_first ? "a.txt" : "b.txt";
    circle.write(0, name, text("common"));
    circle.run(5000);
    circle.apart(true);
    circle.run(1000);
    if (edit_first) circle.write(0, name, text("edited"));
    circle.run(2000);
    circle.erase(1, name);
    circle.run(2000);
    if (!edit_first) circle.write(0, name, text("edited"));
    circle.run(2000);
    circle.apart(false);
    circle.run(30'000);
    EXPECT_EQ(circle.files(0).at(name), text("edited"));
    EXPECT_EQ(circle.files(1)[name], text("edited")) << name;
  }
  expect_equal(2);
}

TEST_F(FilesTest, TheSameFileMadeTwiceIsOneFile) {
  circle.apart(true);
  circle.run(1000);
  const auto data = noise(400'000, 3);
  circle.write(0, "same.bin", data);
  circle.write(1, "same.bin", data);
  circle.run(3000);
  circle.apart(false);
  circle.run(20'000);
  expect_equal(1);
  EXPECT_EQ(circle.at(0).folders.temps_made + circle.at(1).folders.temps_made, 0u);
}

TEST(Files, AFolderThatIsNotEmptyWhenItIsBoundKeepsWhatItHas) {
  Circle circle(2);
  circle.bind(0);
  circle.write(0, "a.txt", text("shared"));
  circle.write(0, "same.txt", text("same"));
  circle.run(5000);
  circle.at(1).folders.write(kRoot, "a.txt", text("was here before"));
  circle.at(1).folders.write(kRoot, "same.txt", text("same"));
  circle.at(1).folders.write(kRoot, "more.txt", text("more"));
  circle.bind(1);
  circle.run(20'000);
  EXPECT_EQ(circle.files(0), circle.files(1));
  EXPECT_EQ(circle.files(0).size(), 4u);
  EXPECT_EQ(circle.files(1).at("a.txt"), text("shared"));
}

TEST_F(FilesTest, AFileThatChangesWhileItIsReadIsNotPublishedTorn) {
  auto& folders = circle.at(0).folders;
  std::size_t changes = 0;
  folders.on_read = [&](const ReadFile& read) {
    if (read.path != "log.bin" || read.offset == 0 || changes >= 3) return;
    ++changes;
    folders.write(kRoot, "log.bin", noise(3'000'000, 100 + changes));
  };
  std::set<Bytes> versions{noise(3'000'000, 100)};
  circle.write(0, "log.bin", noise(3'000'000, 100));
  for (int i = 0; i < 300; ++i) {
    circle.run(50);
    const auto there = circle.files(1);
    if (const auto found = there.find("log.bin"); found != there.end()) {
      versions.insert(noise(3'000'000, 100 + changes));
      EXPECT_TRUE(versions.contains(found->second));
    }
  }
  EXPECT_EQ(changes, 3u);
  EXPECT_EQ(circle.files(1).at("log.bin"), noise(3'000'000, 103));
  expect_equal(1);
}

TEST_F(FilesTest, ARestartReadsNothingAgainAndGoesOn) {
  circle.write(0, "done.bin", noise(900'000, 1));
  circle.run(5000);
  circle.write(0, "big.bin", noise(12'000'000, 2));
  circle.write(1, "other.bin", noise(700'000, 3));
  circle.run(60);
  const auto read = circle.at(0).folders.bytes_read;
  circle.world.crash(circle.at(1), sim::Loss::process, 100);
  circle.run(400);
  circle.meet();
  circle.run(60'000);
  expect_equal(3);
  EXPECT_GT(circle.at(0).folders.bytes_read, read);
  // Nothing changed: the next start reads no file.
  const auto before = circle.at(1).folders.bytes_read;
  circle.world.crash(circle.at(1), sim::Loss::power, 100);
  circle.run(400);
  circle.meet();
  circle.run(20'000);
  EXPECT_EQ(circle.at(1).folders.bytes_read, before);
  expect_equal(3);
}

TEST_F(FilesTest, WhatChangedWhileTheDeviceWasOffIsFound) {
  circle.write(0, "a.txt", text("a"));
  circle.write(0, "b.txt", text("b"));
  circle.run(5000);
  circle.world.crash(circle.at(1), sim::Loss::process, 1000);
  circle.at(1).folders.write(kRoot, "a.txt", text("offline"));
  circle.at(1).folders.erase(kRoot, "b.txt");
  circle.at(1).folders.write(kRoot, "c.txt", text("new"));
  circle.run(2000);
  circle.meet();
  circle.run(20'000);
  expect_equal(2);
  EXPECT_EQ(circle.files(0).at("a.txt"), text("offline"));
  EXPECT_EQ(circle.files(0).at("c.txt"), text("new"));
}

TEST_F(FilesTest, AFolderThatLooksEmptyDeletesNothing) {
  circle.write(0, "a.txt", text("a"));
  circle.run(5000);
  circle.world.crash(circle.at(1), sim::Loss::process, 1000);
  circle.at(1).folders.erase(kRoot, "a.txt");  // a disk that is not there
  circle.run(20'000);
  EXPECT_EQ(circle.files(0).size(), 1u);
  EXPECT_TRUE(noticed("folder_empty", kRoot));
}

TEST_F(FilesTest, OneByteInTheMiddleCostsFewChunks) {
  auto data = noise(64 * 1024 * 1024, 5);
  circle.write(0, "big.bin", data);
  circle.run(60'000);
  expect_equal(1);
  data.insert(data.begin() + 33'000'000, 0x42);
  const auto sent = circle.at(0).folders.bytes_read;
  circle.write(0, "big.bin", data);
  circle.run(60'000);
  expect_equal(1);
  // It is read once to be cut; what is read beyond that was asked for by the other device.
  EXPECT_LE(circle.at(0).folders.bytes_read - sent, data.size() + 1024 * 1024);
  ASSERT_FALSE(circle.progress.empty());
  EXPECT_EQ(circle.progress.back().files_done, circle.progress.back().files_total);
}

TEST_F(FilesTest, ServingHoldsABoundedNumberOfBytes) {
  circle.write(0, "big.bin", noise(24'000'000, 6));
  auto& impl = EngineInspector::look(*circle.at(0).engine);
  std::size_t most = 0;
  for (int i = 0; i < 3000 && !circle.files(1).contains("big.bin"); ++i) {
    circle.run(5);
    most = std::max(most, impl.peers.chunk_backlog(circle.at(1).id));
  }
  expect_equal(1);
  EXPECT_GT(most, 0u);
  EXPECT_LE(most, limits::kServeBytes + 2 * limits::kSealedChunk);
}

TEST_F(FilesTest, AFileKeyEndsWithTheEpochThatItWasMadeUnder) {
  const auto item = files::item_of(circle.category, "a.txt");
  const auto key = [&] {
    auto& core = circle.at(1).core();
    const auto view =
        core.replica_->get(circle.category, item, circle.at(1).at(circle.world.now()).wall);
    for (const auto& field : view->fields) {
      if (field.name == files::kManifestField)
        return files::read_manifest(field.body)->manifest.file->key;
    }
    return files::KeyBytes{};
  };
  const auto edit = [&](std::size_t who, const char* to) {
    circle.write(who, "a.txt", text(to));
    circle.run(5000);
    return key();
  };
  const auto first = edit(0, "one");
  EXPECT_NE(first, files::KeyBytes{});
  EXPECT_EQ(edit(0, "two"), first);
  EXPECT_EQ(edit(1, "three"), first);
  circle.run(limits::kUnforcedRotationMs);
  (void)circle.world.submit(circle.at(0), RotateKeys{circle.category});
  circle.run(10'000);
  const auto second = edit(1, "four");
  EXPECT_NE(second, first);
  EXPECT_EQ(edit(0, "five"), second);
  expect_equal(1);
}

TEST_F(FilesTest, ARepeatedChunkIsOneChunk) {
  circle.write(0, "zeros", Bytes(20'000'000));
  circle.run(30'000);
  expect_equal(1);
}

TEST_F(FilesTest, ManySmallFiles) {
  for (int i = 0; i < 1500; ++i)
    circle.at(0).folders.write(kRoot, "d/" + std::to_string(i), noise(200, 1000 + i));
  circle.world.touched(circle.at(0));
  circle.run(60'000);
  expect_equal(1500);
}

TEST_F(FilesTest, ConsentThatEndsUnbindsAndKeepsTheFiles) {
  circle.write(0, "a.txt", text("a"));
  circle.run(5000);
  (void)circle.world.submit(circle.at(0), WithdrawConsent{circle.category, circle.at(1).id});
  circle.run(5000);
  circle.write(0, "secret.txt", text("not for you"));
  circle.run(10'000);
  EXPECT_EQ(circle.files(1).size(), 1u);
  EXPECT_TRUE(circle.at(1)
                  .engine->query(StatusQuery{}, circle.at(1).at(circle.world.now()))
                  ->folders.empty());
}

TEST_F(FilesTest, AFolderIsBoundOnce) {
  const auto count = circle.failures.size();
  (void)circle.world.submit(circle.at(0), AddFolder{circle.category, "/elsewhere"});
  (void)circle.world.submit(circle.at(0), AddFolder{circle.category, std::string(kRoot) + "/in"});
  (void)circle.world.submit(circle.at(0), AddFolder{circle.category, "relative"});
  circle.run(10);
  EXPECT_EQ(circle.failures.size(), count + 3);
  (void)circle.world.submit(circle.at(0), RemoveFolder{kRoot});
  circle.run(10);
  circle.write(0, "late.txt", text("x"));
  circle.run(3000);
  EXPECT_TRUE(circle.files(1).empty());
  circle.bind(0);
  circle.run(3000);
  EXPECT_EQ(circle.files(1).size(), 1u);
}

TEST(Files, ADeviceWithoutAFolderFetchesNothingAndTheThirdGetsIt) {
  Circle circle(3);
  circle.bind(0);
  circle.bind(2);
  circle.write(0, "a.bin", noise(5'000'000, 4));
  circle.run(30'000);
  EXPECT_EQ(circle.files(2), circle.files(0));
  EXPECT_EQ(circle.at(1).folders.temps_made, 0u);
  EXPECT_TRUE(circle.at(1)
                  .engine->query(StatusQuery{}, circle.at(1).at(circle.world.now()))
                  ->folders.empty());
}

TEST(Files, ThreeDevicesThatEditApartEndEqual) {
  Circle circle(3);
  for (std::size_t i = 0; i < 3; ++i) circle.bind(i);
  circle.write(0, "a.txt", text("common"));
  circle.run(5000);
  circle.apart(true);
  circle.run(1000);
  for (std::size_t i = 0; i < 3; ++i) {
    circle.write(i, "a.txt", text("edit " + std::to_string(i)));
    circle.run(2000);
  }
  circle.apart(false);
  circle.run(60'000);
  EXPECT_EQ(circle.files(0), circle.files(1));
  EXPECT_EQ(circle.files(0), circle.files(2));
  EXPECT_EQ(circle.files(0).size(), 3u);
}

}  // namespace
}  // namespace troth::device
