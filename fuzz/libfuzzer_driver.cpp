// Entry points that libFuzzer calls. `fuzz_NAME --write-seeds FOLDER` writes the target's own
// seeds.
#include <cstdlib>
#include <string_view>

#include "fuzz/input.hpp"

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  if (*argc == 3 && std::string_view((*argv)[1]) == "--write-seeds") {
    std::_Exit(troth::fuzzing::write_seeds((*argv)[2]) ? 0 : 1);
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  troth::fuzzing::run_one({data, size});
  return 0;
}
