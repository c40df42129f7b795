#include "shell/os/rng.hpp"

#include <sys/random.h>

#include <cerrno>

#include "base/assert.hpp"

namespace troth::shell {

void OsRng::fill(MutableBytes out) {
  std::size_t done = 0;
  while (done < out.size()) {
    const auto got = getrandom(out.data() + done, out.size() - done, 0);
    if (got < 0 && errno == EINTR) continue;
    TROTH_ASSERT(got > 0);
    done += static_cast<std::size_t>(got);
  }
}

}  // namespace troth::shell
