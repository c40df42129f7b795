#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "tests/unit/shell/folder_world.hpp"

namespace troth::shell {
namespace {

using FolderWatch = FolderWorld;

TEST_F(FolderWatch, TheFirstScanTellsEveryFileOnceAndThenThatItEnded) {
  put_file(root + "/one", "1");
  put_file(root + "/deep/er/two", "22");
  ::chmod((root + "/one").c_str(), 0755);
  bind();
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_TRUE(is("one", EntryKind::file));
  EXPECT_TRUE(is("deep/er/two", EntryKind::file));
  for (const auto& entry : entries) EXPECT_EQ(entry.stat, stat_of(root + "/" + entry.path));
  quiet();
  EXPECT_EQ(entries.size(), 2u);
  EXPECT_EQ(scans, 1);
}

TEST_F(FolderWatch, SpecialFilesAreNamedAndNeverOpened) {
  std::filesystem::create_symlink("/etc/passwd", root + "/link");
  std::filesystem::create_directory_symlink("/etc", root + "/folder-link");
  ASSERT_EQ(::mkfifo((root + "/pipe").c_str(), 0600), 0);
  const Fd fd(::socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un at{};
  at.sun_family = AF_UNIX;
  std::snprintf(at.sun_path, sizeof at.sun_path, "%s/socket", root.c_str());
  ASSERT_EQ(::bind(fd.get(), reinterpret_cast<sockaddr*>(&at), sizeof at), 0);
  bind();
  for (const char* name : {"link", "folder-link", "pipe", "socket"})
    EXPECT_TRUE(is(name, EntryKind::special)) << name;
  EXPECT_EQ(entries.size(), 4u);
  EXPECT_EQ(read("pipe").error, Errc::special_file);
  EXPECT_EQ(read("link").error, Errc::special_file);
}

TEST_F(FolderWatch, NamesAreToldAsTheFileSystemSpellsThem) {
  const std::vector<std::string> names{"two\nlines", "\xff\xfe", "\x1b[31m", std::string(255, 'n'),
                                       " ",          "-rf",      "\\",       "*"};
  for (const auto& name : names) put_file(root + "/" + name, "x");
  bind();
  for (const auto& name : names) EXPECT_TRUE(is(name, EntryKind::file)) << name;
}

TEST_F(FolderWatch, ChangesAreToldAfterTheWriterClosed) {
  bind();
  put_file(root + "/new", "text");
  ASSERT_TRUE(until([&] { return is("new", EntryKind::file); }));
  std::filesystem::remove(root + "/new");
  ASSERT_TRUE(until([&] { return is("new", EntryKind::gone); }));
  EXPECT_EQ(reports["new"], 2);
}

TEST_F(FolderWatch, ALongWriteIsToldAFewTimesNotAHundred) {
  bind();
  const Fd fd(::open((root + "/log").c_str(), O_WRONLY | O_CREAT, 0600));
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(::write(fd.get(), "x", 1), 1);
    quiet(10);
  }
  // Quiet never came, so it was told because the longest wait was over.
  EXPECT_GE(reports["log"], 1);
  EXPECT_LE(reports["log"], 4);
  quiet(200);
  const int after = reports["log"];
  EXPECT_LE(after, 5);
  EXPECT_EQ(entries.back().stat.size, 100u);
}

TEST_F(FolderWatch, AWriteThatLeavesTheStatEqualIsStillTold) {
  put_file(root + "/same", "aaaa");
  bind();
  const FileStat before = stat_of(root + "/same");
  const Fd fd(::open((root + "/same").c_str(), O_WRONLY));
  ASSERT_EQ(::write(fd.get(), "bbbb", 4), 4);
  const timespec stamps[2] = {{0, UTIME_OMIT},
                              {static_cast<time_t>(before.mtime_ns / 1'000'000'000),
                               static_cast<long>(before.mtime_ns % 1'000'000'000)}};
  ASSERT_EQ(::futimens(fd.get(), stamps), 0);
  EXPECT_TRUE(until([&] { return reports["same"] == 2; }));
  // Never what was told before, or nobody would read it again.
  EXPECT_FALSE(entries.back().stat == before);
  EXPECT_EQ(entries.back().stat.size, before.size);
  EXPECT_EQ(entries.back().stat.mtime_ns, before.mtime_ns);
  quiet();
  EXPECT_EQ(reports["same"], 2);
}

TEST_F(FolderWatch, RenamedFilesAndFoldersMove) {
  put_file(root + "/old/a", "1");
  put_file(root + "/old/sub/b", "2");
  put_file(root + "/c", "3");
  bind();
  std::filesystem::rename(root + "/old", root + "/new");
  std::filesystem::rename(root + "/c", root + "/new/c");
  ASSERT_TRUE(until([&] {
    return is("new/a", EntryKind::file) && is("new/sub/b", EntryKind::file) &&
           is("new/c", EntryKind::file) && is("old/a", EntryKind::gone) &&
           is("old/sub/b", EntryKind::gone) && is("c", EntryKind::gone);
  }));
  // The watch moved along: changes are told under the new name.
  put_file(root + "/new/sub/later", "4");
  EXPECT_TRUE(until([&] { return is("new/sub/later", EntryKind::file); }));
  EXPECT_FALSE(last.contains("old/sub/later"));
}

TEST_F(FolderWatch, WhatAReplacedFolderLacksIsGone) {
  put_file(root + "/a/x", "1");
  put_file(root + "/a/y", "1");
  put_file(root + "/a/sub/z", "1");
  bind();
  std::filesystem::rename(root + "/a", root + "/b");
  put_file(root + "/a/x", "2");
  EXPECT_TRUE(until([&] {
    return is("a/y", EntryKind::gone) && is("a/sub/z", EntryKind::gone) &&
           is("b/y", EntryKind::file) && reports["a/x"] == 2;
  }));
  EXPECT_TRUE(is("a/x", EntryKind::file));
}

TEST_F(FolderWatch, TwoFoldersThatChangePlacesAreBothReadAgain) {
  put_file(root + "/a/x", "1");
  put_file(root + "/a/y", "1");
  put_file(root + "/b/w", "1");
  bind();
  if (::renameat2(AT_FDCWD, (root + "/a").c_str(), AT_FDCWD, (root + "/b").c_str(),
                  RENAME_EXCHANGE) != 0)
    GTEST_SKIP() << "this file system exchanges no names";
  EXPECT_TRUE(until([&] {
    return is("a/w", EntryKind::file) && is("b/x", EntryKind::file) && is("b/y", EntryKind::file) &&
           is("a/x", EntryKind::gone) && is("a/y", EntryKind::gone) && is("b/w", EntryKind::gone);
  }));
}

TEST_F(FolderWatch, AReplacedFolderOfManyFilesIsFoundByReadingAllAgain) {
  for (int i = 0; i < 1500; ++i) put_file(root + "/a/" + std::to_string(i), "1");
  bind();
  std::filesystem::rename(root + "/a", dir.path() + "/elsewhere");
  put_file(root + "/a/0", "2");
  EXPECT_TRUE(until([&] {
    return std::count_if(last.begin(), last.end(),
                         [](const auto& one) { return one.second == EntryKind::gone; }) == 1499;
  }));
}

TEST_F(FolderWatch, ANewTreeIsScannedAndADeletedOneIsGone) {
  bind();
  for (int i = 0; i < 50; ++i) put_file(root + "/t/" + std::to_string(i) + "/x/file", "1");
  ASSERT_TRUE(until([&] { return reports.size() == 50; }));
  std::filesystem::remove_all(root + "/t");
  ASSERT_TRUE(until([&] {
    return std::all_of(last.begin(), last.end(),
                       [](const auto& one) { return one.second == EntryKind::gone; });
  }));
  EXPECT_EQ(folders->bound(1)->lookout().known(), 0u);
}

TEST_F(FolderWatch, AFileThatBecomesAFolderOrALinkIsTold) {
  put_file(root + "/a", "1");
  put_file(root + "/b", "1");
  put_file(root + "/c/d", "1");
  bind();
  std::filesystem::remove(root + "/a");
  put_file(root + "/a/inner", "2");
  std::filesystem::remove(root + "/b");
  std::filesystem::create_symlink("a", root + "/b");
  std::filesystem::remove_all(root + "/c");
  put_file(root + "/c", "2");
  EXPECT_TRUE(until([&] {
    return is("a", EntryKind::gone) && is("a/inner", EntryKind::file) &&
           is("b", EntryKind::special) && is("c", EntryKind::file) && is("c/d", EntryKind::gone);
  }));
}

TEST_F(FolderWatch, AFolderReplacedByALinkIsNotADeletion) {
  put_file(root + "/photos/a", "1");
  bind();
  std::filesystem::rename(root + "/photos", dir.path() + "/elsewhere");
  std::filesystem::create_directory_symlink(dir.path() + "/elsewhere", root + "/photos");
  ASSERT_TRUE(until([&] { return is("photos", EntryKind::special); }));
  quiet();
  EXPECT_TRUE(is("photos/a", EntryKind::file));
}

TEST_F(FolderWatch, OverflowAndARescanFindWhatNoEventTold) {
  put_file(root + "/stays", "1");
  put_file(root + "/goes", "1");
  put_file(root + "/changes", "1");
  bind();
  Lookout& lookout = folders->bound(1)->lookout();
  // Blind: events are thrown away while the folder changes.
  lookout.watcher()->forget("");
  std::filesystem::remove(root + "/goes");
  put_file(root + "/changes", "22");
  put_file(root + "/sub/comes", "1");
  lookout.on_event({WatchEvent::Kind::overflow, ""});
  ASSERT_TRUE(until([&] {
    return is("goes", EntryKind::gone) && is("sub/comes", EntryKind::file) &&
           reports["changes"] == 2;
  }));
  EXPECT_EQ(reports["stays"], 1);
  EXPECT_EQ(scans, 1);
  put_file(root + "/later", "1");
  EXPECT_TRUE(until([&] { return is("later", EntryKind::file); }));
}

TEST_F(FolderWatch, WithoutWatchesTheFolderIsReadAgainAndThePersonIsTold) {
  put_file(root + "/sub/a", "1");
  folders->perform(BindFolder{1, root});
  folders->bound(1)->lookout().watcher()->set_limit(1);
  ASSERT_TRUE(until([&] { return scans > 0; }));
  EXPECT_EQ(notes, std::vector<std::string>{"folder_watches"});
  put_file(root + "/sub/b", "1");
  EXPECT_TRUE(until([&] { return is("sub/b", EntryKind::file); }));
  std::filesystem::remove(root + "/sub/a");
  EXPECT_TRUE(until([&] { return is("sub/a", EntryKind::gone); }));
}

TEST_F(FolderWatch, IgnoredFilesAreNeitherToldNorGone) {
  put_file(root + "/.trothignore", "*.tmp\nprivate/\n");
  put_file(root + "/a.tmp", "1");
  put_file(root + "/private/key", "1");
  put_file(root + "/notes", "1");
  bind();
  EXPECT_EQ(entries.size(), 1u);
  put_file(root + "/b.tmp", "1");
  put_file(root + "/private/more", "1");
  quiet();
  EXPECT_EQ(entries.size(), 1u);
  put_file(root + "/.trothignore", "notes\n");
  ASSERT_TRUE(until([&] { return reports.size() == 5; }));
  std::filesystem::remove(root + "/notes");
  quiet();
  EXPECT_TRUE(is("notes", EntryKind::file));
  EXPECT_TRUE(is("private/key", EntryKind::file));
  EXPECT_FALSE(last.contains(".trothignore"));
}

TEST_F(FolderWatch, RulesThatCannotBeFollowedShowNothing) {
  put_file(root + "/.trothignore", "secret\n");
  put_file(root + "/secret", "1");
  put_file(root + "/open", "1");
  bind();
  put_file(root + "/.trothignore", std::string(kIgnoreBytes + 1, 'x'));
  ASSERT_TRUE(until([&] { return !notes.empty(); }));
  quiet();
  EXPECT_EQ(notes, std::vector<std::string>{"folder_rules"});
  EXPECT_FALSE(last.contains("secret"));
  put_file(root + "/.trothignore", "secret\n");
  EXPECT_TRUE(until([&] { return over.size() == 1; }));
  put_file(root + "/.trothignore", std::string(kIgnoreBytes + 1, 'x'));
  ASSERT_TRUE(until([&] { return notes.size() == 2; }));
  // Nor when they were bad from the start.
  folders->perform(BindFolder{1, root});
  quiet();
  EXPECT_EQ(scans, 1);
  std::filesystem::remove(root + "/.trothignore");
  EXPECT_TRUE(until([&] { return scans == 2; }));
}

TEST_F(FolderWatch, AScanOfManyFilesLeavesTheLoopResponsive) {
  for (int d = 0; d < 20; ++d) {
    for (int i = 0; i < 250; ++i)
      put_file(root + "/" + std::to_string(d) + "/" + std::to_string(i), "x");
  }
  folders->perform(BindFolder{1, root});
  int turns = 0;
  const auto begin = std::chrono::steady_clock::now();
  while (scans == 0 && std::chrono::steady_clock::now() - begin < std::chrono::seconds(30)) {
    io.restart();
    turns += static_cast<int>(io.run_one_for(std::chrono::milliseconds(100)));
  }
  EXPECT_EQ(entries.size(), 5000u);
  EXPECT_GT(turns, 3);
}

TEST_F(FolderWatch, StoppedAndUnboundFoldersAreSilent) {
  bind();
  folders->perform(UnbindFolder{1});
  EXPECT_FALSE(std::filesystem::exists(root + "/.troth"));
  put_file(root + "/a", "1");
  quiet(200);
  EXPECT_TRUE(entries.empty());
  folders->perform(BindFolder{1, root});
  ASSERT_TRUE(until([&] { return scans == 2; }));
  folders->stop();
  put_file(root + "/b", "1");
  quiet(200);
  EXPECT_FALSE(last.contains("b"));
}

}  // namespace
}  // namespace troth::shell
