// One fuzz target is one file fuzz/fuzz_NAME.cpp that defines fuzz(). The same file is a libFuzzer
// program under clang (`make fuzz`) and a replay of its corpus in every normal build (`ctest -L
// fuzz-replay`). State the target in the first line: `// Target: PairOffer decode, re-encode`.
#pragma once

#include <cstddef>
#include <vector>

#include "base/assert.hpp"
#include "troth/types.hpp"

// Ends the process when a property does not hold: a fuzz target asks for more than "no crash".
#define FUZZ_REQUIRE(condition) TROTH_ASSERT(condition)

namespace troth::fuzzing {
// Longer inputs are cut, so that a slow target cannot hide behind size.
inline constexpr std::size_t kInputBytesMax = 64 * 1024;
}  // namespace troth::fuzzing

// Called once an input. An exception that leaves it ends the process.
void fuzz(troth::ByteView in);

// Optional: valid inputs made by the code under test, so that a corpus never goes stale. Define it
// in the target's file. The replay mutates these as it does the files of fuzz/corpus/NAME.
[[gnu::weak]] std::vector<troth::Bytes> fuzz_seeds();
