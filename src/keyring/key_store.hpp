// Where epoch secrets rest between runs. Implemented in src/store; every write belongs to the step
// that the caller has open.
#pragma once

#include <vector>

#include "base/ports.hpp"
#include "keyring/epoch.hpp"

namespace troth::keyring {

class KeyStore {
 public:
  virtual ~KeyStore() = default;
  // Writes or replaces (a history key may come later than its K).
  [[nodiscard]] virtual Result<> save(const EpochSecret& secret, Rng& rng) = 0;
  // Withdrawal on the receiving device: no row of the category stays.
  [[nodiscard]] virtual Result<> erase(const CategoryId& category) = 0;
  // All of them, for the keyring at start. damaged: a row is not what was saved under its name.
  [[nodiscard]] virtual Result<std::vector<EpochSecret>> load(const CircleId& circle) = 0;
};

}  // namespace troth::keyring
