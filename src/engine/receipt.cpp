#include "troth/receipt.hpp"

#include "device/grants.hpp"

namespace troth {

Result<ReceiptFacts> check_receipt(ByteView receipt) { return device::receipt_facts(receipt); }

}  // namespace troth
