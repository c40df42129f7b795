#include "audit/checkpoint.hpp"

#include <algorithm>

#include "crypto/labels.hpp"

namespace troth::audit {
namespace {

Bytes message_of(ByteView body) {
  Bytes message = to_bytes(crypto::labels::kAuditCheckpoint);
  append(message, body);
  return message;
}

}  // namespace

KeyRequest checkpoint_request(ByteView body) {
  return {KeyOp::sign, message_of(body), "audit_checkpoint"};
}

Result<Checkpoint> open_checkpoint(const SignedCheckpoint& signed_one,
                                   const crypto::P256Public& sign_key) {
  TROTH_CHECK(crypto::p256_verify(sign_key, message_of(signed_one.body), signed_one.signature));
  TROTH_TRY(const Checkpoint checkpoint, wire::decode<Checkpoint>(signed_one.body));
  TROTH_CHECK(require(checkpoint.version == 1, Errc::unknown_version));
  return checkpoint;
}

Result<> continues(const Checkpoint& known, const Checkpoint& next, std::span<const Hash> proof) {
  TROTH_CHECK(require(known.device == next.device && known.circle == next.circle, Errc::bad_value));
  if (known.head.size == 0) return require(proof.empty(), Errc::rolled_back);
  return require(
      verify_consistency(known.head.size, known.head.root, next.head.size, next.head.root, proof),
      Errc::rolled_back);
}

std::array<std::uint8_t, 16> pseudonym(const crypto::Prk& epoch, ByteView id) {
  std::array<std::uint8_t, 16> out;
  epoch.expand(crypto::labels::kAuditPseudonym, id, out);
  return out;
}

}  // namespace troth::audit
