// AES-256-GCM and ChaCha20-Poly1305 with 96-bit nonces and 128-bit tags. One AeadKey keeps its key
// schedule; a caller decides nonces and must never repeat one under a key. One thread at a time may
// use a key.
#pragma once

#include <array>
#include <memory>

#include "base/secret.hpp"
#include "crypto/suites.hpp"
#include "troth/result.hpp"

namespace troth::crypto {

inline constexpr std::size_t kAeadTag = 16;
using Nonce = std::array<std::uint8_t, 12>;
[[nodiscard]] Nonce counter_nonce(std::uint64_t counter);  // 4 zero bytes | 64-bit big-endian

class AeadKey {
 public:
  AeadKey(Aead algorithm, ByteView key32);
  ~AeadKey();
  AeadKey(AeadKey&&) noexcept;
  AeadKey& operator=(AeadKey&&) noexcept;

  // Appends ciphertext | tag to out.
  void seal(const Nonce& nonce, ByteView aad, ByteView plaintext, Bytes& out) const;
  // Appends plaintext to out; on auth_failed out is as it was.
  [[nodiscard]] Result<> open(const Nonce& nonce, ByteView aad, ByteView sealed, Bytes& out) const;
  // Without allocation, for the channel. out is exactly plaintext.size() + kAeadTag bytes; it may
  // begin where the plaintext begins (in place), else the two must not overlap.
  void seal_into(const Nonce& nonce, ByteView aad, ByteView plaintext, MutableBytes out) const;
  // out is exactly sealed.size() - kAeadTag bytes, in place allowed; wiped on auth_failed.
  [[nodiscard]] Result<> open_into(const Nonce& nonce, ByteView aad, ByteView sealed,
                                   MutableBytes out) const;
  // The same into a secret, for boxed keys.
  [[nodiscard]] Result<SecretBytes> open_secret(const Nonce& nonce, ByteView aad,
                                                ByteView sealed) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace troth::crypto
