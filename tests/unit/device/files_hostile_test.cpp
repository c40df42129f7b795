// Names that no folder may be given, files that are none, and manifests that lie (spec 10 §3).
#include "unit/device/files_fixture.hpp"

namespace troth::device {
namespace {

using namespace testing;

TEST_F(FilesTest, SpecialFilesAndBadNamesAreLeftAloneWithAWord) {
  circle.at(0).folders.make_special(kRoot, "pipe");
  circle.write(0, "bad\\name", text("x"));
  circle.write(0, "line\nbreak", text("x"));
  circle.write(0, "good", text("x"));
  circle.run(5000);
  EXPECT_EQ(circle.files(1).size(), 1u);
  EXPECT_EQ(circle.info(0).left_alone, 3u);
  ASSERT_EQ(circle.info(0).left.size(), 3u);
  EXPECT_EQ(circle.info(0).left[2].path, "pipe");
  EXPECT_EQ(circle.info(0).left[2].reason, "special_file");
  EXPECT_TRUE(noticed("special_file", "pipe"));
  EXPECT_TRUE(noticed("bad_name", "bad\\name"));
  // It becomes a plain file: now it is one of ours.
  circle.write(0, "pipe", text("plain"));
  circle.run(5000);
  EXPECT_EQ(circle.files(1).at("pipe"), text("plain"));
  EXPECT_EQ(circle.info(0).left_alone, 2u);
}

TEST_F(FilesTest, NamesThatMeetInSomeFileSystemsAreBroughtOnlyOnce) {
  circle.write(0, "Read.txt", text("one"));
  circle.run(5000);
  circle.write(0, "read.txt", text("two"));
  circle.write(0, "caf\xc3\xa9", text("three"));
  circle.run(5000);
  circle.write(0, "cafe\xcc\x81", text("four"));
  circle.run(5000);
  EXPECT_EQ(circle.files(1).size(), 2u);
  EXPECT_TRUE(noticed("name_collision", "read.txt"));
  EXPECT_TRUE(noticed("name_collision", "cafe\xcc\x81"));
}

// A peer that is stolen, or a program that writes items itself.
TEST_F(FilesTest, AHostilePathIsNeverMade) {
  circle.write(0, "honest", text("x"));
  circle.run(5000);
  const auto item = files::item_of(circle.category, "honest");
  const auto view = circle.at(0).core().replica_->get(circle.category, item,
                                                      circle.at(0).at(circle.world.now()).wall);
  ASSERT_TRUE(view);
  Bytes manifest;
  for (const auto& field : view->fields) {
    if (field.name == files::kManifestField) manifest = field.body;
  }
  for (const std::string path :
       {"../escape", "/etc/passwd", "a/../../b", "a//b", ".troth/x", "a\\b"}) {
    PutItem put{circle.category, files::item_of(circle.category, path), {}};
    put.fields.push_back({std::string(files::kPathField), to_bytes(path)});
    put.fields.push_back({std::string(files::kManifestField), manifest});
    (void)circle.world.submit(circle.at(0), put);
  }
  // An item whose id is not that of its path names no file.
  PutItem put{circle.category, ItemId{{1, 2, 3}}, {}};
  put.fields.push_back({std::string(files::kPathField), text("other")});
  put.fields.push_back({std::string(files::kManifestField), manifest});
  (void)circle.world.submit(circle.at(0), put);
  circle.run(5000);
  EXPECT_EQ(circle.files(1).size(), 1u);
  EXPECT_TRUE(noticed("bad_name", "../escape"));
  EXPECT_EQ(circle.info(1).left_alone, 6u);
}

TEST_F(FilesTest, AManifestThatLiesIsLeftAlone) {
  circle.write(0, "honest", text("some words"));
  circle.run(5000);
  auto& core = circle.at(0).core();
  const auto wall = circle.at(0).at(circle.world.now()).wall;
  const auto view =
      core.replica_->get(circle.category, files::item_of(circle.category, "honest"), wall);
  ASSERT_TRUE(view);
  for (const auto& field : view->fields) {
    if (field.name != files::kManifestField) continue;
    auto read = files::read_manifest(field.body);
    ASSERT_TRUE(read);
    auto wrong_content = read->manifest;
    wrong_content.file->content.bytes[0] ^= 1;
    // The item of another file names this content, which that item's holder does not have.
    PutItem put{circle.category, files::item_of(circle.category, "liar"), {}};
    put.fields.push_back({std::string(files::kPathField), text("liar")});
    put.fields.push_back({std::string(files::kManifestField), wire::encode(wrong_content)});
    (void)circle.world.submit(circle.at(0), put);
    PutItem broken{circle.category, files::item_of(circle.category, "broken"), {}};
    broken.fields.push_back({std::string(files::kPathField), text("broken")});
    broken.fields.push_back({std::string(files::kManifestField), text("nonsense")});
    (void)circle.world.submit(circle.at(0), broken);
  }
  circle.run(10'000);
  EXPECT_EQ(circle.files(1).size(), 1u);
  EXPECT_TRUE(noticed("bad_file", "broken"));
}

TEST_F(FilesTest, AManifestWhoseHashIsWrongPutsNothingInPlace) {
  circle.write(0, "honest", text("some words"));
  circle.run(5000);
  const auto item = files::item_of(circle.category, "honest");
  auto& first = circle.at(0).core();
  const auto view =
      first.replica_->get(circle.category, item, circle.at(0).at(circle.world.now()).wall);
  ASSERT_TRUE(view);
  Bytes body;
  for (const auto& field : view->fields) {
    if (field.name == files::kManifestField) body = field.body;
  }
  auto manifest = files::read_manifest(body)->manifest;
  manifest.file->content.bytes[0] ^= 1;
  files::set_counter(manifest.seen, first.replica_->author(), 9);
  PutItem put{circle.category, item, {}};
  put.fields.push_back({std::string(files::kManifestField), wire::encode(manifest)});
  const auto finished = circle.at(1).folders.finished;
  (void)circle.world.submit(circle.at(0), put);
  circle.run(10'000);
  EXPECT_EQ(circle.at(1).folders.finished, finished);
  EXPECT_EQ(circle.files(1).at("honest"), text("some words"));
}

}  // namespace
}  // namespace troth::device
