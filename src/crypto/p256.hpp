// P-256: ECDH and ECDSA-SHA256. Public points are accepted only as 65 bytes 04|x|y on the curve:
// compressed, hybrid and infinity forms never reach the library's decoder.
#pragma once

#include <memory>

#include "base/ports.hpp"
#include "base/secret.hpp"
#include "crypto/hash.hpp"

namespace troth::crypto {

inline constexpr std::size_t kP256Point = 65;
inline constexpr std::size_t kP256Signature = 64;  // r | s, big-endian, low s only

// A point that was checked: uncompressed, on the curve, not infinity. Cheap to copy and compare.
class P256Public {
 public:
  P256Public() = default;  // empty: no key; every use of it fails closed
  [[nodiscard]] static Result<P256Public> parse(ByteView bytes65);
  [[nodiscard]] const std::array<std::uint8_t, kP256Point>& bytes() const { return bytes_; }
  [[nodiscard]] ByteView view() const { return bytes_; }
  friend bool operator==(const P256Public&, const P256Public&) = default;
  friend auto operator<=>(const P256Public&, const P256Public&) = default;

 private:
  std::array<std::uint8_t, kP256Point> bytes_{};
};

using P256Signature = std::array<std::uint8_t, kP256Signature>;

// Verifies ECDSA over SHA-256(message); high s is refused (rules, smaller ones).
[[nodiscard]] Result<> p256_verify(const P256Public& key, ByteView message, ByteView signature64);

// A software key pair: file keystores and ephemerals.
class P256KeyPair {
 public:
  [[nodiscard]] static P256KeyPair generate(Rng& rng);
  [[nodiscard]] static Result<P256KeyPair> from_scalar(ByteView scalar32);  // 1..n-1
  P256KeyPair(P256KeyPair&&) noexcept;
  P256KeyPair& operator=(P256KeyPair&&) noexcept;
  ~P256KeyPair();

  [[nodiscard]] const P256Public& public_key() const;
  [[nodiscard]] const Secret32& scalar() const;
  [[nodiscard]] Secret32 agree(const P256Public& peer) const;  // x coordinate of the shared point
  // ECDSA over SHA-256(message), low s. 32 bytes of rng are mixed into an RFC 6979 nonce: a bad or
  // repeated rng never repeats a nonce for two messages.
  [[nodiscard]] P256Signature sign(ByteView message, Rng& rng) const;

 private:
  struct State;
  explicit P256KeyPair(std::unique_ptr<State>);
  std::unique_ptr<State> state_;
};

}  // namespace troth::crypto
