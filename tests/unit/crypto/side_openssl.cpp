#include "tests/unit/crypto/side_impl.hpp"

namespace troth::test {
const Side& openssl_side() {
  static const SideImpl side;
  return side;
}
}  // namespace troth::test
