// Consent records (spec 06 §7): a grant in the fields of ISO/IEC TS 27560 by the W3C
// DPV guide. It maps to that standard; nobody has certified it.
#pragma once

#include <string>
#include <vector>

#include "circle/log.hpp"
#include "consent/notice.hpp"

namespace troth::consent {

enum class RecordState : std::uint8_t {
  requested,
  given,
  withdrawn,
  expired,
  invalidated,
  refused
};
[[nodiscard]] const char* state_name(RecordState state);  // of 27560: "given", "withdrawn", ...

struct RecordEvent {
  RecordState state = RecordState::requested;
  WallMs at;
  DeviceId by;    // whose key signed it
  EntryId entry;  // where it stands in the circle log
};

// One grant. Ids are pseudonymous: names are only in the notice, which is kept apart as its hash.
struct ConsentRecord {
  Hash id;  // SHA-256(label | circle | grant): the same on every device
  CircleId circle;
  circle::GrantRef grant;
  MemberId principal;  // whose device it is
  DeviceId subject;
  CategoryId category;
  std::string data_class;
  std::string purpose;
  Direction direction = Direction::both;
  History history = History::all;
  std::optional<WallMs> until;
  Hash notice;
  std::string locale;
  RecordState state = RecordState::requested;
  std::vector<RecordEvent> events;  // asked, given, then what ended it by its own time
};

// not_found: the log has no such grant. now: of expiry_time; an end by time alone shows as expired.
[[nodiscard]] Result<ConsentRecord> consent_record(const circle::Log& log,
                                                   const circle::GrantRef& grant, WallMs now);
// The words that were shown can be given again, and are proven by the hash in the grant.
// commitment_mismatch: these terms are not the ones that were agreed to.
[[nodiscard]] Result<Notice> proven_notice(const ConsentRecord& record, const NoticeTerms& terms);

// JSON-LD by the DPV mapping. Stable order of keys, no clock, no random.
[[nodiscard]] std::string to_json_ld(const ConsentRecord& record);

}  // namespace troth::consent
