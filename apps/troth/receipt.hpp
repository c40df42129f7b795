// A receipt of a consent as JSON: `proof` is what check_receipt takes, and all other members are
// what it proves, so that whoever checks one makes them anew and compares (spec 06 §7.1).
#pragma once

#include "apps/troth/json.hpp"
#include "troth/receipt.hpp"

namespace troth::app {

[[nodiscard]] Json receipt_json(const ReceiptFacts& facts);  // without the proof

// What the receipt proves; its text is one JSON object. bad_value: it is no receipt.
// commitment_mismatch: it says something else than its proof. Else as check_receipt.
[[nodiscard]] Result<Json> checked_receipt(std::string_view text);

}  // namespace troth::app
