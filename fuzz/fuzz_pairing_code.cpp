// Target: pairing::parse_code; what it takes has a nameplate of four digits and a bounded secret
#include <algorithm>

#include "base/bytes.hpp"
#include "fuzz/fuzz.hpp"
#include "pairing/code.hpp"

void fuzz(troth::ByteView in) {
  const auto code = troth::pairing::parse_code(troth::as_text(in));
  if (!code) return;
  FUZZ_REQUIRE(code->nameplate.size() == 4);
  FUZZ_REQUIRE(std::ranges::all_of(code->nameplate, [](char c) { return c >= '0' && c <= '9'; }));
  FUZZ_REQUIRE(!code->secret.empty() && code->secret.size() <= 64);
  FUZZ_REQUIRE(code->address.empty() || code->mode == troth::pairing::Mode::qr);
}

namespace {
class CountingRng : public troth::Rng {
 public:
  void fill(troth::MutableBytes out) override {
    for (auto& byte : out) byte = next_ = static_cast<std::uint8_t>(next_ * 7 + 3);
  }

 private:
  std::uint8_t next_ = 1;
};
}  // namespace

std::vector<troth::Bytes> fuzz_seeds() {
  CountingRng rng;
  std::vector<troth::Bytes> seeds;
  for (const bool words : {false, true}) {
    const auto made = troth::pairing::make_code(words, rng);
    seeds.push_back(troth::to_bytes(made.shown));
    seeds.push_back(troth::to_bytes(troth::pairing::qr_text(made, "192.0.2.7:4101")));
  }
  return seeds;
}
