#include "circle/entry.hpp"

#include <algorithm>

#include "crypto/hash.hpp"
#include "crypto/labels.hpp"

namespace troth::circle {
namespace labels = crypto::labels;

EntryId entry_id(ByteView body) {
  return EntryId{crypto::sha256({as_bytes(labels::kEntryId), body}).bytes};
}
CircleId circle_id(const EntryId& genesis) { return CircleId{genesis.bytes}; }
CategoryId category_id(const EntryId& create) { return id_prefix<CategoryId>(create); }

Bytes signing_input(ByteView body) {
  Bytes out = to_bytes(labels::kEntrySign);
  append(out, body);
  return out;
}

namespace {
Result<> check_form(const EntryBody& body) {
  if (body.version != 1) return fail(Errc::unknown_version);
  const bool first = body.kind == Kind::genesis;
  TROTH_CHECK(require(body.circle.is_zero() == first, Errc::bad_entry));
  TROTH_CHECK(require(body.parents.empty() == first, Errc::bad_entry));
  // Strictly ascending: one set of parents has one encoding, hence one id.
  const auto out_of_order =
      std::adjacent_find(body.parents.begin(), body.parents.end(), std::greater_equal<>());
  TROTH_CHECK(require(out_of_order == body.parents.end(), Errc::bad_entry));
  if (!body.prev) return {};
  const bool named = std::binary_search(body.parents.begin(), body.parents.end(), *body.prev);
  return require(named, Errc::bad_entry);
}
}  // namespace

Result<EntryBody> decode_body(ByteView bytes) {
  TROTH_TRY(auto body, wire::decode<EntryBody>(bytes, limits::kEntryBytes));
  TROTH_CHECK(check_form(body));
  return body;
}

}  // namespace troth::circle
