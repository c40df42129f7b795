/* A keystore of three P-256 keys in memory, for examples and tests. A real program keeps them where
   they cannot leave: a Secure Enclave, a TPM, or an encrypted file (docs/spec/12-keystore.md). */
#pragma once

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdlib.h>

enum { KEY_SIGN = 1, KEY_AGREE = 2, KEY_APPROVE = 3 };

typedef struct keys {
  EVP_PKEY* key[4]; /* by KEY_ number */
  uint8_t at_rest[32], home[16];
} keys;

static inline void must(int ok) {
  if (!ok) abort();
}

static inline void keys_make(keys* k) {
  int i;
  for (i = KEY_SIGN; i <= KEY_APPROVE; ++i) must((k->key[i] = EVP_EC_gen("P-256")) != NULL);
  must(RAND_bytes(k->at_rest, sizeof k->at_rest) == 1 && RAND_bytes(k->home, sizeof k->home) == 1);
}

static inline void keys_free(keys* k) {
  int i;
  for (i = KEY_SIGN; i <= KEY_APPROVE; ++i) EVP_PKEY_free(k->key[i]);
  OPENSSL_cleanse(k, sizeof *k);
}

/* 04 | x | y */
static inline void keys_public(const keys* k, int which, uint8_t point[65]) {
  size_t size = 0;
  must(EVP_PKEY_get_octet_string_param(k->key[which], OSSL_PKEY_PARAM_PUB_KEY, point, 65, &size) &&
       size == 65);
}

/* ECDSA over SHA-256(input) as r | s with the lower of the two possible s. */
static inline size_t keys_sign(EVP_PKEY* key, const uint8_t* input, size_t size, uint8_t* out) {
  uint8_t der[80];
  size_t der_size = sizeof der;
  const uint8_t* at = der;
  EVP_MD_CTX* ctx = EVP_MD_CTX_new();
  EC_GROUP* group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
  BIGNUM* other = BN_new();
  ECDSA_SIG* sig = NULL;
  const BIGNUM* s;
  must(ctx && group && other && EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) == 1);
  must(EVP_DigestSign(ctx, der, &der_size, input, size) == 1);
  must((sig = d2i_ECDSA_SIG(NULL, &at, (long)der_size)) != NULL);
  s = ECDSA_SIG_get0_s(sig);
  must(BN_sub(other, EC_GROUP_get0_order(group), s));
  must(BN_bn2binpad(ECDSA_SIG_get0_r(sig), out, 32) == 32);
  must(BN_bn2binpad(BN_cmp(other, s) < 0 ? other : s, out + 32, 32) == 32);
  ECDSA_SIG_free(sig);
  BN_free(other);
  EC_GROUP_free(group);
  EVP_MD_CTX_free(ctx);
  return 64;
}

/* The x coordinate of the shared point; 0 when the other point is not on the curve. */
static inline size_t keys_agree(EVP_PKEY* key, const uint8_t* point, size_t size, uint8_t* out) {
  size_t made = 32;
  EVP_PKEY* peer = EVP_PKEY_new();
  EVP_PKEY_CTX* ctx = EVP_PKEY_CTX_new(key, NULL);
  must(peer && ctx && EVP_PKEY_copy_parameters(peer, key) == 1);
  if (EVP_PKEY_set1_encoded_public_key(peer, point, size) != 1 || EVP_PKEY_derive_init(ctx) != 1 ||
      EVP_PKEY_derive_set_peer(ctx, peer) != 1 || EVP_PKEY_derive(ctx, out, &made) != 1)
    made = 0;
  EVP_PKEY_CTX_free(ctx);
  EVP_PKEY_free(peer);
  return made;
}

static inline size_t keys_perform(const keys* k, int op, const uint8_t* input, size_t size,
                                  uint8_t out[64]) {
  return op == KEY_AGREE ? keys_agree(k->key[op], input, size, out)
                         : keys_sign(k->key[op], input, size, out);
}
