// Target: shell::IgnoreRules; any file is taken or refused as a whole, and a folder hides what is
// in it
#include <array>

#include "base/bytes.hpp"
#include "fuzz/fuzz.hpp"
#include "shell/folder/ignore.hpp"

void fuzz(troth::ByteView in) {
  // The rules, a zero byte, a path to ask about.
  const auto text = troth::as_text(in);
  const auto cut = text.find('\0');
  const auto rules = troth::shell::IgnoreRules::parse(troth::as_bytes(text.substr(0, cut)));
  if (!rules) return;
  if (cut == std::string_view::npos) return;
  const auto path = text.substr(cut + 1).substr(0, 512);
  for (const bool directory : {false, true}) {
    const bool ignored = rules->ignores(path, directory);
    if (rules->empty()) FUZZ_REQUIRE(!ignored);
    if (rules->ignores_entry(path, directory)) FUZZ_REQUIRE(ignored);
  }
  const auto slash = path.rfind('/');
  if (slash == std::string_view::npos) return;
  if (rules->ignores(path.substr(0, slash), true)) FUZZ_REQUIRE(rules->ignores(path, false));
}

std::vector<troth::Bytes> fuzz_seeds() {
  constexpr std::array<std::string_view, 5> kSeeds{
      std::string_view("*.tmp\n!keep.tmp\n\0a/keep.tmp", 27),
      std::string_view("/build\nsrc/**/*.o\n\0src/x/y/a.o", 30),
      std::string_view("cache/\n\\#x\\ \n?\xc3\xa4*\n\0cache/a", 26),
      std::string_view("**\n!**/\n# c\r\n\0a/b/c", 19), std::string_view("a\\*b\\\n\0a*b", 10)};
  std::vector<troth::Bytes> seeds;
  for (const auto seed : kSeeds) seeds.push_back(troth::to_bytes(seed));
  return seeds;
}
