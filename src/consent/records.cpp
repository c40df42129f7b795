#include "consent/records.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "consent/words.hpp"
#include "crypto/labels.hpp"
#include "wire/json.hpp"

namespace troth::consent {
namespace {

using circle::EndInfo;
using circle::GrantInfo;
using circle::GrantRef;
using circle::Kind;
using circle::Log;

Hash record_id(const CircleId& circle, const GrantRef& grant) {
  Bytes input = to_bytes(crypto::labels::kReceipt);
  append(input, circle.view());
  append(input, wire::encode(grant));
  return crypto::sha256(input);
}

void add_event(std::vector<RecordEvent>& out, const Log& log, RecordState state,
               const EntryId& entry) {
  const auto* body = log.body(entry);
  if (body != nullptr) out.push_back({state, body->at, body->author, entry});
}

bool names(const Log& log, const EntryId& expire, const GrantRef& grant) {
  const auto* payload = log.payload(expire);
  const auto* said = payload == nullptr ? nullptr : std::get_if<circle::Expire>(payload);
  return said != nullptr &&
         std::find(said->grants.begin(), said->grants.end(), grant) != said->grants.end();
}

// Did this entry end the grant? One in the grant's past ended an earlier one (rule 5).
bool ends(const Log& log, const EndInfo& end, const GrantInfo& grant) {
  if (end.device != grant.terms.subject) return false;
  if (end.kind == Kind::expire) return names(log, end.entry, grant.ref);
  return overlaps(end.direction, grant.terms.direction) &&
         !log.is_ancestor(end.entry, grant.ref.entry);
}

// What ended this grant. Behind an end there was nothing left to end: a later one is of a later
// grant.
std::vector<EndInfo> ends_of(const Log& log, const GrantInfo& grant) {
  std::vector<EndInfo> all;
  for (const auto& end : log.view().ends(grant.terms.category)) {
    if (ends(log, end, grant)) all.push_back(end);
  }
  std::vector<EndInfo> out;
  for (const auto& end : all) {
    const bool behind = std::any_of(all.begin(), all.end(), [&](const EndInfo& other) {
      return other.entry != end.entry && log.is_ancestor(other.entry, end.entry) &&
             covers(other.direction, end.direction);
    });
    if (!behind) out.push_back(end);
  }
  return out;
}

// The log's own order is that of arrival, another one on each device; a record is the same on all.
void sort_events(std::vector<RecordEvent>::iterator from, std::vector<RecordEvent>::iterator to) {
  std::sort(from, to, [](const RecordEvent& a, const RecordEvent& b) {
    return std::pair(a.at.ms, a.entry) < std::pair(b.at.ms, b.entry);
  });
}

std::vector<RecordEvent> events_of(const Log& log, const GrantInfo& grant) {
  std::vector<RecordEvent> out;
  if (grant.accepted != grant.ref.entry)
    add_event(out, log, RecordState::requested, grant.ref.entry);
  if (grant.accepted) add_event(out, log, RecordState::given, *grant.accepted);
  const auto before = static_cast<std::ptrdiff_t>(out.size());
  for (const auto& end : ends_of(log, grant)) {
    const auto state = end.kind == Kind::expire     ? RecordState::expired
                       : end.kind == Kind::withdraw ? RecordState::withdrawn
                                                    : RecordState::invalidated;
    add_event(out, log, state, end.entry);
  }
  sort_events(out.begin() + before, out.end());
  return out;
}

RecordState state_of(const GrantInfo& grant, WallMs now) {
  if (grant.active()) {
    return grant.terms.until && *grant.terms.until <= now ? RecordState::expired
                                                          : RecordState::given;
  }
  if (grant.reason == circle::Reason::withdrawn) return RecordState::withdrawn;
  if (grant.reason == circle::Reason::expired) return RecordState::expired;
  if (grant.reason == circle::Reason::not_accepted)
    return grant.answered ? RecordState::refused : RecordState::requested;
  return RecordState::invalidated;
}

const char* dpv_status(RecordState state) {
  switch (state) {
    case RecordState::requested:
      return "dpv:ConsentRequested";
    case RecordState::given:
      return "dpv:ConsentGiven";
    case RecordState::withdrawn:
      return "dpv:ConsentWithdrawn";
    case RecordState::expired:
      return "dpv:ConsentExpired";
    case RecordState::invalidated:
      return "dpv:ConsentInvalidated";
    case RecordState::refused:
      return "dpv:ConsentRefused";
  }
  return "dpv:ConsentUnknown";
}

void pair(wire::Json& out, std::string_view key, std::string_view value) {
  out.key(key);
  out.text(value);
}
void hex(wire::Json& out, std::string_view key, ByteView value) {
  out.key(key);
  out.hex(value);
}

void header(wire::Json& out, const ConsentRecord& record) {
  pair(out, "@context", "https://w3id.org/dpv");
  pair(out, "@type", "dpv:ConsentRecord");
  pair(out, "dct:conformsTo", "https://w3id.org/dpv/schema/dpv-27560#record");
  pair(out, "dct:hasVersion", "troth-consent/1");
  hex(out, "dct:identifier", record.id.view());
  hex(out, "dpv:hasDataSubject", record.principal.view());
}

void processing(wire::Json& out, const ConsentRecord& record) {
  out.key("dpv:hasNotice");
  out.open('{');
  hex(out, "dct:identifier", record.notice.view());
  pair(out, "dct:language", record.locale);
  out.close('}');
  pair(out, "dpv:hasPurpose", record.purpose);
  hex(out, "dpv:hasPersonalData", record.category.view());
  pair(out, "dct:type", record.data_class);
  out.key("dpv:hasProcessing");
  out.open('[');
  out.text("dpv:Store");
  out.text("dpv:Copy");
  if (covers(record.direction, Direction::send)) out.text("dpv:Modify");
  out.close(']');
  pair(out, "dpv:hasScope", record.history == History::all ? "all" : "from-now");
  hex(out, "dpv:hasRecipient", record.subject.view());
  pair(out, "dpv:hasStorageCondition", words::record::kStorage);
  pair(out, "dpv:hasDataController", words::record::kController);
  pair(out, "dpv:hasLegalBasis", "dpv:Consent");
  pair(out, "dpv:hasJurisdiction", words::record::kJurisdiction);
  pair(out, "dpv:hasWithdrawalMethod", words::record::kWithdrawal);
}

void event(wire::Json& out, const RecordEvent& event) {
  out.open('{');
  pair(out, "dpv:hasConsentStatus", dpv_status(event.state));
  pair(out, "dct:date", iso_date(event.at));
  hex(out, "dpv:isIndicatedBy", event.by.view());
  hex(out, "dct:source", event.entry.view());
  out.close('}');
}

}  // namespace

const char* state_name(RecordState state) {
  switch (state) {
    case RecordState::requested:
      return "requested";
    case RecordState::given:
      return "given";
    case RecordState::withdrawn:
      return "withdrawn";
    case RecordState::expired:
      return "expired";
    case RecordState::invalidated:
      return "invalidated";
    case RecordState::refused:
      return "refused";
  }
  return "unknown";
}

Result<ConsentRecord> consent_record(const Log& log, const GrantRef& ref, WallMs now) {
  const auto& view = log.view();
  const auto* grant = view.grant(ref);
  if (grant == nullptr) return fail(Errc::not_found);
  const auto* device = view.device(grant->terms.subject);
  if (device == nullptr) return fail(Errc::unknown_device);
  const auto* category = view.category(grant->terms.category);
  ConsentRecord out;
  out.id = record_id(view.circle(), ref);
  out.circle = view.circle();
  out.grant = ref;
  out.principal = device->descriptor.member;
  out.subject = grant->terms.subject;
  out.category = grant->terms.category;
  out.data_class = category == nullptr ? std::string{} : category->data_class;
  out.purpose = grant->terms.purpose;
  out.direction = grant->terms.direction;
  out.history = grant->terms.history;
  out.until = grant->terms.until;
  out.notice = grant->terms.notice;
  out.locale = grant->terms.locale;
  out.state = state_of(*grant, now);
  out.events = events_of(log, *grant);
  return out;
}

Result<Notice> proven_notice(const ConsentRecord& record, const NoticeTerms& terms) {
  TROTH_TRY(const auto hash, notice_hash(record.locale, terms));
  if (hash != record.notice) return fail(Errc::commitment_mismatch);
  return notice(record.locale, terms);
}

std::string to_json_ld(const ConsentRecord& record) {
  wire::Json out;
  out.open('{');
  header(out, record);
  processing(out, record);
  pair(out, "dpv:hasDuration",
       record.until ? iso_date(*record.until) : std::string(words::record::kNoEnd));
  pair(out, "dpv:hasConsentStatus", dpv_status(record.state));
  out.key("dpv:hasActivity");
  out.open('[');
  for (const auto& item : record.events) event(out, item);
  out.close(']');
  out.close('}');
  return std::move(out).take();
}

}  // namespace troth::consent
