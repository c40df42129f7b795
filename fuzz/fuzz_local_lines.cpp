// Target: LineReader gives the same lines and secrets however the bytes are cut
#include <algorithm>

#include "base/bytes.hpp"
#include "fuzz/fuzz.hpp"
#include "shell/local/lines.hpp"

namespace {

struct Seen {
  std::vector<troth::Bytes> lines;
  std::vector<troth::Bytes> secrets;
  bool refused = false;
};

Seen read_in_parts(troth::ByteView in, std::size_t part) {
  Seen seen;
  troth::shell::LineReader reader;
  while (!in.empty() && !seen.refused) {
    troth::Bytes chunk = troth::to_bytes(in.first(std::min(part, in.size())));
    in = in.subspan(chunk.size());
    const auto fed = reader.feed(
        chunk, [&](std::string_view line) { seen.lines.push_back(troth::to_bytes(line)); },
        [&](troth::SecretBytes secret) {
          seen.secrets.push_back(troth::to_bytes(secret.expose()));
        });
    seen.refused = !fed;
  }
  return seen;
}

}  // namespace

void fuzz(troth::ByteView in) {
  const Seen whole = read_in_parts(in, in.size() + 1);
  for (const std::size_t part : {1U, 7U}) {
    const Seen cut = read_in_parts(in, part);
    FUZZ_REQUIRE(cut.lines == whole.lines && cut.secrets == whole.secrets);
    FUZZ_REQUIRE(cut.refused == whole.refused);
  }
}

std::vector<troth::Bytes> fuzz_seeds() {
  return {troth::to_bytes("{\"id\":1}\r\n!00ff\n{}\n"), troth::to_bytes("!0\n"),
          troth::to_bytes("\n\n")};
}
