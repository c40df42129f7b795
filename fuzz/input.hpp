// The two drivers share how an input reaches fuzz() and how seeds are written.
#pragma once

#include <string>

#include "fuzz/fuzz.hpp"

namespace troth::fuzzing {

// Cuts the input to kInputBytesMax and runs fuzz(); an exception becomes abort.
void run_one(ByteView in) noexcept;

// Writes each of fuzz_seeds() to folder/seed-NNN. False when the folder cannot be written.
[[nodiscard]] bool write_seeds(const std::string& folder);

}  // namespace troth::fuzzing
