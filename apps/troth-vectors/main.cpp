// troth-vectors KIND FILE: runs published test vectors against src/crypto and src/channel.
// Exit: 0 all passed or skipped, 1 a check failed, 2 wrong use or a file that cannot be read.
#include <array>
#include <cstdio>
#include <string>

#include "apps/troth-vectors/tally.hpp"

namespace {

using troth::vectors::Tally;

struct Kind {
  std::string_view name;
  bool (*run)(const std::string&, Tally&);
};
constexpr std::array kKinds{
    Kind{"cpace", troth::vectors::run_cpace}, Kind{"noise", troth::vectors::run_noise},
    Kind{"hpke", troth::vectors::run_hpke}, Kind{"hkdf", troth::vectors::run_hkdf},
    Kind{"wycheproof", troth::vectors::run_wycheproof}};

int usage() {
  std::fputs("usage: troth-vectors cpace|noise|hpke|hkdf|wycheproof FILE\n", stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return usage();
  for (const auto& kind : kKinds) {
    if (kind.name != argv[1]) continue;
    Tally tally;
    if (kind.run(argv[2], tally)) return tally.finish();
    std::fprintf(stderr, "troth-vectors: %s is no readable file of the kind %s\n", argv[2],
                 argv[1]);
    return 2;
  }
  return usage();
}
