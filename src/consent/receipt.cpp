#include "consent/receipt.hpp"

namespace troth::consent {

namespace {

Result<circle::Log> log_of(const std::vector<circle::Entry>& entries) {
  if (entries.empty()) return fail(Errc::bad_entry);
  TROTH_TRY(auto log, circle::Log::begin(entries.front()));
  (void)log.offer(entries);  // judged by what it admitted
  TROTH_CHECK(require(log.size() == entries.size(), Errc::bad_entry));
  return log;
}

}  // namespace

Result<Proven> check_receipt(ByteView receipt) {
  TROTH_CHECK(require(receipt.size() <= limits::kReceiptBytes, Errc::too_long));
  TROTH_TRY(const auto parts, wire::decode<Receipt>(receipt));
  TROTH_CHECK(require(parts.version == 1, Errc::unknown_version));
  TROTH_TRY(auto log, log_of(parts.entries));
  TROTH_TRY(auto record, consent_record(log, parts.grant, parts.at));
  return Proven{std::move(log), std::move(record), parts.at};
}

Result<Bytes> make_receipt(const circle::Log& log, const circle::GrantRef& grant, WallMs now) {
  TROTH_TRY(const auto record, consent_record(log, grant, now));
  Receipt out{1, grant, now, {}};
  TROTH_CHECK(require(log.size() <= limits::kReceiptEntries, Errc::too_long));
  for (const auto& id : log.order()) out.entries.push_back(*log.entry(id));
  auto bytes = wire::encode(out);
  // Entries came to this device one by one; whoever checks them takes them in at once.
  TROTH_TRY(const auto proven, check_receipt(bytes));
  TROTH_CHECK(require(to_json_ld(proven.record) == to_json_ld(record), Errc::bad_entry));
  return bytes;
}

}  // namespace troth::consent
