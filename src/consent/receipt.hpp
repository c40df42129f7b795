// A receipt (spec 06 §7.1): a person's own copy of a consent, which can be checked by whoever has
// nothing else. It holds the circle's log, whose entries are signed by the devices that wrote them.
#pragma once

#include "consent/records.hpp"

namespace troth::consent {

struct Receipt {
  std::uint64_t version = 1;
  circle::GrantRef grant;
  WallMs at;                           // when it was made: what came later is not in it
  std::vector<circle::Entry> entries;  // parents first
  using Fields = wire::FieldList<wire::Field<1, &Receipt::version>, wire::Field<2, &Receipt::grant>,
                                 wire::Field<3, &Receipt::at>,
                                 wire::Field<4, &Receipt::entries, limits::kReceiptEntries>>;
};
[[nodiscard]] Result<Receipt> decode_receipt(ByteView bytes);  // the form alone

struct Proven {
  circle::Log log;
  ConsentRecord record;
  WallMs at;
};
// What a receipt proves. Errors of the form; bad_entry: its entries are not one log whose every
// entry is signed and counts; not_found: that log has no such grant; unsupported: that log has
// something that must be understood and is not.
[[nodiscard]] Result<Proven> check_receipt(ByteView bytes);

// not_found: the log has no such grant. too_long: the log does not fit limits::kReceiptBytes.
// Else what check_receipt says, because whoever makes one checks it.
struct MadeReceipt {
  Bytes bytes;
  Proven proven;
};
[[nodiscard]] Result<MadeReceipt> make_receipt(const circle::Log& log,
                                               const circle::GrantRef& grant, WallMs now);

}  // namespace troth::consent
