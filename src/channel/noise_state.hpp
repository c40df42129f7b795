// CipherState and SymmetricState of Noise (revision 34, §5.1 and §5.2): the chaining key, the
// transcript hash and the key that both give.
#pragma once

#include <optional>

#include "base/secret.hpp"
#include "crypto/aead.hpp"
#include "crypto/hash.hpp"
#include "crypto/suites.hpp"

namespace troth::channel {

// One key and its counter, for one direction. A counter is never used twice; rekey() replaces the
// key by a one-way function of it and lets the counter run on.
class CipherState {
 public:
  CipherState(crypto::Aead aead, ByteView key32) : aead_(aead), key_(aead, key32) {}

  // out is exactly plaintext.size() + 16 bytes and may begin where the plaintext does.
  [[nodiscard]] Result<> seal(ByteView aad, ByteView plaintext, MutableBytes out);
  [[nodiscard]] Result<> open(ByteView aad, ByteView sealed, MutableBytes out);
  void rekey();  // Noise §4.2 REKEY; the old key is wiped
  [[nodiscard]] std::uint64_t counter() const { return counter_; }

 private:
  crypto::Aead aead_;
  crypto::AeadKey key_;
  std::uint64_t counter_ = 0;
};

struct CipherPair {
  CipherState initiator;  // what the initiator seals with
  CipherState responder;
};

class SymmetricState {
 public:
  SymmetricState(crypto::Aead aead, ByteView protocol_name);

  void mix_hash(ByteView data);
  void mix_key(ByteView input_key);
  void mix_key_and_hash(ByteView input_key);
  [[nodiscard]] Result<> seal_and_hash(ByteView plaintext, Bytes& out);
  [[nodiscard]] Result<Bytes> open_and_hash(ByteView sealed);
  [[nodiscard]] bool has_key() const { return cipher_.has_value(); }
  [[nodiscard]] std::size_t tag_size() const { return cipher_ ? crypto::kAeadTag : 0; }
  [[nodiscard]] const Hash& hash() const { return hash_; }
  [[nodiscard]] CipherPair split() &&;

 private:
  crypto::Aead aead_;
  Secret32 chaining_key_;
  Hash hash_{};
  std::optional<CipherState> cipher_;
};

}  // namespace troth::channel
