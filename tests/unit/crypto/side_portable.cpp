// The second backend lives under another namespace (cmake/crypto.cmake).
#define crypto crypto_portable
#include "tests/unit/crypto/side_impl.hpp"

namespace troth::test {
const Side& portable_side() {
  static const SideImpl side;
  return side;
}
}  // namespace troth::test
