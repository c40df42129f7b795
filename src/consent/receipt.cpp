#include "consent/receipt.hpp"

namespace troth::consent {

namespace {

Result<circle::Log> log_of(const std::vector<circle::Entry>& entries) {
  if (entries.empty()) return fail(Errc::bad_entry);
  TROTH_TRY(auto log, circle::Log::begin(entries.front()));
  (void)log.offer(entries);  // judged by what it admitted
  TROTH_CHECK(require(log.size() == entries.size(), Errc::bad_entry));
  TROTH_CHECK(require(!log.view().data_stopped(), Errc::unsupported));
  return log;
}

Result<Proven> prove(const Receipt& receipt) {
  TROTH_TRY(auto log, log_of(receipt.entries));
  TROTH_TRY(auto record, consent_record(log, receipt.grant, receipt.at));
  return Proven{std::move(log), std::move(record), receipt.at};
}

}  // namespace

Result<Receipt> decode_receipt(ByteView bytes) {
  TROTH_TRY(auto out, wire::decode<Receipt>(bytes, limits::kReceiptBytes));
  TROTH_CHECK(require(out.version == 1, Errc::unknown_version));
  return out;
}

Result<Proven> check_receipt(ByteView bytes) {
  TROTH_TRY(const auto receipt, decode_receipt(bytes));
  return prove(receipt);
}

Result<MadeReceipt> make_receipt(const circle::Log& log, const circle::GrantRef& grant,
                                 WallMs now) {
  TROTH_CHECK(require(log.view().grant(grant) != nullptr, Errc::not_found));
  TROTH_CHECK(require(log.size() <= limits::kReceiptEntries, Errc::too_long));
  Receipt out{1, grant, now, {}};
  std::size_t size = 0;
  for (const auto& id : log.order()) {
    const auto* entry = log.entry(id);
    size += entry->body.size() + entry->signature.size();
    TROTH_CHECK(require(size <= limits::kReceiptBytes, Errc::too_long));
    out.entries.push_back(*entry);
  }
  auto bytes = wire::encode(out);
  TROTH_CHECK(require(bytes.size() <= limits::kReceiptBytes, Errc::too_long));
  TROTH_TRY(auto proven, prove(out));
  return MadeReceipt{std::move(bytes), std::move(proven)};
}

}  // namespace troth::consent
