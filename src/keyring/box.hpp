// Boxes: how epoch keys reach one device (spec 05 §4, rules 8, 12, 15, 16). One HPKE PSK box per
// recipient and log entry carries all its keys. Sealing is synchronous; opening is split at the key
// agreement, because the recipient's private key lives in a keystore that answers later.
#pragma once

#include <span>

#include "crypto/hpke.hpp"
#include "keyring/epoch.hpp"

namespace troth::keyring {

struct BoxEpoch {
  CategoryId category;
  std::uint64_t number = 0;
  Hash commitment;
  using Fields =
      wire::FieldList<wire::Field<1, &BoxEpoch::category>, wire::Field<2, &BoxEpoch::number>,
                      wire::Field<3, &BoxEpoch::commitment>>;
};

// What a box is bound to; the HPKE info is label | CBOR of this.
struct BoxBinding {
  CircleId circle;
  DeviceId author;
  DeviceId recipient;
  std::vector<BoxEpoch> epochs;  // in the order of the keys inside
  using Fields =
      wire::FieldList<wire::Field<1, &BoxBinding::circle>, wire::Field<2, &BoxBinding::author>,
                      wire::Field<3, &BoxBinding::recipient>,
                      wire::Field<4, &BoxBinding::epochs, limits::kBoxEpochs>>;
};

struct BoxPlain {
  std::vector<CarriedKey> keys;
  using Fields = wire::FieldList<wire::Field<1, &BoxPlain::keys, limits::kBoxEpochs>>;
};

// The recipient's side of the channel, from its device_add body.
struct BoxRecipient {
  crypto::P256Public agree;
  ByteView box_secret;  // 32 bytes
};

struct SealedBox {
  crypto::P256Public enc;
  Bytes ciphertext;  // suite id | HPKE ciphertext with tag
};

// keys: one per info.epochs, same order.
[[nodiscard]] Result<SealedBox> seal_box(const crypto::Suite& suite, const BoxBinding& info,
                                         const BoxRecipient& recipient, const BoxPlain& keys,
                                         Rng& rng);

// Asks the keystore for ECDH(agree key, enc).
[[nodiscard]] KeyRequest box_request(const crypto::P256Public& enc);

// Opens with the keystore's answer and checks every commitment. auth_failed: not for us, or
// altered; commitment_mismatch: the author boxed a key that is not the epoch's (an alarm that names
// it, and no key of the box is used).
[[nodiscard]] Result<std::vector<EpochSecret>> open_box(const Secret32& dh, const BoxBinding& info,
                                                        const BoxRecipient& self,
                                                        const crypto::P256Public& enc,
                                                        ByteView ciphertext);

}  // namespace troth::keyring
