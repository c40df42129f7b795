// What a program is told of a grant, by the log alone.
#pragma once

#include "consent/receipt.hpp"
#include "troth/query.hpp"

namespace troth::device {

// clock: by which grants end. Whether its device has the key yet is not in the grant.
[[nodiscard]] GrantInfo grant_info(const circle::GrantInfo& grant, WallMs clock);

[[nodiscard]] ReceiptFacts receipt_facts(const consent::Proven& proven);

}  // namespace troth::device
