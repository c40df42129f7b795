// Target: P256Public::parse, agreement and verification; what parses is the one form of its point
#include <algorithm>

#include "base/bytes.hpp"
#include "crypto/p256.hpp"
#include "fuzz/fuzz.hpp"

namespace {

using troth::crypto::P256KeyPair;
using troth::crypto::P256Public;

class CountingRng : public troth::Rng {
 public:
  explicit CountingRng(std::uint8_t first) : next_(first) {}
  void fill(troth::MutableBytes out) override {
    for (auto& byte : out) byte = next_ = static_cast<std::uint8_t>(next_ * 5 + 1);
  }

 private:
  std::uint8_t next_;
};

P256KeyPair key(std::uint8_t seed) {
  CountingRng rng(seed);
  return P256KeyPair::generate(rng);
}

}  // namespace

// Input: a point of 65 bytes, then a signature over "fuzz".
void fuzz(troth::ByteView in) {
  const auto point = in.first(std::min<std::size_t>(in.size(), troth::crypto::kP256Point));
  const auto rest = in.subspan(point.size());
  const auto parsed = P256Public::parse(point);
  if (!parsed) return;
  FUZZ_REQUIRE(point.size() == troth::crypto::kP256Point && point[0] == 0x04);
  FUZZ_REQUIRE(troth::equal(parsed->view(), point));
  static const P256KeyPair own = key(1);
  const auto shared = own.agree(*parsed);
  FUZZ_REQUIRE(troth::ct_equal(shared.expose(), own.agree(*P256Public::parse(point)).expose()));
  if (troth::crypto::p256_verify(*parsed, troth::as_bytes("fuzz"), rest)) {
    // Accepted: 64 bytes, and the other s of the same signature is refused.
    FUZZ_REQUIRE(rest.size() == troth::crypto::kP256Signature);
    FUZZ_REQUIRE(rest[32] < 0x80);
  }
}

std::vector<troth::Bytes> fuzz_seeds() {
  std::vector<troth::Bytes> seeds;
  for (const std::uint8_t seed : {std::uint8_t{2}, std::uint8_t{9}}) {
    const auto pair = key(seed);
    CountingRng rng(seed);
    seeds.push_back(troth::to_bytes(pair.public_key().view()));
    troth::append(seeds.back(), pair.sign(troth::as_bytes("fuzz"), rng));
  }
  return seeds;
}
