#include "troth/receipt.hpp"

#include "device/grants.hpp"

namespace troth {

Result<ReceiptFacts> check_receipt(ByteView receipt) {
  TROTH_TRY(const auto proven, consent::check_receipt(receipt));
  return device::receipt_facts(proven);
}

}  // namespace troth
