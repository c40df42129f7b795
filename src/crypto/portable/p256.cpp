#include "crypto/p256.hpp"

#include <algorithm>

#include "crypto/ecdsa_nonce.hpp"
#include "crypto/portable/platform.h"

namespace troth::crypto {

namespace {

const troth_platform_crypto& platform() {
  const auto* table = troth_platform_crypto_get();
  TROTH_ASSERT(table != nullptr);
  return *table;
}

}  // namespace

Result<P256Public> P256Public::parse(ByteView bytes65) {
  if (bytes65.size() != kP256Point || bytes65[0] != 0x04) return fail(Errc::bad_point);
  if (platform().p256_valid(bytes65.data()) != 1) return fail(Errc::bad_point);
  P256Public key;
  std::copy(bytes65.begin(), bytes65.end(), key.bytes_.begin());
  return key;
}

Result<> p256_verify(const P256Public& key, ByteView message, ByteView signature64) {
  if (signature64.size() != kP256Signature) return fail(Errc::bad_signature);
  const ByteView s = signature64.subspan(32);
  if (!p256_scalar_ok(signature64.first(32)) || !p256_scalar_ok(s))
    return fail(Errc::bad_signature);
  if (compare_be(s, kP256HalfOrder) > 0)
    return fail(Errc::bad_signature);  // one signature, one form
  if (key == P256Public()) return fail(Errc::bad_point);
  const Hash digest = sha256(message);
  const bool good =
      platform().p256_verify(key.view().data(), digest.bytes.data(), signature64.data()) == 1;
  return require(good, Errc::bad_signature);
}

struct P256KeyPair::State {
  Secret32 scalar;
  P256Public public_key;
};

P256KeyPair::P256KeyPair(std::unique_ptr<State> state) : state_(std::move(state)) {}
P256KeyPair::P256KeyPair(P256KeyPair&&) noexcept = default;
P256KeyPair& P256KeyPair::operator=(P256KeyPair&&) noexcept = default;
P256KeyPair::~P256KeyPair() = default;

P256KeyPair P256KeyPair::generate(Rng& rng) {
  Secret32 candidate;
  do {
    rng.fill(candidate.expose_mutable());
  } while (!p256_scalar_ok(candidate.expose()));
  return std::move(*from_scalar(candidate.expose()));
}

Result<P256KeyPair> P256KeyPair::from_scalar(ByteView scalar32) {
  if (!p256_scalar_ok(scalar32)) return fail(Errc::bad_value);
  std::array<std::uint8_t, kP256Point> point{};
  if (platform().p256_public(scalar32.data(), point.data()) != 1) return fail(Errc::crypto_failed);
  auto state = std::make_unique<State>();
  std::copy(scalar32.begin(), scalar32.end(), state->scalar.expose_mutable().begin());
  TROTH_TRY(state->public_key, P256Public::parse(point));
  return P256KeyPair(std::move(state));
}

const P256Public& P256KeyPair::public_key() const { return state_->public_key; }
const Secret32& P256KeyPair::scalar() const { return state_->scalar; }

Secret32 P256KeyPair::agree(const P256Public& peer) const {
  TROTH_ASSERT(peer != P256Public());  // only a key that never went through parse() gets here
  Secret32 shared;
  TROTH_ASSERT(platform().p256_agree(state_->scalar.expose().data(), peer.view().data(),
                                     shared.expose_mutable().data()) == 1);
  return shared;
}

P256Signature P256KeyPair::sign(ByteView message, Rng& rng) const {
  Secret32 extra;
  rng.fill(extra.expose_mutable());
  const Hash digest = sha256(message);
  P256Signature signature{};
  TROTH_ASSERT(platform().p256_sign(state_->scalar.expose().data(), digest.bytes.data(),
                                    extra.expose().data(), signature.data()) == 1);
  const MutableBytes s = MutableBytes(signature).subspan(32);
  if (compare_be(s, kP256HalfOrder) > 0) negate_mod_order(s);
  return signature;
}

}  // namespace troth::crypto
