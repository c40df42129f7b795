// How a passphrase opens the two sealed parts of a keystore file (spec 12 §3).
#pragma once

#include "shell/keystore/format.hpp"

namespace troth::shell {

enum class SealedPart : std::uint8_t { body, approve };

// The passphrase and salt are stretched once; the check value and the sealing key come from that.
class PartKey {
 public:
  [[nodiscard]] static Result<PartKey> derive(const SecretBytes& passphrase, const Salt& salt,
                                              crypto::Argon2Params kdf, SealedPart part);
  [[nodiscard]] const Hash& check() const { return check_; }
  // The nonce is constant: a part is sealed once under a salt, and every write draws new salts.
  [[nodiscard]] Bytes seal(ByteView header, const SecretBytes& plain) const;
  [[nodiscard]] Result<SecretBytes> open(ByteView header, ByteView sealed) const;  // damaged

 private:
  PartKey(Hash check, Secret32 key) : check_(check), key_(std::move(key)) {}
  Hash check_;
  Secret32 key_;
};

struct PlainKeys {  // what the file keeps sealed
  Secret32 sign;
  Secret32 agree;
  Secret32 approve;
  Secret32 at_rest;
};
// Draws both salts and seals everything under passphrase.
[[nodiscard]] Result<KeystoreImage> seal_keystore(const PlainKeys& plain,
                                                  const DevicePublicKeys& keys,
                                                  const SecretBytes& passphrase,
                                                  crypto::Argon2Params kdf, Rng& rng);
// wrong_passphrase by the check value; damaged when the seal does not open although it matches.
[[nodiscard]] Result<SecretBytes> open_part(const KeystoreImage& image, SealedPart part,
                                            const SecretBytes& passphrase);

}  // namespace troth::shell
