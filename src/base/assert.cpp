#include "base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace troth {

void assertion_failed(const char* expression, const char* file, unsigned line) {
  std::fprintf(stderr, "troth: broken invariant: %s (%s:%u)\n", expression, file, line);
  std::abort();
}

}  // namespace troth
