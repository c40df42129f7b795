// Deterministic bytes for tests: never used outside them.
#pragma once

#include "base/bytes.hpp"
#include "base/ports.hpp"
#include "crypto/hash.hpp"

namespace troth::keyring {

class TestRng : public Rng {
 public:
  explicit TestRng(std::uint64_t seed) : seed_(seed) {}
  void fill(MutableBytes out) override {
    for (std::size_t at = 0; at < out.size(); at += 32) {
      Bytes input;
      append_be64(input, seed_);
      append_be64(input, count_++);
      const auto block = crypto::sha256(input);
      std::copy_n(block.bytes.begin(), std::min<std::size_t>(32, out.size() - at),
                  out.begin() + static_cast<std::ptrdiff_t>(at));
    }
  }
  std::uint64_t number() {
    std::array<std::uint8_t, 8> raw{};
    fill(raw);
    return read_be(raw);
  }
  std::uint64_t below(std::uint64_t bound) { return number() % bound; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }

 private:
  std::uint64_t seed_;
  std::uint64_t count_ = 0;
};

}  // namespace troth::keyring
