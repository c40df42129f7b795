// The simulator's only source of chance: one seed, one sequence.
#pragma once

#include <random>

#include "base/ports.hpp"

namespace troth::sim {

class SimRng final : public Rng {
 public:
  explicit SimRng(std::uint64_t seed) : engine_(seed) {}
  void fill(MutableBytes out) override {
    for (auto& byte : out) byte = static_cast<std::uint8_t>(engine_());
  }
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) {
    return bound == 0 ? 0 : engine_() % bound;
  }
  [[nodiscard]] bool chance(std::uint64_t percent) { return below(100) < percent; }

 private:
  std::mt19937_64 engine_;
};

}  // namespace troth::sim
