#include <fcntl.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <thread>

#include "shell/folder/rename.hpp"
#include "tests/unit/shell/folder_world.hpp"

namespace troth::shell {
namespace {

class FolderEffects : public FolderWorld, public ::testing::WithParamInterface<Renames> {
 protected:
  void SetUp() override {
    FolderWorld::SetUp();
    use_renames(GetParam());
    bind();
  }
  void TearDown() override {
    use_renames(Renames::automatic);
    FolderWorld::TearDown();
  }
};

TEST_P(FolderEffects, AFileArrivesWholeWithItsTimeAndMode) {
  EXPECT_TRUE(write(7, "world", 6).ok);
  EXPECT_TRUE(write(7, "hello ").ok);
  EXPECT_FALSE(std::filesystem::exists(root + "/a/b/file"));
  const Said done = finish(7, "a/b/file", {}, true);
  ASSERT_TRUE(done.ok);
  EXPECT_EQ(file_text(root + "/a/b/file"), "hello world");
  EXPECT_EQ(done.stat, stat_of(root + "/a/b/file"));
  EXPECT_EQ(done.stat.mtime_ns, 1'700'000'000'123'456'789u);
  EXPECT_TRUE(done.stat.executable);
  EXPECT_EQ(leftovers(), 0u);
  quiet();
  EXPECT_TRUE(entries.empty()) << "own writes are not told as foreign ones";
}

TEST_P(FolderEffects, AnEmptyFileIsAFile) {
  ASSERT_TRUE(finish(1, "empty").ok);
  EXPECT_EQ(stat_of(root + "/empty").size, 0u);
}

TEST_P(FolderEffects, NothingIsReplacedThatWasNotExpected) {
  put_file(root + "/mine", "user");
  ASSERT_TRUE(write(1, "theirs").ok);
  EXPECT_EQ(finish(1, "mine").error, Errc::file_changed);
  FileStat old = stat_of(root + "/mine");
  put_file(root + "/mine", "user again");
  EXPECT_EQ(finish(1, "mine", old).error, Errc::file_changed);
  EXPECT_EQ(file_text(root + "/mine"), "user again");
  EXPECT_EQ(finish(1, "none", old).error, Errc::file_changed);
  // The same temporary file can still be finished once it is known what is there.
  ASSERT_TRUE(finish(1, "mine", stat_of(root + "/mine")).ok);
  EXPECT_EQ(file_text(root + "/mine"), "theirs");
  EXPECT_EQ(leftovers(), 0u);
}

TEST_P(FolderEffects, AReplacedFileKeepsWhoMayReadIt) {
  put_file(root + "/private", "old");
  ::chmod((root + "/private").c_str(), 0600);
  ASSERT_TRUE(write(1, "new").ok);
  ASSERT_TRUE(finish(1, "private", stat_of(root + "/private"), true).ok);
  struct stat info {};
  ASSERT_EQ(::stat((root + "/private").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
}

TEST_P(FolderEffects, LinksPipesAndFoldersAreNeverReplaced) {
  put_file(dir.path() + "/outside", "outside");
  std::filesystem::create_symlink(dir.path() + "/outside", root + "/link");
  std::filesystem::create_directory_symlink(dir.path(), root + "/out");
  std::filesystem::create_directory(root + "/folder");
  put_file(root + "/folder/x", "x");
  ASSERT_TRUE(write(1, "theirs").ok);
  EXPECT_EQ(finish(1, "link").error, Errc::special_file);
  EXPECT_EQ(finish(1, "out/new").error, Errc::special_file);
  EXPECT_EQ(finish(1, "folder").error, Errc::file_changed);
  EXPECT_EQ(finish(1, "folder/x/y").error, Errc::file_changed);
  EXPECT_EQ(finish(1, "../escape").error, Errc::bad_name);
  EXPECT_EQ(finish(1, "/tmp/escape").error, Errc::bad_name);
  EXPECT_EQ(finish(1, ".troth/id").error, Errc::bad_name);
  EXPECT_EQ(finish(1, ".trothignore").error, Errc::bad_name);
  EXPECT_EQ(file_text(dir.path() + "/outside"), "outside");
  EXPECT_FALSE(std::filesystem::exists(dir.path() + "/new"));
}

TEST_P(FolderEffects, ReadsSayWhatTheyFound) {
  put_file(root + "/a", "0123456789");
  const Said whole = read("a");
  EXPECT_EQ(whole.bytes, to_bytes("0123456789"));
  EXPECT_EQ(whole.stat, stat_of(root + "/a"));
  EXPECT_EQ(read("a", 8, 5).bytes, to_bytes("89"));
  EXPECT_TRUE(read("a", 10, 5).ok);
  EXPECT_TRUE(read("a", 10, 5).bytes.empty());
  EXPECT_EQ(read("none").error, Errc::not_found);
  std::ofstream(root + "/big") << std::string(kReadBytes + 1, 'x');
  EXPECT_EQ(read("big", 0, kReadBytes + 1).bytes.size(), kReadBytes);
}

TEST_P(FolderEffects, RemovingTakesOnlyWhatWasExpected) {
  put_file(root + "/d/e/file", "1");
  const FileStat old = stat_of(root + "/d/e/file");
  put_file(root + "/d/e/file", "22");
  EXPECT_EQ(ask(RemoveFile{{}, 1, "d/e/file", old}).error, Errc::file_changed);
  EXPECT_EQ(file_text(root + "/d/e/file"), "22");
  EXPECT_TRUE(ask(RemoveFile{{}, 1, "d/e/file", stat_of(root + "/d/e/file")}).ok);
  EXPECT_FALSE(std::filesystem::exists(root + "/d"));
  EXPECT_EQ(ask(RemoveFile{{}, 1, "d/e/file", old}).error, Errc::not_found);
  EXPECT_EQ(leftovers(), 0u);
}

TEST_P(FolderEffects, MovingNeverReplaces) {
  put_file(root + "/from", "1");
  put_file(root + "/taken", "2");
  EXPECT_EQ(ask(MoveFile{{}, 1, "from", "taken"}).error, Errc::file_changed);
  EXPECT_TRUE(ask(MoveFile{{}, 1, "from", "sub/to"}).ok);
  EXPECT_EQ(file_text(root + "/sub/to"), "1");
  EXPECT_EQ(file_text(root + "/taken"), "2");
  EXPECT_EQ(ask(MoveFile{{}, 1, "from", "x"}).error, Errc::not_found);
  EXPECT_EQ(ask(MoveFile{{}, 1, "sub/to", "../x"}).error, Errc::bad_name);
  EXPECT_TRUE(until([&] { return is("sub/to", EntryKind::file); }));
}

TEST_P(FolderEffects, AnEditAtTheLastMomentIsNeverLost) {
  // A user saves again and again, by rename, while another version is finished over it.
  std::atomic<bool> stop{false};
  std::atomic<int> saved{0};
  std::thread user([&] {
    while (!stop) {
      const int number = saved + 1;
      put_file(dir.path() + "/edit", "user " + std::to_string(number));
      if (::rename((dir.path() + "/edit").c_str(), (root + "/doc").c_str()) == 0) saved = number;
    }
  });
  while (saved == 0) std::this_thread::yield();
  int lost = 0;
  for (std::uint64_t i = 0; i < 200; ++i) {
    (void)write(i, "theirs");
    struct stat info {};
    if (::stat((root + "/doc").c_str(), &info) != 0) continue;
    const Said done = finish(i, "doc", to_file_stat(info));
    if (!done.ok && done.error != Errc::file_changed) ++lost;
  }
  stop = true;
  user.join();
  EXPECT_EQ(lost, 0);
  EXPECT_TRUE(std::filesystem::exists(root + "/doc"));
}

INSTANTIATE_TEST_SUITE_P(, FolderEffects, ::testing::Values(Renames::automatic, Renames::plain),
                         [](const auto& one) {
                           return std::string(one.param == Renames::plain ? "plain" : "automatic");
                         });

using FolderDisk = FolderWorld;

TEST_F(FolderDisk, ManyFilesShareThePriceOfBeingSure) {
  bind();
  constexpr std::uint64_t kFiles = 2000;
  for (std::uint64_t i = 1; i <= kFiles; ++i) {
    folders->perform(WriteTemp{Ticket{1'000'000 + i}, 1, i, 0, to_bytes("content")});
    folders->perform(FinishFile{
        Ticket{i}, 1, i, "d/" + std::to_string(i % 20) + "/" + std::to_string(i), 1, false, {}});
  }
  ASSERT_TRUE(until([&] { return answers.size() == 2 * kFiles; }, 60'000));
  for (const auto& [ticket, said] : answers) EXPECT_TRUE(said.ok);
  quiet();
  EXPECT_TRUE(entries.empty());
  EXPECT_EQ(leftovers(), 0u);
}

TEST_F(FolderDisk, TemporaryFilesOfAnotherRunAreTakenAway) {
  put_file(root + "/.troth/dead-0000000000000001", "left");
  for (int i = 0; i < 300; ++i) put_file(root + "/.troth/x" + std::to_string(i), "left");
  bind();
  EXPECT_TRUE(entries.empty());
  EXPECT_EQ(leftovers(), 0u);
  struct stat info {};
  ASSERT_EQ(::stat((root + "/.troth").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
  ASSERT_TRUE(write(1, "x").ok);
  EXPECT_EQ(leftovers(), 1u);
  folders->perform(DiscardTemp{1, 1});
  EXPECT_EQ(leftovers(), 0u);
}

TEST_F(FolderDisk, ATemporaryFileThatWasTamperedWithIsNotFinished) {
  bind();
  ASSERT_TRUE(write(1, "content").ok);
  for (const auto& one : std::filesystem::directory_iterator(root + "/.troth")) {
    if (one.path().filename() != "id") std::filesystem::remove(one.path());
  }
  EXPECT_EQ(finish(1, "file").error, Errc::io_error);
  EXPECT_FALSE(std::filesystem::exists(root + "/file"));
}

TEST_F(FolderDisk, ALostTemporaryFileIsNeverTakenForAnEmptyOne) {
  bind();
  ASSERT_TRUE(write(1, "content").ok);
  ASSERT_TRUE(write(2, "content").ok);
  // Bound anew: what was written stays good.
  folders->perform(BindFolder{1, root});
  ASSERT_TRUE(until([&] { return scans == 2; }));
  ASSERT_TRUE(finish(1, "kept").ok);
  EXPECT_EQ(file_text(root + "/kept"), "content");
  // Let go in between: it is gone, and that is told.
  folders->perform(UnbindFolder{1});
  folders->perform(BindFolder{1, root});
  ASSERT_TRUE(until([&] { return scans == 3; }));
  EXPECT_EQ(write(2, " more", 7).error, Errc::io_error);
  EXPECT_EQ(finish(2, "lost").error, Errc::io_error);
  EXPECT_FALSE(std::filesystem::exists(root + "/lost"));
}

TEST_F(FolderDisk, MoreTemporaryFilesThanDescriptors) {
  bind();
  for (int round = 0; round < 2; ++round) {
    for (std::uint64_t i = 1; i <= kTempsOpen + 5; ++i)
      ASSERT_TRUE(write(i, "ab", static_cast<std::uint64_t>(round) * 2).ok);
  }
  ASSERT_TRUE(finish(1, "first").ok);
  EXPECT_EQ(file_text(root + "/first"), "abab");
}

TEST_F(FolderDisk, AFullDiskIsSaidAndNothingHalfWrittenStays) {
  if (::mount("none", root.c_str(), "tmpfs", 0, "size=256k,mode=0700") != 0)
    GTEST_SKIP() << "no right to mount here";
  bind();
  const std::string block(64 * 1024, 'x');
  Said said;
  for (std::uint64_t i = 0; i < 8; ++i) said = write(1, block, i * block.size());
  EXPECT_EQ(said.error, Errc::disk_full);
  folders->perform(DiscardTemp{1, 1});
  EXPECT_TRUE(write(2, block).ok);
  EXPECT_TRUE(finish(2, "fits").ok);
  folders->stop();
  ::umount2(root.c_str(), MNT_DETACH);
}

TEST_F(FolderDisk, AFileLongerThanAllowedIsAFullDisk) {
  bind();
  rlimit old{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit low{4096, old.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &low), 0);
  const Said said = write(1, std::string(8192, 'x'));
  ::setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(said.error, Errc::disk_full);
}

TEST_F(FolderDisk, EffectsOnAFolderThatIsNotBoundAreAnswered) {
  EXPECT_EQ(read("a").error, Errc::io_error);
  EXPECT_EQ(write(1, "a").error, Errc::io_error);
  EXPECT_EQ(finish(1, "a").error, Errc::io_error);
  EXPECT_EQ(ask(RemoveFile{{}, 1, "a", {}}).error, Errc::io_error);
  EXPECT_EQ(ask(MoveFile{{}, 1, "a", "b"}).error, Errc::io_error);
}

}  // namespace
}  // namespace troth::shell
