// Ports that the core itself calls. Everything else (sockets, files, key operations) leaves as an
// Effect and comes back as an answer.
#pragma once

#include "troth/types.hpp"

namespace troth {

// Cryptographically strong random bytes; the simulator supplies a seeded one.
class Rng {
 public:
  virtual ~Rng() = default;
  virtual void fill(MutableBytes out) = 0;
};

template <class IdType>
[[nodiscard]] IdType random_id(Rng& rng) {
  IdType id;
  rng.fill(id.bytes);
  return id;
}

}  // namespace troth
