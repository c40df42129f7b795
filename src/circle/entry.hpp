// An entry of the circle log: signed bytes, named by their hash (spec 04 §2). The id covers the
// body without the signature, so that two signatures of one body are one entry.
#pragma once

#include <optional>
#include <span>

#include "circle/kinds.hpp"
#include "circle/terms.hpp"
#include "crypto/p256.hpp"

namespace troth::circle {

struct EntryBody {
  std::uint64_t version = 1;
  Kind kind = Kind::genesis;
  CircleId circle;  // zero in genesis only
  DeviceId author;
  std::vector<EntryId>
      parents;  // ascending, at most 64, own previous entry included; none in genesis
  std::optional<EntryId> prev;  // the author's previous entry; absent in its first
  WallMs at;                    // the author's clock; decides nothing but the validity of `expire`
  bool critical = false;        // whoever does not know the kind must stop data
  Bytes payload;                // CBOR of the struct of the kind
  using Fields =
      wire::FieldList<wire::Field<1, &EntryBody::version>, wire::Field<2, &EntryBody::kind>,
                      wire::Field<3, &EntryBody::circle>, wire::Field<4, &EntryBody::author>,
                      wire::Field<5, &EntryBody::parents, limits::kParents>,
                      wire::Field<6, &EntryBody::prev>, wire::Field<7, &EntryBody::at>,
                      wire::Field<8, &EntryBody::critical>,
                      wire::Field<9, &EntryBody::payload, limits::kEntryBytes>>;
};

[[nodiscard]] EntryId entry_id(ByteView body);
[[nodiscard]] CircleId circle_id(const EntryId& genesis);     // the same 32 bytes
[[nodiscard]] CategoryId category_id(const EntryId& create);  // the first 16 of them
// What the device's key signs (sign or approve, see signing_key): label | body.
[[nodiscard]] Bytes signing_input(ByteView body);

struct Entry {
  Bytes body;
  crypto::P256Signature signature{};
  friend bool operator==(const Entry&, const Entry&) = default;
  using Fields = wire::FieldList<wire::Field<1, &Entry::body, limits::kEntryBytes>,
                                 wire::Field<2, &Entry::signature>>;

  [[nodiscard]] EntryId id() const { return entry_id(body); }
};

// Decodes a body and checks what can be checked of it alone: version, genesis form, parents sorted
// and distinct, prev among them. The payload is looked at by decode_payload.
[[nodiscard]] Result<EntryBody> decode_body(ByteView body);

}  // namespace troth::circle
