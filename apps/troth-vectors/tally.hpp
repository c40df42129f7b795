// Counts checks. Failures and the reasons for skipping go to stderr, the one result line to stdout.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/ports.hpp"

namespace troth::vectors {

class Tally {
 public:
  void check(bool good, std::string_view what);
  // Only for vectors of an algorithm that troth does not have.
  void skip(const std::string& algorithm, unsigned count = 1) { skipped_[algorithm] += count; }
  // Said once at the end: how a rule of troth differs from the published expectation.
  void note(const std::string& text) { ++notes_[text]; }
  [[nodiscard]] int finish() const;  // prints, and answers the exit status

 private:
  unsigned passed_ = 0;
  unsigned failed_ = 0;
  std::map<std::string, unsigned> skipped_;
  std::map<std::string, unsigned> notes_;
};

// Gives out published bytes, then zeros.
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

// The kinds. Each answers false when the file cannot be read as one of its kind.
bool run_cpace(const std::string& path, Tally& tally);
bool run_noise(const std::string& path, Tally& tally);
bool run_hpke(const std::string& path, Tally& tally);
bool run_hkdf(const std::string& path, Tally& tally);
bool run_wycheproof(const std::string& path, Tally& tally);

}  // namespace troth::vectors
