#include <sys/mount.h>

#include "tests/unit/shell/folder_world.hpp"

namespace troth::shell {
namespace {

using FolderRoot = FolderWorld;

TEST_F(FolderRoot, OnlyAFolderOfThisUserThatIsNotTheHome) {
  EXPECT_STREQ(refuse_root(root, home), "");
  EXPECT_STREQ(refuse_root("/", ""), "folder_root");
  EXPECT_STREQ(refuse_root("relative", ""), "not_a_folder");
  EXPECT_STREQ(refuse_root(root + "/none", ""), "not_a_folder");
  put_file(root + "/file", "x");
  EXPECT_STREQ(refuse_root(root + "/file", ""), "not_a_folder");
  std::filesystem::create_directory_symlink(root, dir.path() + "/link");
  EXPECT_STREQ(refuse_root(dir.path() + "/link", ""), "not_a_folder");
  EXPECT_STREQ(refuse_root(home, home), "folder_home");
  EXPECT_STREQ(refuse_root(dir.path(), home), "folder_home");
  std::filesystem::create_directory(home + "/below");
  EXPECT_STREQ(refuse_root(home + "/below", home), "folder_home");
  std::filesystem::create_directory_symlink(dir.path(), root + "/up");
  EXPECT_STREQ(refuse_root(root + "/up/home/below", home), "folder_home");
  std::filesystem::create_directory(home + "-other");
  EXPECT_STREQ(refuse_root(home + "-other", home), "");
}

TEST_F(FolderRoot, AFolderOfAnotherUserIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a folder away";
  ASSERT_EQ(::chown(root.c_str(), 12345, 12345), 0);
  EXPECT_STREQ(refuse_root(root, home), "folder_not_yours");
}

TEST_F(FolderRoot, ARootThatVanishesIsNotAnEmptiedFolder) {
  put_file(root + "/precious", "1");
  put_file(root + "/deep/er", "1");
  bind();
  std::filesystem::rename(root, dir.path() + "/unplugged");
  ASSERT_TRUE(until([&] { return !notes.empty(); }));
  EXPECT_EQ(notes, std::vector<std::string>{"folder_gone"});
  EXPECT_EQ(read("precious").error, Errc::io_error);
  EXPECT_EQ(write(1, "x").error, Errc::io_error);
  // An empty folder in its place, as a mount point is, changes nothing.
  std::filesystem::create_directory(root);
  quiet(400);
  EXPECT_EQ(entries.size(), 2u);
  EXPECT_EQ(notes.size(), 1u);
  EXPECT_TRUE(std::filesystem::is_empty(root));
  // Back again: read as if it were bound now.
  std::filesystem::remove(root);
  put_file(dir.path() + "/unplugged/added", "1");
  std::filesystem::remove(dir.path() + "/unplugged/deep/er");
  std::filesystem::rename(dir.path() + "/unplugged", root);
  ASSERT_TRUE(until([&] { return scans == 2; }));
  EXPECT_EQ(begins, 2) << "what is told is told as a whole, from here";
  EXPECT_TRUE(is("added", EntryKind::file));
  EXPECT_EQ(reports["precious"], 2);
  EXPECT_EQ(reports["deep/er"], 1);
  EXPECT_EQ(over.size(), 1u);
  EXPECT_EQ(to_bytes("1"), read("precious").bytes);
}

TEST_F(FolderRoot, ARootThatIsNoticedMissingOnlyByAnEffectAnswersAnError) {
  put_file(dir.path() + "/above/folder/a", "1");
  root = dir.path() + "/above/folder";
  bind();
  // A parent moves: the kernel tells nothing about the root itself.
  std::filesystem::rename(dir.path() + "/above", dir.path() + "/moved");
  EXPECT_EQ(read("a").error, Errc::io_error);
  std::filesystem::remove(dir.path() + "/moved/folder/a");
  quiet();
  EXPECT_TRUE(is("a", EntryKind::file));
  EXPECT_EQ(notes, std::vector<std::string>{"folder_gone"});
}

TEST_F(FolderRoot, AnEmptyMountPointAfterARestartIsNotAnEmptiedFolder) {
  put_file(root + "/precious", "1");
  bind();
  folders->stop();
  std::filesystem::rename(root, dir.path() + "/unplugged");
  std::filesystem::create_directory(root);
  folders->start(*this);
  folders->perform(BindFolder{1, root});
  quiet(400);
  EXPECT_EQ(scans, 1);
  EXPECT_EQ(notes, std::vector<std::string>{"folder_gone"});
  EXPECT_TRUE(std::filesystem::is_empty(root));
  std::filesystem::remove(root);
  std::filesystem::rename(dir.path() + "/unplugged", root);
  EXPECT_TRUE(until([&] { return scans == 2; }));
  EXPECT_EQ(reports["precious"], 2);
}

TEST_F(FolderRoot, AnotherDiskInTheSamePlaceIsAnotherFolder) {
  put_file(root + "/precious", "1");
  bind();
  folders->stop();
  std::filesystem::rename(root, dir.path() + "/first");
  put_file(root + "/.troth/id", std::string(32, 'a'));
  folders->start(*this);
  folders->perform(BindFolder{1, root});
  quiet(300);
  EXPECT_EQ(scans, 1);
  // Letting go and binding again is the person's word that it is the right one.
  folders->perform(UnbindFolder{1});
  folders->perform(BindFolder{1, root});
  EXPECT_TRUE(until([&] { return scans == 2; }));
}

TEST_F(FolderRoot, TheHomeDoesNotNameTheFolderInClear) {
  bind();
  const std::string text = file_text(home + "/folders");
  EXPECT_EQ(text.size(), 64 + 1 + 32 + 1u);
  EXPECT_EQ(text.find("folder"), std::string::npos);
  folders->perform(UnbindFolder{1});
  EXPECT_EQ(file_text(home + "/folders"), "");
}

TEST_F(FolderRoot, MarksThatCannotBeReadAreNotForgotten) {
  std::filesystem::create_directory(home + "/folders");  // a read of it fails
  folders->perform(BindFolder{1, root});
  quiet(200);
  EXPECT_EQ(scans, 0);
  EXPECT_EQ(notes, std::vector<std::string>{"folder_closed"});
  EXPECT_FALSE(std::filesystem::exists(root + "/.troth"));
  folders->perform(UnbindFolder{1});
  EXPECT_TRUE(std::filesystem::is_directory(home + "/folders"));
  folders->perform(BindFolder{1, root});
  std::filesystem::remove(home + "/folders");
  EXPECT_TRUE(until([&] { return scans == 1; }));
}

TEST_F(FolderRoot, OneFolderHasOneKeeper) {
  bind();
  FolderOptions options;
  std::vector<std::string> others;
  options.times = times;
  options.note = [&](const char* key, const std::string&) { others.emplace_back(key); };
  Folders second(io, options);
  second.start(*this);
  second.perform(BindFolder{1, root});
  quiet(1500);
  EXPECT_EQ(others, std::vector<std::string>{"folder_busy"});
  EXPECT_EQ(scans, 1);
  folders->stop();
  EXPECT_TRUE(until([&] { return scans == 2; }));
}

TEST_F(FolderRoot, APlantedLinkInPlaceOfOurFolderIsRefused) {
  std::filesystem::create_directory(dir.path() + "/trap");
  std::filesystem::create_directory_symlink(dir.path() + "/trap", root + "/.troth");
  folders->perform(BindFolder{1, root});
  quiet(200);
  EXPECT_EQ(scans, 0);
  EXPECT_EQ(notes, std::vector<std::string>{"folder_closed"});
  EXPECT_TRUE(std::filesystem::is_empty(dir.path() + "/trap"));
}

TEST_F(FolderRoot, AnotherFileSystemBelowIsLeftAlone) {
  std::filesystem::create_directory(root + "/disk");
  put_file(root + "/disk/covered", "1");
  bind();
  ASSERT_TRUE(is("disk/covered", EntryKind::file));
  if (::mount("none", (root + "/disk").c_str(), "tmpfs", 0, "size=1m") != 0)
    GTEST_SKIP() << "no right to mount here";
  put_file(root + "/disk/hidden", "1");
  folders->bound(1)->lookout().rescan();
  EXPECT_TRUE(until([&] { return is("disk", EntryKind::special); }));
  EXPECT_EQ(read("disk/hidden").error, Errc::special_file);
  quiet();
  // Covered is not deleted.
  EXPECT_TRUE(is("disk/covered", EntryKind::file));
  EXPECT_FALSE(last.contains("disk/hidden"));
  ::umount2((root + "/disk").c_str(), MNT_DETACH);
}

}  // namespace
}  // namespace troth::shell
