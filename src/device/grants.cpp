#include "device/grants.hpp"

#include "device/words.hpp"

namespace troth::device {

namespace {

GrantState state_of(const circle::GrantInfo& grant, bool ended) {
  if (grant.active()) return ended ? GrantState::expired : GrantState::active;
  if (grant.reason == circle::Reason::withdrawn) return GrantState::withdrawn;
  if (grant.reason == circle::Reason::expired) return GrantState::expired;
  if (grant.reason != circle::Reason::not_accepted) return GrantState::void_grant;
  if (grant.answered) return GrantState::declined;
  return ended ? GrantState::expired : GrantState::offered;
}

std::string name_of(const circle::CircleView& view, const DeviceId& id) {
  const auto* device = view.device(id);
  return device == nullptr ? std::string{} : device->name;
}

}  // namespace

GrantInfo grant_info(const circle::GrantInfo& grant, WallMs clock) {
  GrantInfo info;
  info.entry = grant.ref.entry;
  info.index = grant.ref.index;
  info.category = grant.terms.category;
  info.device = grant.terms.subject;
  info.direction = grant.terms.direction;
  info.history = grant.terms.history;
  info.purpose = grant.terms.purpose;
  info.given_ms = grant.at.ms;
  info.until_ms = grant.terms.until ? grant.terms.until->ms : 0;
  info.given_by = grant.by;
  info.notice_hash = to_bytes(grant.terms.notice.bytes);
  info.state = state_of(grant, grant.terms.until && *grant.terms.until <= clock);
  return info;
}

ReceiptFacts receipt_facts(const consent::Proven& proven) {
  const auto& view = proven.log.view();
  const auto* grant = view.grant(proven.record.grant);
  const auto* category = view.category(proven.record.category);
  ReceiptFacts out;
  out.circle = proven.log.circle();
  out.circle_words = circle_words(out.circle);
  out.at_ms = proven.at.ms;
  out.grant = grant_info(*grant, proven.at);
  out.category_name = category == nullptr ? std::string{} : category->name;
  out.device_name = name_of(view, out.grant.device);
  out.given_by_name = name_of(view, out.grant.given_by);
  out.record = consent::to_json_ld(proven.record);
  return out;
}

}  // namespace troth::device
