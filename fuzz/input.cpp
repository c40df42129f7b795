#include "fuzz/input.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace troth::fuzzing {

void run_one(ByteView in) noexcept { fuzz(in.first(std::min(in.size(), kInputBytesMax))); }

bool write_seeds(const std::string& folder) {
  if (fuzz_seeds == nullptr) return true;
  std::error_code ignored;  // the open below says whether the folder is there
  std::filesystem::create_directories(folder, ignored);
  std::size_t index = 0;
  for (const Bytes& seed : fuzz_seeds()) {
    std::ofstream out(folder + "/seed-" + std::to_string(index++), std::ios::binary);
    out.write(reinterpret_cast<const char*>(seed.data()),
              static_cast<std::streamsize>(seed.size()));
    if (!out.flush()) return false;
  }
  return true;
}

}  // namespace troth::fuzzing
