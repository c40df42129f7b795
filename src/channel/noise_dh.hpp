// The two Diffie-Hellman groups that the Noise engine is instantiated with: P-256 for devices
// (their keystores hold P-256 keys) and 25519, for which vectors are published.
#pragma once

#include "crypto/p256.hpp"
#include "crypto/x25519.hpp"

namespace troth::channel {

struct P256Dh {
  static constexpr std::string_view kName = "P256";
  using Public = crypto::P256Public;
  using KeyPair = crypto::P256KeyPair;
  static constexpr std::size_t kPublicSize = crypto::kP256Point;

  static Result<Public> parse(ByteView bytes) { return Public::parse(bytes); }
  static ByteView view(const Public& key) { return key.view(); }
  static Public public_of(const KeyPair& pair) { return pair.public_key(); }
  static Result<Secret32> agree(const KeyPair& pair, const Public& peer) {
    return pair.agree(peer);
  }
};

struct X25519Dh {
  static constexpr std::string_view kName = "25519";
  using Public = crypto::X25519Public;
  using KeyPair = Secret32;
  static constexpr std::size_t kPublicSize = 32;

  static Result<Public> parse(ByteView bytes) {
    if (bytes.size() != kPublicSize) return fail(Errc::bad_point);
    Public out{};
    std::copy(bytes.begin(), bytes.end(), out.begin());
    return out;
  }
  static ByteView view(const Public& key) { return key; }
  static Public public_of(const KeyPair& pair) { return crypto::x25519_public(pair); }
  static Result<Secret32> agree(const KeyPair& pair, const Public& peer) {
    return crypto::x25519(pair, peer);
  }
};

}  // namespace troth::channel
