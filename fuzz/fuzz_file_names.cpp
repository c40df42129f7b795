// Target: check_path, fold, conflict_path (spec 10 §1); a good path stays below its folder
#include "files/names.hpp"
#include "fuzz/fuzz.hpp"

namespace files = troth::files;

void fuzz(troth::ByteView in) {
  const std::string path(troth::as_text(in));
  if (!files::check_path(path)) return;
  FUZZ_REQUIRE(path.front() != '/' && path.back() != '/');
  const auto framed = "/" + path + "/";
  for (const char* bad : {"//", "/./", "/../", "\\", "\n"})
    FUZZ_REQUIRE(framed.find(bad) == std::string::npos);
  FUZZ_REQUIRE(framed.find('\0') == std::string::npos);
  const auto fold = files::fold(path);
  FUZZ_REQUIRE(fold.size() >= 3 && fold.size() <= 12 * path.size());
  const auto copy = files::conflict_path(path, path, 1'700'000'000'000'000'000, 1);
  if (!copy) return;
  FUZZ_REQUIRE(*copy != path);
  FUZZ_REQUIRE(files::check_path(*copy).has_value());
  FUZZ_REQUIRE(copy->substr(0, copy->rfind('/') + 1) == path.substr(0, path.rfind('/') + 1));
}

std::vector<troth::Bytes> fuzz_seeds() {
  std::vector<troth::Bytes> out;
  for (const char* path : {"a", "a/b.txt", "../a", "caf\xc3\xa9/E\xcc\x81.tar.gz", ".troth/x",
                           "a//b", "\xed\x95\x9c/\xe1\xbb\x87"})
    out.push_back(troth::to_bytes(std::string_view(path)));
  return out;
}
