#include "shell/os/memory.hpp"

#include <cstdlib>  // defines __GLIBC__ where it is
#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace troth::shell {

void tune_heap() {
#if defined(__GLIBC__)
  constexpr int kMiB = 1024 * 1024;
  ::mallopt(M_MMAP_THRESHOLD, 8 * kMiB);
  ::mallopt(M_TRIM_THRESHOLD, 32 * kMiB);
  ::mallopt(M_TOP_PAD, 4 * kMiB);
#endif
}

}  // namespace troth::shell
