// HPKE (RFC 9180) single-shot, base and PSK modes, DHKEM(P-256, HKDF-SHA256). Opening is split at
// the key agreement, because the recipient's private key lives in a keystore that answers later.
#pragma once

#include "base/ports.hpp"
#include "base/secret.hpp"
#include "crypto/p256.hpp"
#include "crypto/suites.hpp"

namespace troth::crypto {

struct HpkePsk {  // empty psk = base mode
  ByteView psk;   // at least 32 bytes
  ByteView psk_id;
};
struct HpkeSealed {
  P256Public enc;    // ephemeral public key
  Bytes ciphertext;  // with tag
};
[[nodiscard]] Result<HpkeSealed> hpke_seal(Aead aead, const P256Public& recipient, HpkePsk psk,
                                           ByteView info, ByteView aad, ByteView plaintext,
                                           Rng& rng);
// dh = ECDH(recipient private, enc), computed by the keystore.
[[nodiscard]] Result<SecretBytes> hpke_open(Aead aead, const Secret32& dh, const P256Public& enc,
                                            const P256Public& recipient, HpkePsk psk, ByteView info,
                                            ByteView aad, ByteView ciphertext);

}  // namespace troth::crypto
