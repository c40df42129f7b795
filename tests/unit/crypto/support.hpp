// Shared by the tests of src/crypto.
#pragma once

#include <string_view>

#include "base/assert.hpp"
#include "base/bytes.hpp"
#include "base/ports.hpp"
#include "crypto/hash.hpp"

namespace troth::crypto::test {

inline Bytes hex(std::string_view text) {
  auto bytes = from_hex(text);
  TROTH_ASSERT(bytes.has_value());
  return *bytes;
}

// Repeatable, well mixed bytes: SHA-256 of a seed and a counter.
class SeededRng : public Rng {
 public:
  explicit SeededRng(std::uint8_t seed = 1) : seed_(seed) {}
  void fill(MutableBytes out) override {
    for (std::size_t at = 0; at < out.size();) {
      Bytes input{seed_};
      append_be64(input, counter_++);
      const Hash block = sha256(input);
      for (std::size_t i = 0; i < 32 && at < out.size(); ++i) out[at++] = block.bytes[i];
    }
  }

 private:
  std::uint8_t seed_;
  std::uint64_t counter_ = 0;
};

// Gives out the given bytes first (then zeros), to drive a primitive with published scalars.
class FixedRng : public Rng {
 public:
  explicit FixedRng(Bytes bytes) : bytes_(std::move(bytes)) {}
  void fill(MutableBytes out) override {
    for (auto& byte : out) byte = at_ < bytes_.size() ? bytes_[at_++] : std::uint8_t{0};
  }

 private:
  Bytes bytes_;
  std::size_t at_ = 0;
};

}  // namespace troth::crypto::test
