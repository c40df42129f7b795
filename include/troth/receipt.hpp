// check_receipt: what a consent receipt proves, without a home, a daemon or a network.
#pragma once

#include "troth/query.hpp"
#include "troth/result.hpp"

namespace troth {

// receipt: of ReceiptQuery::Answer. bad_entry: it does not hold one log of signed entries that all
// count. not_found: that log has no such grant. unsupported: that log needs a newer troth. Else
// what is wrong with its form.
[[nodiscard]] Result<ReceiptFacts> check_receipt(ByteView receipt);

}  // namespace troth
