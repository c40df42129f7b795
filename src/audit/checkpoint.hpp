// Signed checkpoints of an audit log: what a device says its log is. Peers keep the newest one of
// each device and hold the next one to it. Pseudonyms: ids in reports that only holders of an epoch
// key can match.
#pragma once

#include "audit/log.hpp"
#include "crypto/kdf.hpp"
#include "crypto/p256.hpp"

namespace troth::audit {

struct Checkpoint {
  std::uint64_t version = 1;
  CircleId circle;
  DeviceId device;
  Head head;
  std::uint64_t at_ms{};
  using Fields =
      wire::FieldList<wire::Field<1, &Checkpoint::version>, wire::Field<2, &Checkpoint::circle>,
                      wire::Field<3, &Checkpoint::device>, wire::Field<4, &Checkpoint::head>,
                      wire::Field<5, &Checkpoint::at_ms>>;
};

struct SignedCheckpoint {
  Bytes body;  // the encoded Checkpoint, as signed
  crypto::P256Signature signature{};
  using Fields = wire::FieldList<wire::Field<1, &SignedCheckpoint::body, 256>,
                                 wire::Field<2, &SignedCheckpoint::signature>>;
};

// What the device's sign key is asked to sign: label | body.
[[nodiscard]] KeyRequest checkpoint_request(ByteView body);
[[nodiscard]] Result<Checkpoint> open_checkpoint(const SignedCheckpoint& signed_one,
                                                 const crypto::P256Public& sign_key);
// Does `next` continue `known`? Both of one device; the proof is AuditLog::prove_consistency.
// rolled_back when it does not.
[[nodiscard]] Result<> continues(const Checkpoint& known, const Checkpoint& next,
                                 std::span<const Hash> proof);

[[nodiscard]] std::array<std::uint8_t, 16> pseudonym(const crypto::Prk& epoch, ByteView id);

}  // namespace troth::audit
