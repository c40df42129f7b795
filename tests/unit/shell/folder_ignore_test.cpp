#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "shell/folder/ignore.hpp"

namespace troth::shell {
namespace {

IgnoreRules rules(std::string_view text) {
  auto parsed = IgnoreRules::parse(as_bytes(text));
  EXPECT_TRUE(parsed) << text;
  return parsed ? std::move(*parsed) : IgnoreRules();
}

TEST(IgnoreFile, NamesMatchAtAnyDepthUnlessASlashHoldsThem) {
  const auto loose = rules("*.tmp\n");
  EXPECT_TRUE(loose.ignores("a.tmp", false));
  EXPECT_TRUE(loose.ignores("deep/er/a.tmp", false));
  EXPECT_FALSE(loose.ignores("a.tmp.txt", false));
  const auto held = rules("/build\nsrc/*.o\n");
  EXPECT_TRUE(held.ignores("build", true));
  EXPECT_TRUE(held.ignores("build/x/y", false));
  EXPECT_FALSE(held.ignores("sub/build", true));
  EXPECT_TRUE(held.ignores("src/a.o", false));
  EXPECT_FALSE(held.ignores("src/sub/a.o", false));
  EXPECT_FALSE(held.ignores("other/src/a.o", false));
}

TEST(IgnoreFile, AClosingSlashMeansFoldersOnly) {
  const auto found = rules("cache/\n");
  EXPECT_FALSE(found.ignores("cache", false));
  EXPECT_TRUE(found.ignores("cache", true));
  EXPECT_TRUE(found.ignores("a/cache/file", false));
}

TEST(IgnoreFile, TwoStarsStandForAnyNumberOfNames) {
  const auto found = rules("**/logs/*.log\ndocs/**/draft\nkeep/**\n");
  EXPECT_TRUE(found.ignores("logs/a.log", false));
  EXPECT_TRUE(found.ignores("x/y/logs/a.log", false));
  EXPECT_FALSE(found.ignores("logs/sub/a.log", false));
  EXPECT_TRUE(found.ignores("docs/draft", false));
  EXPECT_TRUE(found.ignores("docs/a/b/draft", false));
  EXPECT_FALSE(found.ignores("keep", true));
  EXPECT_TRUE(found.ignores("keep/a", false));
}

TEST(IgnoreFile, TheLastRuleThatMatchesDecidesAndAClosedFolderStaysClosed) {
  const auto found = rules("*.log\n!keep.log\nprivate/\n!private/open.txt\n");
  EXPECT_TRUE(found.ignores("a.log", false));
  EXPECT_FALSE(found.ignores("keep.log", false));
  EXPECT_TRUE(found.ignores("private/open.txt", false));
  EXPECT_TRUE(rules("!a\na\n").ignores("a", false));
}

TEST(IgnoreFile, CommentsSpacesAndEscapes) {
  const auto found = rules("# nothing\r\n\n  \n\\#one\n\\!two\nthree  \nfour\\ \na\\*b\r\n");
  EXPECT_TRUE(found.ignores("#one", false));
  EXPECT_TRUE(found.ignores("!two", false));
  EXPECT_TRUE(found.ignores("three", false));
  EXPECT_TRUE(found.ignores("four ", false));
  EXPECT_TRUE(found.ignores("a*b", false));
  EXPECT_FALSE(found.ignores("axb", false));
  EXPECT_FALSE(found.ignores("# nothing", false));
  EXPECT_TRUE(rules("/\n!\n!/\n").empty());
}

TEST(IgnoreFile, AQuestionMarkIsOneCharacterNotOneByte) {
  EXPECT_TRUE(matches_name("a?b",
                           "a\xc3\xa4"
                           "b"));
  EXPECT_FALSE(matches_name("a?b",
                            "a\xc3\xa4\xc3\xa4"
                            "b"));
  EXPECT_TRUE(matches_name("a?b",
                           "a\xff"
                           "b"));
  EXPECT_TRUE(matches_name("*\xa4", "\xff\xa4"));
  EXPECT_FALSE(matches_name("?", ""));
  EXPECT_TRUE(matches_name("*a*b*", "xxaxxbxx"));
  EXPECT_FALSE(matches_name("*a*b", "xxaxxbx"));
}

TEST(IgnoreFile, ManyStarsTakeNoTime) {
  std::string pattern;
  for (int i = 0; i < 400; ++i) pattern += "*a";
  EXPECT_FALSE(matches_name(pattern + "b", std::string(250, 'a')));
}

TEST(IgnoreFile, BoundsRefuseTheWholeFile) {
  const std::string rule_at_limit(kIgnoreRuleBytes, 'x');
  EXPECT_TRUE(IgnoreRules::parse(as_bytes(rule_at_limit)));
  EXPECT_EQ(IgnoreRules::parse(as_bytes(rule_at_limit + "x")).error().code, Errc::too_long);
  std::string many;
  for (std::size_t i = 0; i < kIgnoreRules; ++i) many += "a\n";
  EXPECT_TRUE(IgnoreRules::parse(as_bytes(many)));
  EXPECT_EQ(IgnoreRules::parse(as_bytes(many + "a\n")).error().code, Errc::too_long);
  const std::string big(kIgnoreBytes, '\n');
  EXPECT_TRUE(IgnoreRules::parse(as_bytes(big)));
  EXPECT_EQ(IgnoreRules::parse(as_bytes(big + "\n")).error().code, Errc::too_long);
}

}  // namespace
}  // namespace troth::shell
