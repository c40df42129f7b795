// What .trothignore hides is this person's own: it is not read, replaced, or moved (spec 10a §4).
#include "tests/unit/shell/folder_world.hpp"

namespace troth::shell {
namespace {

class FolderHidden : public FolderWorld {
 protected:
  void SetUp() override {
    FolderWorld::SetUp();
    put_file(root + "/.trothignore", "secret\nprivate/\n");
    put_file(root + "/secret", "mine");
    put_file(root + "/private/key", "mine");
    put_file(root + "/open", "1");
    bind();
  }
};

TEST_F(FolderHidden, ItIsNotReadAndItsAbsenceIsNotTold) {
  EXPECT_EQ(read("secret").error, Errc::not_permitted);
  EXPECT_EQ(read("private/key").error, Errc::not_permitted);
  EXPECT_EQ(read("sub/secret").error, Errc::not_permitted);
  EXPECT_EQ(read("private/none").error, Errc::not_permitted);
  EXPECT_TRUE(read("open").ok);
  EXPECT_EQ(read("none").error, Errc::not_found);
  put_file(root + "/.trothignore", "");
  ASSERT_TRUE(until([&] { return last.contains("secret"); }));
  EXPECT_TRUE(read("secret").ok);
}

TEST_F(FolderHidden, ItIsNotMovedToANameThatIsShown) {
  EXPECT_EQ(ask(MoveFile{{}, 1, "secret", "secret (conflict)"}).error, Errc::not_permitted);
  EXPECT_TRUE(std::filesystem::exists(root + "/secret"));
}

TEST_F(FolderHidden, ItIsReplacedOnlyWhileItIsWhatOthersKnow) {
  const FileStat known = stat_of(root + "/secret");
  ASSERT_TRUE(write(1, "theirs").ok);
  EXPECT_EQ(finish(1, "secret").error, Errc::not_permitted);
  EXPECT_EQ(finish(1, "private/none", known).error, Errc::not_permitted) << "deleted here";
  put_file(root + "/secret", "private edit");
  EXPECT_EQ(finish(1, "secret", known).error, Errc::not_permitted);
  EXPECT_EQ(file_text(root + "/secret"), "private edit");
  EXPECT_TRUE(finish(1, "secret", stat_of(root + "/secret")).ok);
  EXPECT_EQ(file_text(root + "/secret"), "theirs");
  ASSERT_TRUE(write(2, "new").ok);
  EXPECT_TRUE(finish(2, "private/new").ok);
}

}  // namespace
}  // namespace troth::shell
