// Prints docs/deprecations.md from the registry of suites. A test holds the page to it:
//   build/tools/troth-deprecations > docs/deprecations.md
#include <cstdio>

#include "crypto/suites.hpp"

namespace {

const char* state_name(troth::crypto::SuiteState state) {
  using troth::crypto::SuiteState;
  switch (state) {
    case SuiteState::draft:
      return "draft";
    case SuiteState::active:
      return "active";
    case SuiteState::deprecated:
      return "deprecated";
    case SuiteState::refused:
      return "refused";
  }
  return "?";
}

}  // namespace

int main() {
  std::puts(
      "# Deprecations\n\n"
      "Written by `tools/deprecations.cpp` from `src/crypto/suites.cpp`; a test compares. A row is "
      "never removed or renumbered:\n"
      "an algorithm that is no longer good enough changes its state, with the date of that "
      "(spec 02 §2).\n\n"
      "| suite | name | state | since |\n| --- | --- | --- | --- |");
  for (const auto& suite : troth::crypto::suites()) {
    std::printf("| %u | `%.*s` | %s | %.*s |\n", unsigned{suite.id},
                static_cast<int>(suite.name.size()), suite.name.data(), state_name(suite.state),
                static_cast<int>(suite.since.size()), suite.since.data());
  }
  std::puts(
      "\n| state | what it means |\n| --- | --- |\n"
      "| draft | reserved: nothing may choose it or open it |\n"
      "| active | used for what is new |\n"
      "| deprecated | what was sealed under it opens; nothing new is sealed |\n"
      "| refused | nothing is sealed or opened under it |");
  return 0;
}
