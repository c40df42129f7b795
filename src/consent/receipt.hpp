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

// not_found: the log has no such grant. too_long: the log does not fit limits::kReceiptBytes.
// bad_entry: the log says something else where it is taken in at once.
[[nodiscard]] Result<Bytes> make_receipt(const circle::Log& log, const circle::GrantRef& grant,
                                         WallMs now);

struct Proven {
  circle::Log log;
  ConsentRecord record;
  WallMs at;
};
// What a receipt proves. Errors of the form; bad_entry: its entries are not one log whose every
// entry is signed and counts; not_found: that log has no such grant.
[[nodiscard]] Result<Proven> check_receipt(ByteView receipt);

}  // namespace troth::consent
