// The platform table of the portable crypto backend, by OpenSSL: written apart from the openssl
// backend, on the high-level calls, so that the two can be held against each other.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "tests/support/platform_openssl.hpp"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdh.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/sha.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "crypto/portable/platform.h"

namespace {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Key = std::unique_ptr<EC_KEY, Deleter<EC_KEY_free>>;
using Bn = std::unique_ptr<BIGNUM, Deleter<BN_clear_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, Deleter<ECDSA_SIG_free>>;
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, Deleter<EVP_CIPHER_CTX_free>>;

Key public_key(const std::uint8_t* point) {
  Key key(EC_KEY_new_by_curve_name(NID_X9_62_prime256v1));
  if (EC_KEY_oct2key(key.get(), point, 65, nullptr) != 1) return nullptr;
  return EC_KEY_check_key(key.get()) == 1 ? std::move(key) : nullptr;
}

Key private_key(const std::uint8_t* scalar) {
  Key key(EC_KEY_new_by_curve_name(NID_X9_62_prime256v1));
  return EC_KEY_oct2priv(key.get(), scalar, 32) == 1 ? std::move(key) : nullptr;
}

void sha256_blocks(std::uint32_t chain[8], const std::uint8_t* blocks, std::size_t count) {
  SHA256_CTX context{};
  context.md_len = 32;
  std::copy_n(chain, 8, context.h);
  SHA256_Update(&context, blocks, 64 * count);
  std::copy_n(context.h, 8, chain);
}

int p256_valid(const std::uint8_t* point) { return public_key(point) ? 1 : 0; }

int p256_public(const std::uint8_t* scalar, std::uint8_t* point) {
  const Key key = private_key(scalar);
  if (!key) return 0;
  const EC_GROUP* group = EC_KEY_get0_group(key.get());
  const std::unique_ptr<EC_POINT, Deleter<EC_POINT_free>> result(EC_POINT_new(group));
  if (EC_POINT_mul(group, result.get(), EC_KEY_get0_private_key(key.get()), nullptr, nullptr,
                   nullptr) != 1)
    return 0;
  return EC_POINT_point2oct(group, result.get(), POINT_CONVERSION_UNCOMPRESSED, point, 65,
                            nullptr) == 65
             ? 1
             : 0;
}

int p256_agree(const std::uint8_t* scalar, const std::uint8_t* point, std::uint8_t* shared) {
  const Key own = private_key(scalar);
  const Key peer = public_key(point);
  if (!own || !peer) return 0;
  return ECDH_compute_key(shared, 32, EC_KEY_get0_public_key(peer.get()), own.get(), nullptr) == 32
             ? 1
             : 0;
}

// OpenSSL's own nonces: as a Secure Enclave would, it ignores `extra`.
int p256_sign(const std::uint8_t* scalar, const std::uint8_t* digest, const std::uint8_t*,
              std::uint8_t* signature) {
  const Key key = private_key(scalar);
  if (!key) return 0;
  const Signature made(ECDSA_do_sign(digest, 32, key.get()));
  if (!made) return 0;
  BN_bn2binpad(ECDSA_SIG_get0_r(made.get()), signature, 32);
  BN_bn2binpad(ECDSA_SIG_get0_s(made.get()), signature + 32, 32);
  return 1;
}

int p256_verify(const std::uint8_t* point, const std::uint8_t* digest,
                const std::uint8_t* signature) {
  const Key key = public_key(point);
  if (!key) return 0;
  const Signature parsed(ECDSA_SIG_new());
  ECDSA_SIG_set0(parsed.get(), BN_bin2bn(signature, 32, nullptr),
                 BN_bin2bn(signature + 32, 32, nullptr));
  return ECDSA_do_verify(digest, 32, parsed.get(), key.get()) == 1 ? 1 : 0;
}

int aes_seal(const std::uint8_t* key, const std::uint8_t* nonce, const std::uint8_t* aad,
             std::size_t aad_size, const std::uint8_t* plain, std::size_t plain_size,
             std::uint8_t* sealed) {
  const Cipher context(EVP_CIPHER_CTX_new());
  int size = 0;
  bool good = EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key, nonce) == 1;
  if (aad_size != 0)
    good = good &&
           EVP_EncryptUpdate(context.get(), nullptr, &size, aad, static_cast<int>(aad_size)) == 1;
  if (plain_size != 0)
    good = good && EVP_EncryptUpdate(context.get(), sealed, &size, plain,
                                     static_cast<int>(plain_size)) == 1;
  good = good && EVP_EncryptFinal_ex(context.get(), sealed + plain_size, &size) == 1;
  good = good &&
         EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, 16, sealed + plain_size) == 1;
  return good ? 1 : 0;
}

int aes_open(const std::uint8_t* key, const std::uint8_t* nonce, const std::uint8_t* aad,
             std::size_t aad_size, const std::uint8_t* sealed, std::size_t sealed_size,
             std::uint8_t* plain) {
  if (sealed_size < 16) return 0;
  const Cipher context(EVP_CIPHER_CTX_new());
  const std::size_t body = sealed_size - 16;
  std::uint8_t tag[16];
  std::memcpy(tag, sealed + body, 16);
  int size = 0;
  bool good = EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key, nonce) == 1;
  if (aad_size != 0)
    good = good &&
           EVP_DecryptUpdate(context.get(), nullptr, &size, aad, static_cast<int>(aad_size)) == 1;
  if (body != 0)
    good =
        good && EVP_DecryptUpdate(context.get(), plain, &size, sealed, static_cast<int>(body)) == 1;
  good = good && EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, 16, tag) == 1;
  std::uint8_t none[16];
  return good && EVP_DecryptFinal_ex(context.get(), none, &size) == 1 ? 1 : 0;
}

troth_platform_crypto& table() {
  static troth_platform_crypto functions{sha256_blocks, p256_valid, p256_public,
                                         p256_agree,    p256_sign,  p256_verify,
                                         aes_seal,      aes_open,   0};
  return functions;
}

}  // namespace

extern "C" const troth_platform_crypto* troth_platform_crypto_get(void) { return &table(); }

namespace troth::test {

void platform_uses(PlatformUse use) {
  table().sha256_blocks = use.sha256 ? sha256_blocks : nullptr;
  table().prefer_aes = use.aes ? 1 : 0;
}

}  // namespace troth::test
