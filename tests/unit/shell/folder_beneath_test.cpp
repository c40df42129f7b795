#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <thread>

#include "shell/folder/beneath.hpp"
#include "tests/unit/shell/folder_world.hpp"

namespace troth::shell {
namespace {

class Beneath : public ::testing::TestWithParam<Resolver> {
 protected:
  void SetUp() override {
    use_resolver(GetParam());
    put_file(inside_ + "/a/b/file", "inside");
    put_file(outside_ + "/b/file", "outside");
    put_file(outside_ + "/file", "outside");
    root_ = Fd(::open(inside_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    ASSERT_TRUE(root_.ok());
  }
  void TearDown() override { use_resolver(Resolver::automatic); }
  Errc open_error(const std::string& path) {
    const auto opened = open_file(root_.get(), path);
    return opened ? Errc::internal : opened.error().code;
  }
  // The kernel's check alone refuses as surely but does not always say that it was a link.
  bool refused(const std::string& path) {
    const Errc code = open_error(path);
    return code == Errc::special_file ||
           (GetParam() == Resolver::kernel && code == Errc::not_found);
  }
  TempHome temp_;
  std::string inside_ = temp_.path() + "/in";
  std::string outside_ = temp_.path() + "/out";
  Fd root_;
};

TEST(FolderPath, NothingButPlainRelativeNames) {
  for (const char* good :
       {"a", "a/b", ".a", "..a", "a..", "...", "a\nb", "a\xff", "x/.trothignore"})
    EXPECT_TRUE(check_path(good)) << good;
  for (const char* bad : {"", "/", "/a", "a/", "a//b", ".", "..", "a/..", "a/../b", "./a", ".troth",
                          "a/.troth", "a/.TROTH/b", ".trothignore", ".TrothIgnore"})
    EXPECT_EQ(check_path(bad).error().code, Errc::bad_name) << bad;
  EXPECT_EQ(check_path(std::string_view("a\0b", 3)).error().code, Errc::bad_name);
}

TEST_P(Beneath, PlainFilesAreFound) {
  auto opened = open_file(root_.get(), "a/b/file");
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->info.st_size, 6);
  EXPECT_EQ(open_error("a/b/none"), Errc::not_found);
  EXPECT_EQ(open_error("a/none/file"), Errc::not_found);
  EXPECT_EQ(open_error("a/b/file/x"), Errc::not_found);
  EXPECT_EQ(open_error("../out/file"), Errc::bad_name);
  EXPECT_EQ(open_error(outside_ + "/file"), Errc::bad_name);
}

TEST_P(Beneath, NoLinkIsFollowedAtAnyPlace) {
  std::filesystem::create_symlink(outside_ + "/file", inside_ + "/link");
  std::filesystem::create_directory_symlink(outside_, inside_ + "/linked");
  std::filesystem::create_directory_symlink("a", inside_ + "/near");
  EXPECT_TRUE(refused("link"));
  EXPECT_TRUE(refused("linked/file"));
  EXPECT_TRUE(refused("linked/b/file"));
  EXPECT_TRUE(refused("near/b/file"));
  EXPECT_FALSE(find_place(root_.get(), "linked/new/file", Parents::make));
  EXPECT_FALSE(std::filesystem::exists(outside_ + "/new"));
  EXPECT_FALSE(open_folder(root_.get(), "linked"));
}

TEST_P(Beneath, AFolderSwappedForALinkNeverLeadsOut) {
  std::filesystem::create_directory_symlink(outside_, temp_.path() + "/trap");
  std::atomic<bool> stop{false};
  std::thread swapper([&] {
    const std::string folder = inside_ + "/a";
    while (!stop)
      ::renameat2(AT_FDCWD, folder.c_str(), AT_FDCWD, (temp_.path() + "/trap").c_str(),
                  RENAME_EXCHANGE);
  });
  int inside = 0;
  for (int i = 0; i < 20'000; ++i) {
    auto opened = open_file(root_.get(), "a/b/file");
    if (!opened) continue;
    char text[8] = {};
    ASSERT_GT(::read(opened->fd.get(), text, 7), 0);
    ASSERT_STREQ(text, "inside");
    ++inside;
  }
  stop = true;
  swapper.join();
  EXPECT_GT(inside, 0);
}

TEST_P(Beneath, PipesSocketsAndFoldersAreNoFiles) {
  ASSERT_EQ(::mkfifo((inside_ + "/pipe").c_str(), 0600), 0);
  EXPECT_EQ(open_error("pipe"), Errc::special_file);
  EXPECT_EQ(open_error("a"), Errc::special_file);
}

TEST_P(Beneath, MissingFoldersAreMadeOnce) {
  std::vector<Fd> touched;
  auto place = find_place(root_.get(), "new/deep/file", Parents::make, &touched);
  ASSERT_TRUE(place);
  EXPECT_EQ(place->name, "file");
  EXPECT_EQ(touched.size(), 2u);
  EXPECT_TRUE(std::filesystem::is_directory(inside_ + "/new/deep"));
  touched.clear();
  ASSERT_TRUE(find_place(root_.get(), "new/deep/other", Parents::make, &touched));
  EXPECT_TRUE(touched.empty());
}

TEST_P(Beneath, LongPathsAndNamesAreTypedErrors) {
  std::string deep;
  for (int i = 0; i < 40; ++i) deep += std::string(200, 'd') + "/";
  auto made = find_place(root_.get(), deep + "file", Parents::make);
  ASSERT_TRUE(made) << static_cast<int>(made.error().code);
  EXPECT_EQ(open_error(deep + "file"), Errc::not_found);
  EXPECT_EQ(open_error(std::string(256, 'n')), Errc::bad_name);
}

INSTANTIATE_TEST_SUITE_P(, Beneath,
                         ::testing::Values(Resolver::automatic, Resolver::kernel, Resolver::steps),
                         [](const auto& one) {
                           return std::string(one.param == Resolver::automatic ? "automatic"
                                              : one.param == Resolver::kernel  ? "kernel"
                                                                               : "steps");
                         });

}  // namespace
}  // namespace troth::shell
