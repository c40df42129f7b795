#include <optional>

#include "apps/troth-vectors/encoding.hpp"
#include "apps/troth-vectors/wycheproof.hpp"
#include "crypto/ecdsa_nonce.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/p256.hpp"
#include "crypto/x25519.hpp"

namespace troth::vectors {

namespace {

constexpr std::uint8_t kOidX25519 = 0x6e;

struct Keys {
  std::optional<Bytes> point;
  std::optional<Bytes> scalar;
};

std::optional<Bytes> jwk_point(const Node& jwk) {
  const auto x = base64(jwk.str("x"));
  const auto y = base64(jwk.str("y"));
  if (jwk.str("kty") != "EC" || jwk.str("crv") != "P-256" || !x || !y || x->size() != 32 ||
      y->size() != 32)
    return std::nullopt;
  Bytes point{0x04};
  append(point, *x);
  append(point, *y);
  return point;
}

Keys ecdh_keys(const Node& group, const Node& test) {
  const std::string type = type_of(group);
  if (type == "ecdhecpointtest") return {test.hex("public"), fixed32(test.hex("private"))};
  if (type == "ecdhtest") return {spki_p256(test.hex("public")), fixed32(test.hex("private"))};
  if (type.starts_with("ecdhweb")) {
    const auto d = base64(test.at("private").str("d"));
    return {jwk_point(test.at("public")), fixed32(d.value_or(Bytes{}))};
  }
  const auto open = pem(test.str("public"));
  const auto closed = pem(test.str("private"));
  return {spki_p256(open.value_or(Bytes{})), pkcs8_p256(closed.value_or(Bytes{}))};
}

bool ecdh_matches(const Keys& keys, const Bytes& shared) {
  if (!keys.point || !keys.scalar) return false;
  const auto point = crypto::P256Public::parse(*keys.point);
  const auto pair = crypto::P256KeyPair::from_scalar(*keys.scalar);
  return point && pair && equal(pair->agree(*point).expose(), shared);
}

const Node& public_key_of(const Node& group) {
  return group.has("publicKey") ? group.at("publicKey") : group.at("key");
}

// troth refuses the high form of s by rule, the vectors hold both: the mathematics is tested in the
// low form, and that the high form was refused is part of the check.
bool ecdsa_accepts(const crypto::P256Public& key, const Bytes& message, Bytes signature,
                   Tally& tally) {
  if (signature.size() != crypto::kP256Signature)
    return crypto::p256_verify(key, message, signature).has_value();
  const MutableBytes s = MutableBytes(signature).subspan(32);
  const bool high = crypto::p256_scalar_ok(s) && crypto::compare_be(s, crypto::kP256HalfOrder) > 0;
  if (high) {
    if (crypto::p256_verify(key, message, signature))
      tally.check(false, "ECDSA: a high s was accepted");
    tally.note("ECDSA signatures with a high s, which troth refuses, were tested as (r, n - s)");
    crypto::negate_mod_order(s);
  }
  return crypto::p256_verify(key, message, signature).has_value();
}

std::optional<Bytes> xdh_key(const Node& group, const Node& value, bool is_private) {
  const std::string type = type_of(group);
  if (type == "xdhcomp") return from_hex(value.text);
  if (type == "xdhjwkcomp") {
    if (value.str("kty") != "OKP" || value.str("crv") != "X25519") return std::nullopt;
    return base64(value.str(is_private ? "d" : "x"));
  }
  const auto der = type == "xdhpemcomp" ? pem(value.text) : from_hex(value.text);
  if (!der) return std::nullopt;
  return is_private ? pkcs8_25519(*der, kOidX25519) : spki_25519(*der, kOidX25519);
}

}  // namespace

void ecdh_group(const std::string& algorithm, const Node& group, Tally& tally) {
  const std::string& curve = group.str("curve");
  if (curve != "secp256r1" && curve != "P-256")
    return skip_group(tally, group, algorithm + " on " + curve);
  for (const Node& test : group.at("tests").items) {
    judge(tally, test, algorithm, ecdh_matches(ecdh_keys(group, test), test.hex("shared")));
  }
}

void ecdsa_group(const std::string& algorithm, const Node& group, Tally& tally) {
  const Node& key = public_key_of(group);
  const std::string& curve = key.str("curve");
  if (curve != "secp256r1" && curve != "P-256")
    return skip_group(tally, group, algorithm + " on " + curve);
  if (group.str("sha") != "SHA-256")
    return skip_group(tally, group, algorithm + " with " + group.str("sha"));
  const auto point = crypto::P256Public::parse(key.hex("uncompressed"));
  const bool der = type_of(group) != "ecdsap1363verify";
  for (const Node& test : group.at("tests").items) {
    const Bytes raw = test.hex("sig");
    const auto signature = der ? ecdsa_der(raw) : std::optional<Bytes>(raw);
    judge(tally, test, algorithm,
          point && signature && ecdsa_accepts(*point, test.hex("msg"), *signature, tally));
  }
}

void eddsa_group(const std::string& algorithm, const Node& group, Tally& tally) {
  const Node& key = public_key_of(group);
  const std::string& curve = key.str("curve");
  if (curve != "edwards25519") return skip_group(tally, group, algorithm + " on " + curve);
  const Bytes bytes = key.hex("pk");
  crypto::Ed25519Public public_key{};
  const bool sized = bytes.size() == public_key.size();
  if (sized) std::copy(bytes.begin(), bytes.end(), public_key.begin());
  for (const Node& test : group.at("tests").items) {
    const bool accepted =
        sized && crypto::ed25519_verify(public_key, test.hex("msg"), test.hex("sig"));
    judge(tally, test, algorithm, accepted);
  }
}

void xdh_group(const std::string& algorithm, const Node& group, Tally& tally) {
  const std::string& curve = group.str("curve");
  if (curve != "curve25519") return skip_group(tally, group, algorithm + " on " + curve);
  for (const Node& test : group.at("tests").items) {
    const auto peer = xdh_key(group, test.at("public"), false);
    const auto own = xdh_key(group, test.at("private"), true);
    bool same = false;
    if (peer && own && own->size() == 32) {
      const auto shared = crypto::x25519(Secret32(*own), *peer);
      same = shared && equal(shared->expose(), test.hex("shared"));
    }
    judge(tally, test, algorithm, same);
  }
}

}  // namespace troth::vectors
