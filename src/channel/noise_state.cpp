#include "channel/noise_state.hpp"

#include "base/bytes.hpp"
#include "crypto/kdf.hpp"

namespace troth::channel {

namespace {

constexpr std::uint64_t kRekeyCounter = ~std::uint64_t{0};  // reserved by Noise §4.2

// Noise §12.3 and §12.4: AES-GCM counts big-endian, ChaCha20-Poly1305 little-endian.
crypto::Nonce nonce_of(crypto::Aead aead, std::uint64_t counter) {
  if (aead == crypto::Aead::aes256gcm) return crypto::counter_nonce(counter);
  crypto::Nonce nonce{};
  for (std::size_t i = 0; i < 8; ++i) nonce[4 + i] = static_cast<std::uint8_t>(counter >> (8 * i));
  return nonce;
}

// HKDF of Noise §4.3 with two or three outputs is RFC 5869 with an empty info.
SecretBytes hkdf(const Secret32& chaining_key, ByteView input_key, std::size_t outputs) {
  SecretBytes out(32 * outputs);
  crypto::Prk::extract(chaining_key.expose(), input_key).expand("", {}, out.expose_mutable());
  return out;
}

}  // namespace

Result<> CipherState::seal(ByteView aad, ByteView plaintext, MutableBytes out) {
  if (counter_ == kRekeyCounter) return fail(Errc::limit);
  key_.seal_into(nonce_of(aead_, counter_++), aad, plaintext, out);
  return {};
}

Result<> CipherState::open(ByteView aad, ByteView sealed, MutableBytes out) {
  if (counter_ == kRekeyCounter) return fail(Errc::limit);
  TROTH_CHECK(key_.open_into(nonce_of(aead_, counter_), aad, sealed, out));
  ++counter_;
  return {};
}

void CipherState::rekey() {
  SecretBytes next(32 + crypto::kAeadTag);
  const Secret32 zeros(std::array<std::uint8_t, 32>{});
  key_.seal_into(nonce_of(aead_, kRekeyCounter), {}, zeros.expose(), next.expose_mutable());
  key_ = crypto::AeadKey(aead_, next.expose().first(32));
}

SymmetricState::SymmetricState(crypto::Aead aead, ByteView protocol_name) : aead_(aead) {
  if (protocol_name.size() <= Hash::kSize) {
    std::copy(protocol_name.begin(), protocol_name.end(), hash_.bytes.begin());
  } else {
    hash_ = crypto::sha256(protocol_name);
  }
  chaining_key_ = Secret32(hash_.view());
}

void SymmetricState::mix_hash(ByteView data) { hash_ = crypto::sha256({hash_.view(), data}); }

void SymmetricState::mix_key(ByteView input_key) {
  const SecretBytes out = hkdf(chaining_key_, input_key, 2);
  chaining_key_ = Secret32(out.expose().first(32));
  cipher_.emplace(aead_, out.expose().last(32));
}

void SymmetricState::mix_key_and_hash(ByteView input_key) {
  const SecretBytes out = hkdf(chaining_key_, input_key, 3);
  chaining_key_ = Secret32(out.expose().first(32));
  mix_hash(out.expose().subspan(32, 32));
  cipher_.emplace(aead_, out.expose().last(32));
}

Result<> SymmetricState::seal_and_hash(ByteView plaintext, Bytes& out) {
  const std::size_t at = out.size();
  if (cipher_) {
    out.resize(at + plaintext.size() + crypto::kAeadTag);
    TROTH_CHECK(cipher_->seal(hash_.view(), plaintext, MutableBytes(out).subspan(at)));
  } else {
    append(out, plaintext);
  }
  mix_hash(ByteView(out).subspan(at));
  return {};
}

Result<Bytes> SymmetricState::open_and_hash(ByteView sealed) {
  if (sealed.size() < tag_size()) return fail(Errc::truncated);
  Bytes out(sealed.size() - tag_size());
  if (cipher_) {
    TROTH_CHECK(cipher_->open(hash_.view(), sealed, out));
  } else {
    std::copy(sealed.begin(), sealed.end(), out.begin());
  }
  mix_hash(sealed);
  return out;
}

CipherPair SymmetricState::split() && {
  const SecretBytes out = hkdf(chaining_key_, {}, 2);
  chaining_key_ = Secret32{};  // wiped: what is left of the handshake derives no transport key
  cipher_.reset();
  return {CipherState(aead_, out.expose().first(32)), CipherState(aead_, out.expose().last(32))};
}

}  // namespace troth::channel
