// Target: open_box on any bytes, and on any plaintext that an insider seals
#include "crypto/hpke.hpp"
#include "crypto/labels.hpp"
#include "fuzz/fuzz.hpp"
#include "keyring/box.hpp"

namespace {

using namespace troth;
using keyring::BoxBinding;
using keyring::BoxPlain;
using keyring::BoxRecipient;

class FixedRng : public Rng {
 public:
  void fill(MutableBytes out) override {
    for (auto& byte : out) byte = next_ = static_cast<std::uint8_t>(next_ * 13 + 7);
  }

 private:
  std::uint8_t next_ = 1;
};

struct World {
  FixedRng rng;
  crypto::P256KeyPair agree = crypto::P256KeyPair::generate(rng);
  Bytes box_secret = Bytes(32, 5);
  crypto::Suite suite = crypto::usable_suite(1).value();
  BoxBinding binding{{}, {}, {}, {}};
  BoxPlain plain;
  World() {
    for (const bool history : {true, false}) {
      const auto secret = keyring::EpochSecret::generate({}, {}, 1, history, rng);
      binding.epochs.push_back({{}, 1, secret.commitment()});
      plain.keys.push_back(secret.carry(true));
    }
  }
  [[nodiscard]] BoxRecipient recipient() const { return {agree.public_key(), box_secret}; }
};

const World& world() {
  static const World kWorld;
  return kWorld;
}

// What an insider can do: a box that authenticates, around any bytes.
void open_around(ByteView plain) {
  const auto& w = world();
  FixedRng rng;
  Bytes info = to_bytes(crypto::labels::kBox);
  append(info, wire::encode(w.binding));
  const auto psk = crypto::Prk(w.box_secret).expand32(crypto::labels::kBoxPsk);
  Bytes ciphertext{w.suite.id};
  const Bytes aad = ciphertext;
  const auto sealed =
      crypto::hpke_seal(w.suite.aead, w.agree.public_key(),
                        {psk.expose(), w.binding.recipient.view()}, info, aad, plain, rng);
  FUZZ_REQUIRE(sealed);
  append(ciphertext, sealed->ciphertext);
  const auto dh = w.agree.agree(sealed->enc);
  const auto opened = keyring::open_box(dh, w.binding, w.recipient(), sealed->enc, ciphertext);
  if (!opened) return;
  // Only the very keys that the log commits to come out.
  FUZZ_REQUIRE(opened->size() == w.binding.epochs.size());
  for (std::size_t i = 0; i < opened->size(); ++i) {
    FUZZ_REQUIRE((*opened)[i].commitment() == w.binding.epochs[i].commitment);
  }
}

}  // namespace

void fuzz(ByteView in) {
  const auto& w = world();
  const auto dh = w.agree.agree(w.agree.public_key());
  FUZZ_REQUIRE(!keyring::open_box(dh, w.binding, w.recipient(), w.agree.public_key(), in));
  open_around(in);
}

std::vector<Bytes> fuzz_seeds() {
  const auto plain = wire::encode_secret(world().plain);
  return {to_bytes(plain.expose())};
}
