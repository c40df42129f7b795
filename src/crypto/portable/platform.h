/* What the portable crypto backend needs from the platform, in C: P-256, which libsodium does not
 * have, and where wanted SHA-256 and AES-256-GCM. On Apple this is SecKey, CommonCrypto and
 * CryptoKit; in tests it is OpenSSL. The platform defines troth_platform_crypto_get(), found at
 * link time.
 *
 * Functions answer 1 for success and 0 for failure. Buffers belong to the caller. All numbers are
 * big-endian; a point is 65 bytes 04|x|y; a scalar is 32 bytes in 1..n-1, checked before. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct troth_platform_crypto {
  /* Absorbs whole 64-byte blocks into the chaining value (host-order words). NULL: libsodium's. */
  void (*sha256_blocks)(uint32_t chain[8], const uint8_t* blocks, size_t count);

  /* 1 when the point is on the curve, not infinity, and both coordinates are below p. */
  int (*p256_valid)(const uint8_t point[65]);
  int (*p256_public)(const uint8_t scalar[32], uint8_t point[65]);
  /* The x coordinate of scalar * point; the point was checked with p256_valid. */
  int (*p256_agree)(const uint8_t scalar[32], const uint8_t point[65], uint8_t shared[32]);
  /* ECDSA over a SHA-256 digest. Either s will do: the caller takes the low one. extra is fresh
   * random bytes for the nonce; a platform that makes its own nonces may ignore it. */
  int (*p256_sign)(const uint8_t scalar[32], const uint8_t digest[32], const uint8_t extra[32],
                   uint8_t signature[64]);
  int (*p256_verify)(const uint8_t point[65], const uint8_t digest[32],
                     const uint8_t signature[64]);

  /* AES-256-GCM, 16-byte tag behind the ciphertext; in and out may be the same buffer. Used when
   * libsodium has no hardware AES here, or when prefer_aes is not 0. May be NULL otherwise. */
  int (*aes256gcm_seal)(const uint8_t key[32], const uint8_t nonce[12], const uint8_t* aad,
                        size_t aad_size, const uint8_t* plain, size_t plain_size, uint8_t* sealed);
  int (*aes256gcm_open)(const uint8_t key[32], const uint8_t nonce[12], const uint8_t* aad,
                        size_t aad_size, const uint8_t* sealed, size_t sealed_size, uint8_t* plain);
  int prefer_aes;
} troth_platform_crypto;

const troth_platform_crypto* troth_platform_crypto_get(void);

#ifdef __cplusplus
}
#endif
