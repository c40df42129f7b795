#include "files/names.hpp"

#include <gtest/gtest.h>

namespace troth::files {
namespace {

TEST(Names, GoodPathsAreTaken) {
  for (const std::string path :
       {"a", "a/b/c.txt", ".hidden", "..a", "a..", "...", "a b", "caf\xc3\xa9",
        "\xe6\x97\xa5\xe6\x9c\xac", "trothy", ".trothignore", "a/.troth2"})
    EXPECT_TRUE(check_path(path)) << path;
}

TEST(Names, PathsThatClimbHideOrControlAreRefused) {
  for (const std::string path : {"",
                                 "/",
                                 "/a",
                                 "a/",
                                 "a//b",
                                 ".",
                                 "..",
                                 "../a",
                                 "a/..",
                                 "a/../b",
                                 "a/./b",
                                 "a\\b",
                                 "a\nb",
                                 "a\x1b[2J",
                                 "a\x7f",
                                 "a\xc2\x85",
                                 "a\xc2\x9b",
                                 "\xc0\xae\xc0\xae/a",
                                 "\xed\xa0\x80",
                                 "\xff",
                                 ".troth",
                                 "a/.TROTH/b",
                                 ".Troth/x"})
    EXPECT_EQ(check_path(path).error().code, Errc::bad_name) << path;
  EXPECT_FALSE(check_path(std::string("a\0b", 3)));
}

TEST(Names, LimitsHoldToTheByte) {
  EXPECT_TRUE(check_path(std::string(255, 'a')));
  EXPECT_FALSE(check_path(std::string(256, 'a')));
  std::string path;
  for (int i = 0; i < 4; ++i) path += std::string(255, 'a') + "/";
  path += "abcd";
  ASSERT_EQ(path.size(), 1028u);
  EXPECT_TRUE(check_path(path.substr(4)));
  EXPECT_FALSE(check_path(path.substr(3)));
  std::string deep = "a";
  for (int i = 1; i < 64; ++i) deep += "/a";
  EXPECT_TRUE(check_path(deep));
  EXPECT_FALSE(check_path(deep + "/a"));
}

TEST(Names, FoldTellsWhatMeetsInOtherFileSystems) {
  const auto meet = [](const char* a, const char* b) { return fold(a) == fold(b); };
  EXPECT_TRUE(meet("README.txt", "readme.TXT"));
  EXPECT_TRUE(meet("\xc3\x89t\xc3\xa9", "e\xcc\x81te\xcc\x81"));              // accents apart
  EXPECT_TRUE(meet("\xe1\xbb\x87", "e\xcc\xa3\xcc\x82"));                     // two marks
  EXPECT_TRUE(meet("e\xcc\x82\xcc\xa3", "e\xcc\xa3\xcc\x82"));                // in any order
  EXPECT_TRUE(meet("\xd0\x99", "\xd0\xb8\xcc\x86"));                          // Cyrillic short i
  EXPECT_TRUE(meet("\xce\x86", "\xce\xb1\xcc\x81"));                          // Greek
  EXPECT_TRUE(meet("\xe3\x81\x8c", "\xe3\x81\x8b\xe3\x82\x99"));              // kana
  EXPECT_TRUE(meet("\xed\x95\x9c", "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab"));  // Hangul
  EXPECT_TRUE(meet("\xc5\xb8", "\xc3\xbf"));
  EXPECT_FALSE(meet("a", "b"));
  EXPECT_FALSE(meet("e", "\xc3\xa9"));
  EXPECT_FALSE(meet("a/b", "ab"));
  EXPECT_FALSE(meet("\xc3\x97", "\xc3\xb7"));  // the signs of times and divide are no pair
}

TEST(Names, AnItemIsNamedByCategoryAndPath) {
  const CategoryId one{{1}}, two{{2}};
  EXPECT_EQ(item_of(one, "a"), item_of(one, "a"));
  EXPECT_NE(item_of(one, "a"), item_of(two, "a"));
  EXPECT_NE(item_of(one, "a"), item_of(one, "b"));
}

TEST(Names, AConflictCopySaysWhoseAndWhen) {
  const std::uint64_t at = 1'795'506'063ull * 1'000'000'000;  // 2026-11-24 07:41:03
  EXPECT_EQ(*conflict_path("a/b.txt", "Laptop", at, 1),
            "a/b (conflict, Laptop, 2026-11-24 07.41.03).txt");
  EXPECT_EQ(*conflict_path("b", "Laptop", 0, 2), "b (conflict 2, Laptop, 1970-01-01 00.00.00)");
  EXPECT_EQ(*conflict_path(".profile", "x", 951'782'400ull * 1'000'000'000, 1),
            ".profile (conflict, x, 2000-02-29 00.00.00)");
  EXPECT_EQ(*conflict_path("b", "../e\n", 0, 1), "b (conflict, .._e_, 1970-01-01 00.00.00)");
}

TEST(Names, AConflictCopyFitsAndIsGood) {
  for (const std::size_t size : {1u, 200u, 254u, 255u}) {
    const auto made = conflict_path(std::string(size, 'x'), std::string(200, 'd'), 0, 1);
    ASSERT_TRUE(made);
    EXPECT_TRUE(check_path(*made));
  }
  std::string accents;
  for (int i = 0; i < 127; ++i) accents += "\xc3\xa9";
  const auto made = conflict_path(accents, "\xc3\xa9\xc3\xa9", 0, 1);
  ASSERT_TRUE(made);
  EXPECT_TRUE(check_path(*made));
  std::string deep;
  for (int i = 0; i < 4; ++i) deep += std::string(250, 'a') + "/";
  EXPECT_FALSE(conflict_path(deep + "b", "Laptop", 0, 1));
}

}  // namespace
}  // namespace troth::files
