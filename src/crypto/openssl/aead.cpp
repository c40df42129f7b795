#include "crypto/aead.hpp"

#include <openssl/evp.h>

#include <limits>

namespace troth::crypto {

namespace {

// Fetched once for the process: a fetch costs more than sealing a short message.
const EVP_CIPHER* cipher(Aead algorithm) {
  static EVP_CIPHER* const aes = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  static EVP_CIPHER* const chacha = EVP_CIPHER_fetch(nullptr, "ChaCha20-Poly1305", nullptr);
  const EVP_CIPHER* chosen = algorithm == Aead::aes256gcm ? aes : chacha;
  TROTH_ASSERT(chosen != nullptr);
  return chosen;
}

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

void feed(EVP_CIPHER_CTX* context, std::uint8_t* out, ByteView in) {
  if (in.empty()) return;
  TROTH_ASSERT(in.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max()));
  int written = 0;
  TROTH_ASSERT(EVP_CipherUpdate(context, out, &written, in.data(), static_cast<int>(in.size())) ==
               1);
  TROTH_ASSERT(out == nullptr || static_cast<std::size_t>(written) == in.size());
}

}  // namespace

// One context a direction, made at first use; each keeps the expanded key between messages.
struct AeadKey::State {
  State(Aead algorithm_in, ByteView key_in) : algorithm(algorithm_in), key(key_in) {}

  EVP_CIPHER_CTX* start(bool sealing, const Nonce& nonce) {
    Context& context = sealing ? seal_context : open_context;
    if (!context) {
      context.reset(EVP_CIPHER_CTX_new());
      TROTH_ASSERT(context != nullptr);
      TROTH_ASSERT(EVP_CipherInit_ex(context.get(), cipher(algorithm), nullptr, key.expose().data(),
                                     nonce.data(), sealing ? 1 : 0) == 1);
    } else {
      TROTH_ASSERT(EVP_CipherInit_ex(context.get(), nullptr, nullptr, nullptr, nonce.data(),
                                     sealing ? 1 : 0) == 1);
    }
    return context.get();
  }

  // out has room for sealed.size() - kAeadTag bytes.
  bool open(const Nonce& nonce, ByteView aad, ByteView sealed, std::uint8_t* out) {
    std::array<std::uint8_t, kAeadTag> tag{};
    const std::size_t body = sealed.size() - kAeadTag;
    std::copy_n(sealed.data() + body, kAeadTag, tag.begin());
    EVP_CIPHER_CTX* context = start(false, nonce);
    feed(context, nullptr, aad);
    feed(context, out, sealed.first(body));
    TROTH_ASSERT(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kAeadTag, tag.data()) == 1);
    std::array<std::uint8_t, kAeadTag> none{};
    int written = 0;
    return EVP_CipherFinal_ex(context, none.data(), &written) == 1;
  }

  Aead algorithm;
  Secret32 key;
  Context seal_context;
  Context open_context;
};

AeadKey::AeadKey(Aead algorithm, ByteView key32)
    : state_(std::make_unique<State>(algorithm, key32)) {}
AeadKey::~AeadKey() = default;
AeadKey::AeadKey(AeadKey&&) noexcept = default;
AeadKey& AeadKey::operator=(AeadKey&&) noexcept = default;

void AeadKey::seal_into(const Nonce& nonce, ByteView aad, ByteView plaintext,
                        MutableBytes out) const {
  TROTH_ASSERT(out.size() == plaintext.size() + kAeadTag);
  EVP_CIPHER_CTX* context = state_->start(true, nonce);
  feed(context, nullptr, aad);
  feed(context, out.data(), plaintext);
  std::uint8_t* tag = out.data() + plaintext.size();
  int written = 0;
  TROTH_ASSERT(EVP_CipherFinal_ex(context, tag, &written) == 1 && written == 0);
  TROTH_ASSERT(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kAeadTag, tag) == 1);
}

Result<> AeadKey::open_into(const Nonce& nonce, ByteView aad, ByteView sealed,
                            MutableBytes out) const {
  if (sealed.size() < kAeadTag) return fail(Errc::auth_failed);
  TROTH_ASSERT(out.size() == sealed.size() - kAeadTag);
  if (state_->open(nonce, aad, sealed, out.data())) return {};
  secret_wipe(out);
  return fail(Errc::auth_failed);
}

}  // namespace troth::crypto
