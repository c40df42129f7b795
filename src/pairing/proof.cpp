#include "pairing/proof.hpp"

#include "crypto/labels.hpp"

namespace troth::pairing {

namespace labels = crypto::labels;

Bytes proof_input(const Hash& th1, ByteView descriptor) {
  Bytes out = to_bytes(labels::kPairProof);
  append(out, th1.bytes);
  append(out, descriptor);
  return out;
}

Bytes sponsor_input(const Hash& th2, const P6& p6) {
  Bytes out = to_bytes(labels::kPairSponsor);
  append(out, th2.bytes);
  append(out, p6.circle.bytes);
  append(out, p6.sponsor);
  return out;
}

Bytes challenge_info(const Hash& th2) {
  Bytes out = to_bytes(labels::kPairChallenge);
  append(out, th2.bytes);
  return out;
}

}  // namespace troth::pairing
