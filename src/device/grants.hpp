// What a program is told of a grant, by the log alone.
#pragma once

#include "circle/log.hpp"
#include "troth/query.hpp"

namespace troth::device {

// clock: by which grants end. Whether its device has the key yet is not in the grant.
[[nodiscard]] GrantInfo grant_info(const circle::GrantInfo& grant, WallMs clock);

// receipt: of consent::make_receipt. Errors of consent::check_receipt.
[[nodiscard]] Result<ReceiptFacts> receipt_facts(ByteView receipt);

}  // namespace troth::device
