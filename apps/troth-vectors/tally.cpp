#include "apps/troth-vectors/tally.hpp"

#include <cstdio>

namespace troth::vectors {

void Tally::check(bool good, std::string_view what) {
  ++(good ? passed_ : failed_);
  if (!good) std::fprintf(stderr, "failed: %.*s\n", static_cast<int>(what.size()), what.data());
}

int Tally::finish() const {
  unsigned skipped = 0;
  for (const auto& [algorithm, count] : skipped_) {
    std::fprintf(stderr, "skipped %u: troth has no %s\n", count, algorithm.c_str());
    skipped += count;
  }
  for (const auto& [text, count] : notes_)
    std::fprintf(stderr, "note (%u): %s\n", count, text.c_str());
  std::printf("%u passed, %u failed, %u skipped\n", passed_, failed_, skipped);
  return failed_ == 0 ? 0 : 1;
}

}  // namespace troth::vectors
