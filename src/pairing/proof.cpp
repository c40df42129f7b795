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

Result<circle::Accept> check_accept(const circle::Entry& accept, ByteView device_add) {
  TROTH_TRY(const auto add_body, circle::decode_body(device_add));
  TROTH_TRY(const auto add_payload, circle::decode_payload(add_body.kind, add_body.payload));
  const auto* add = std::get_if<circle::DeviceAdd>(&add_payload);
  TROTH_TRY(const auto body, circle::decode_body(accept.body));
  TROTH_TRY(const auto payload, circle::decode_payload(body.kind, body.payload));
  const auto* said = std::get_if<circle::Accept>(&payload);
  if (add == nullptr || said == nullptr) return fail(Errc::bad_entry);
  const EntryId id = circle::entry_id(device_add);
  const bool follows = body.circle == add_body.circle &&
                       body.author == circle::device_id(add->device) &&
                       body.parents == std::vector<EntryId>{id} && !body.prev &&
                       said->entry == id && said->th2 == add->th2 && said->sign_signature;
  // The form of an accept has its indexes ascend (spec 04 §4): the last one is the highest.
  const bool in_range = said->accepted.empty() || said->accepted.back() < add->grants.size();
  if (!follows || !in_range) return fail(Errc::bad_signature);
  TROTH_CHECK(crypto::p256_verify(add->device.approve, circle::signing_input(accept.body),
                                  accept.signature));
  TROTH_CHECK(crypto::p256_verify(add->device.sign,
                                  circle::accept_message(id, add->th2, said->accepted),
                                  *said->sign_signature));
  return *said;
}

}  // namespace troth::pairing
