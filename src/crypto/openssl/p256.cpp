// The low-level EC calls are deprecated in OpenSSL 3 but stay through 3.x; an EVP_PKEY costs 20 us
// to build, which is more than the verification that it is built for saves.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/p256.hpp"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdh.h>
#include <openssl/ecdsa.h>
#include <openssl/obj_mac.h>

#include <algorithm>

#include "crypto/ecdsa_nonce.hpp"

namespace troth::crypto {

namespace {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Bn = std::unique_ptr<BIGNUM, Deleter<BN_clear_free>>;
using BnContext = std::unique_ptr<BN_CTX, Deleter<BN_CTX_free>>;
using Point = std::unique_ptr<EC_POINT, Deleter<EC_POINT_free>>;
using Key = std::unique_ptr<EC_KEY, Deleter<EC_KEY_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, Deleter<ECDSA_SIG_free>>;

const EC_GROUP* group() {
  static const EC_GROUP* const p256 = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
  TROTH_ASSERT(p256 != nullptr);
  return p256;
}

// The one modulus that private arithmetic runs over, prepared once.
struct Order {
  Order() : value(EC_GROUP_get0_order(group())), mont(BN_MONT_CTX_new()) {
    const BnContext context(BN_CTX_new());
    TROTH_ASSERT(mont != nullptr && context != nullptr);
    TROTH_ASSERT(BN_MONT_CTX_set(mont, value, context.get()) == 1);
  }
  const BIGNUM* value;
  BN_MONT_CTX* mont;
};
const Order& order() {
  static const auto& instance = *std::make_unique<Order>().release();
  return instance;
}

Bn to_bn(ByteView bytes) {
  Bn out(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
  TROTH_ASSERT(out != nullptr);
  return out;
}

Bn to_secret_bn(ByteView bytes) {
  Bn out = to_bn(bytes);
  BN_set_flags(out.get(), BN_FLG_CONSTTIME);
  return out;
}

void to_bytes32(const BIGNUM* number, std::uint8_t* out) {
  TROTH_ASSERT(BN_bn2binpad(number, out, 32) == 32);
}

// Null when the bytes are no point; the library checks that an uncompressed point is on the curve.
Point to_point(ByteView bytes) {
  if (bytes.size() != kP256Point || bytes[0] != 0x04) return nullptr;
  Point point(EC_POINT_new(group()));
  TROTH_ASSERT(point != nullptr);
  if (EC_POINT_oct2point(group(), point.get(), bytes.data(), bytes.size(), nullptr) != 1)
    return nullptr;
  return point;
}

Key to_key(ByteView public_bytes) {
  const Point point = to_point(public_bytes);
  if (!point) return nullptr;
  Key key(EC_KEY_new());
  TROTH_ASSERT(key != nullptr && EC_KEY_set_group(key.get(), group()) == 1);
  TROTH_ASSERT(EC_KEY_set_public_key(key.get(), point.get()) == 1);
  return key;
}

}  // namespace

Result<P256Public> P256Public::parse(ByteView bytes65) {
  if (!to_point(bytes65)) return fail(Errc::bad_point);
  P256Public key;
  std::copy(bytes65.begin(), bytes65.end(), key.bytes_.begin());
  return key;
}

Result<> p256_verify(const P256Public& key, ByteView message, ByteView signature64) {
  if (signature64.size() != kP256Signature) return fail(Errc::bad_signature);
  const ByteView r = signature64.first(32);
  const ByteView s = signature64.subspan(32);
  if (!p256_scalar_ok(r) || !p256_scalar_ok(s)) return fail(Errc::bad_signature);
  if (compare_be(s, kP256HalfOrder) > 0)
    return fail(Errc::bad_signature);  // one signature, one form
  const Key verifier = to_key(key.view());
  if (!verifier) return fail(Errc::bad_point);
  const Signature signature(ECDSA_SIG_new());
  TROTH_ASSERT(signature != nullptr);
  TROTH_ASSERT(ECDSA_SIG_set0(signature.get(), to_bn(r).release(), to_bn(s).release()) == 1);
  const Hash digest = sha256(message);
  const bool good = ECDSA_do_verify(digest.bytes.data(), 32, signature.get(), verifier.get()) == 1;
  return require(good, Errc::bad_signature);
}

struct P256KeyPair::State {
  Secret32 scalar;
  P256Public public_key;
  Key key;
};

namespace {

// r = x(kG) mod n, and 1/k. A constant-time inversion costs 300 us here, so k is blinded by a
// second random factor b and the product is inverted: 1/k = mont(1 / mont(k, b), b), Montgomery's R
// cancels.
struct NonceParts {
  Bn inverse;
  Bn r;
};
NonceParts nonce_parts(const Secret32& k_bytes, const Secret32& b_bytes, BN_CTX* context) {
  const Bn k = to_secret_bn(k_bytes.expose());
  const Bn b = to_secret_bn(b_bytes.expose());
  const Point point(EC_POINT_new(group()));
  Bn x(BN_new());
  NonceParts parts{Bn(BN_new()), Bn(BN_new())};
  TROTH_ASSERT(point && x && parts.inverse && parts.r);
  TROTH_ASSERT(EC_POINT_mul(group(), point.get(), k.get(), nullptr, nullptr, context) == 1);
  TROTH_ASSERT(EC_POINT_get_affine_coordinates(group(), point.get(), x.get(), nullptr, context) ==
               1);
  TROTH_ASSERT(BN_nnmod(parts.r.get(), x.get(), order().value, context) == 1);
  BIGNUM* inverse = parts.inverse.get();
  TROTH_ASSERT(BN_mod_mul_montgomery(inverse, k.get(), b.get(), order().mont, context) == 1);
  TROTH_ASSERT(BN_mod_inverse(inverse, inverse, order().value, context) != nullptr);
  TROTH_ASSERT(BN_mod_mul_montgomery(inverse, inverse, b.get(), order().mont, context) == 1);
  return parts;
}

P256Signature encode_low_s(const ECDSA_SIG* signature) {
  P256Signature out{};
  to_bytes32(ECDSA_SIG_get0_r(signature), out.data());
  to_bytes32(ECDSA_SIG_get0_s(signature), out.data() + 32);
  const MutableBytes s = MutableBytes(out).subspan(32);
  if (compare_be(s, kP256HalfOrder) > 0) negate_mod_order(s);
  return out;
}

P256Signature sign_digest(EC_KEY* key, const Hash& digest, EcdsaNonce nonces) {
  const BnContext context(BN_CTX_new());
  TROTH_ASSERT(context != nullptr);
  for (;;) {
    const Secret32 k = nonces.next();
    const NonceParts parts = nonce_parts(k, nonces.next(), context.get());
    if (BN_is_zero(parts.r.get())) continue;
    const Signature signature(
        ECDSA_do_sign_ex(digest.bytes.data(), 32, parts.inverse.get(), parts.r.get(), key));
    if (signature) return encode_low_s(signature.get());  // null: s was zero, so take the next k
  }
}

}  // namespace

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
  auto state = std::make_unique<State>();
  std::copy(scalar32.begin(), scalar32.end(), state->scalar.expose_mutable().begin());
  const Bn scalar = to_secret_bn(scalar32);
  const Point point(EC_POINT_new(group()));
  TROTH_ASSERT(point &&
               EC_POINT_mul(group(), point.get(), scalar.get(), nullptr, nullptr, nullptr) == 1);
  std::array<std::uint8_t, kP256Point> bytes{};
  TROTH_ASSERT(EC_POINT_point2oct(group(), point.get(), POINT_CONVERSION_UNCOMPRESSED, bytes.data(),
                                  bytes.size(), nullptr) == bytes.size());
  state->public_key = *P256Public::parse(bytes);
  state->key = to_key(bytes);
  TROTH_ASSERT(state->key && EC_KEY_set_private_key(state->key.get(), scalar.get()) == 1);
  return P256KeyPair(std::move(state));
}

const P256Public& P256KeyPair::public_key() const { return state_->public_key; }
const Secret32& P256KeyPair::scalar() const { return state_->scalar; }

Secret32 P256KeyPair::agree(const P256Public& peer) const {
  const Point point = to_point(peer.view());
  TROTH_ASSERT(point != nullptr);  // only a key that never went through parse() gets here
  Secret32 shared;
  TROTH_ASSERT(ECDH_compute_key(shared.expose_mutable().data(), 32, point.get(), state_->key.get(),
                                nullptr) == 32);
  return shared;
}

P256Signature P256KeyPair::sign(ByteView message, Rng& rng) const {
  Secret32 extra;
  rng.fill(extra.expose_mutable());
  const Hash digest = sha256(message);
  return sign_digest(state_->key.get(), digest,
                     EcdsaNonce(state_->scalar.expose(), digest.view(), extra.expose()));
}

}  // namespace troth::crypto
