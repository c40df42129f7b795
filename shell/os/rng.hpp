// Random bytes from the kernel. Failing is not an option: without randomness no key may be made.
#pragma once

#include "base/ports.hpp"

namespace troth::shell {

class OsRng final : public Rng {
 public:
  void fill(MutableBytes out) override;
};

}  // namespace troth::shell
