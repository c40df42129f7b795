#include "base/wordlist.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace troth {
namespace {

bool one_edit_apart(std::string a, std::string b) {
  if (a.size() > b.size()) std::swap(a, b);
  if (a.size() == b.size()) {
    int differ = 0;
    for (std::size_t i = 0; i < a.size(); ++i) differ += a[i] != b[i];
    return differ == 1;
  }
  for (std::size_t i = 0; a.size() + 1 == b.size() && i < b.size(); ++i) {
    if (b.substr(0, i) + b.substr(i + 1) == a) return true;
  }
  return false;
}

TEST(Wordlist, FirstFourLettersNameAWordAndNoTwoAreOneLetterApart) {
  std::set<std::string> prefixes;
  for (std::uint32_t i = 0; i < kWords; ++i) {
    const std::string one(word(i));
    EXPECT_GE(one.size(), 4u);
    EXPECT_LE(one.size(), 9u);
    EXPECT_TRUE(std::all_of(one.begin(), one.end(), [](char c) { return c >= 'a' && c <= 'z'; }));
    EXPECT_TRUE(prefixes.insert(one.substr(0, kWordPrefix)).second) << one;
    EXPECT_TRUE(i == 0 || word(i - 1) < word(i));
    for (std::uint32_t j = 0; j < i; ++j) {
      EXPECT_FALSE(one_edit_apart(one, std::string(word(j)))) << one << " " << word(j);
    }
  }
}

TEST(Wordlist, EveryWordAndItsPrefixIsFoundAgain) {
  for (std::uint32_t i = 0; i < kWords; ++i) {
    EXPECT_EQ(word_index(word(i)), i);
    EXPECT_EQ(word_index(word(i).substr(0, kWordPrefix)), i);
  }
  for (const char* bad : {"", "aba", "abaxx", "Abacus", "zzzz", "aaaa"}) {
    EXPECT_FALSE(word_index(bad)) << bad;
  }
  EXPECT_FALSE(word_index(std::string(word(7)) + "s"));
}

TEST(Wordlist, WordsTakeTenBitsEach) {
  const Bytes bits{0x00, 0x00, 0x1F, 0xFF, 0x02};  // 0, 1, 1023, ...
  const std::string text = words_of(bits, 4);
  EXPECT_EQ(text, std::string(word(0)) + " " + std::string(word(1)) + " " +
                      std::string(word(1023)) + " " + std::string(word(0x302)));
}

}  // namespace
}  // namespace troth
