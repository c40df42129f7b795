// Target: hpke_open over attacker bytes; only what hpke_seal made may open
#include <algorithm>

#include "base/bytes.hpp"
#include "crypto/hpke.hpp"
#include "fuzz/fuzz.hpp"

namespace {

using namespace troth::crypto;

class CountingRng : public troth::Rng {
 public:
  explicit CountingRng(std::uint8_t first) : next_(first) {}
  void fill(troth::MutableBytes out) override {
    for (auto& byte : out) byte = next_ = static_cast<std::uint8_t>(next_ * 5 + 1);
  }

 private:
  std::uint8_t next_;
};

const P256KeyPair& recipient() {
  static const P256KeyPair pair = [] {
    CountingRng rng(3);
    return P256KeyPair::generate(rng);
  }();
  return pair;
}

// First byte of an input: bit 0 the AEAD, bit 1 with a psk. Then enc (65), then the ciphertext.
Aead aead_of(std::uint8_t flags) {
  return (flags & 1) != 0 ? Aead::chacha20poly1305 : Aead::aes256gcm;
}
const troth::Bytes& psk() {
  static const troth::Bytes bytes(32, 0x11);
  return bytes;
}
HpkePsk psk_of(std::uint8_t flags) {
  return (flags & 2) != 0 ? HpkePsk{psk(), troth::as_bytes("box")} : HpkePsk{};
}

}  // namespace

void fuzz(troth::ByteView in) {
  if (in.size() < 1 + kP256Point) return;
  const std::uint8_t flags = in[0];
  const auto enc = P256Public::parse(in.subspan(1, kP256Point));
  if (!enc) return;
  const auto opened =
      hpke_open(aead_of(flags), recipient().agree(*enc), *enc, recipient().public_key(),
                psk_of(flags), troth::as_bytes("info"), {}, in.subspan(1 + kP256Point));
  if (!opened) return;
  static const auto genuine = fuzz_seeds();
  const bool made_here = std::ranges::any_of(genuine, [&](const troth::Bytes& seed) {
    return (seed[0] & 3) == (flags & 3) &&
           troth::equal(troth::ByteView(seed).subspan(1), in.subspan(1));
  });
  FUZZ_REQUIRE(made_here);
}

std::vector<troth::Bytes> fuzz_seeds() {
  std::vector<troth::Bytes> seeds;
  for (std::uint8_t flags = 0; flags < 4; ++flags) {
    CountingRng rng(static_cast<std::uint8_t>(7 + flags));
    const auto sealed = hpke_seal(aead_of(flags), recipient().public_key(), psk_of(flags),
                                  troth::as_bytes("info"), {}, troth::as_bytes("a key"), rng);
    FUZZ_REQUIRE(sealed.has_value());
    seeds.push_back({flags});
    troth::append(seeds.back(), sealed->enc.view());
    troth::append(seeds.back(), sealed->ciphertext);
  }
  return seeds;
}
