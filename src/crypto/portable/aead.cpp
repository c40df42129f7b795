#include "crypto/aead.hpp"

#include <sodium.h>

#include <algorithm>

#include "crypto/portable/platform.h"

namespace troth::crypto {

namespace {

// Where AES-256-GCM runs. libsodium has it only on processors with AES instructions.
enum class Engine : std::uint8_t { chacha, sodium_aes, platform_aes };

Engine engine_for(Aead algorithm) {
  if (algorithm == Aead::chacha20poly1305) return Engine::chacha;
  const auto* platform = troth_platform_crypto_get();
  const bool has_platform =
      platform->aes256gcm_seal != nullptr && platform->aes256gcm_open != nullptr;
  if (has_platform && platform->prefer_aes != 0) return Engine::platform_aes;
  if (crypto_aead_aes256gcm_is_available() == 1) return Engine::sodium_aes;
  TROTH_ASSERT(has_platform);  // platform.h: the platform owes AES where libsodium has none
  return Engine::platform_aes;
}

}  // namespace

struct AeadKey::State {
  State(Aead algorithm, ByteView key_in) : key(key_in), engine(engine_for(algorithm)) {
    if (engine != Engine::sodium_aes) return;
    schedule = SecretBytes(sizeof(crypto_aead_aes256gcm_state));
    crypto_aead_aes256gcm_beforenm(expanded(), key.expose().data());
  }
  // Locked allocations end at a page end, and the size is a multiple of 16: aligned as AES-NI
  // wants.
  crypto_aead_aes256gcm_state* expanded() {
    return reinterpret_cast<crypto_aead_aes256gcm_state*>(schedule.expose_mutable().data());
  }

  int seal(const Nonce& nonce, ByteView aad, ByteView plaintext, std::uint8_t* out) {
    switch (engine) {
      case Engine::chacha:
        return crypto_aead_chacha20poly1305_ietf_encrypt(
            out, nullptr, plaintext.data(), plaintext.size(), aad.data(), aad.size(), nullptr,
            nonce.data(), key.expose().data());
      case Engine::sodium_aes:
        return crypto_aead_aes256gcm_encrypt_afternm(out, nullptr, plaintext.data(),
                                                     plaintext.size(), aad.data(), aad.size(),
                                                     nullptr, nonce.data(), expanded());
      case Engine::platform_aes:
        break;
    }
    const int done = troth_platform_crypto_get()->aes256gcm_seal(
        key.expose().data(), nonce.data(), aad.data(), aad.size(), plaintext.data(),
        plaintext.size(), out);
    return done == 1 ? 0 : -1;
  }

  int open(const Nonce& nonce, ByteView aad, ByteView sealed, std::uint8_t* out) {
    switch (engine) {
      case Engine::chacha:
        return crypto_aead_chacha20poly1305_ietf_decrypt(out, nullptr, nullptr, sealed.data(),
                                                         sealed.size(), aad.data(), aad.size(),
                                                         nonce.data(), key.expose().data());
      case Engine::sodium_aes:
        return crypto_aead_aes256gcm_decrypt_afternm(out, nullptr, nullptr, sealed.data(),
                                                     sealed.size(), aad.data(), aad.size(),
                                                     nonce.data(), expanded());
      case Engine::platform_aes:
        break;
    }
    const int done =
        troth_platform_crypto_get()->aes256gcm_open(key.expose().data(), nonce.data(), aad.data(),
                                                    aad.size(), sealed.data(), sealed.size(), out);
    return done == 1 ? 0 : -1;
  }

  Secret32 key;
  Engine engine;
  SecretBytes schedule;
};

AeadKey::AeadKey(Aead algorithm, ByteView key32)
    : state_(std::make_unique<State>(algorithm, key32)) {}
AeadKey::~AeadKey() = default;
AeadKey::AeadKey(AeadKey&&) noexcept = default;
AeadKey& AeadKey::operator=(AeadKey&&) noexcept = default;

void AeadKey::seal_into(const Nonce& nonce, ByteView aad, ByteView plaintext,
                        MutableBytes out) const {
  TROTH_ASSERT(out.size() == plaintext.size() + kAeadTag);
  TROTH_ASSERT(state_->seal(nonce, aad, plaintext, out.data()) == 0);
}

Result<> AeadKey::open_into(const Nonce& nonce, ByteView aad, ByteView sealed,
                            MutableBytes out) const {
  if (sealed.size() < kAeadTag) return fail(Errc::auth_failed);
  TROTH_ASSERT(out.size() == sealed.size() - kAeadTag);
  if (state_->open(nonce, aad, sealed, out.data()) == 0) return {};
  secret_wipe(out);
  return fail(Errc::auth_failed);
}

}  // namespace troth::crypto
