// What ends soon, and who may make it last longer: whoever gave it, or, when that device is out,
// any that may give it. A renewal is a new offer of the same terms; consent is never stretched
// unasked.
#include <algorithm>

#include "apps/troth/daemon/methods.hpp"
#include "shell/texts/texts.hpp"

namespace troth::app {

namespace {

bool in_force(const GrantInfo& grant) {
  return grant.state == GrantState::active || grant.state == GrantState::waiting_for_key;
}

// Does a allow all that b allows, and longer?
bool outlasts(const GrantInfo& a, const GrantInfo& b) {
  const bool same = a.device == b.device && a.category == b.category;
  const bool way = a.direction == Direction::both || a.direction == b.direction;
  const bool past = a.history == History::all || b.history == History::from_now;
  const bool longer = a.until_ms == 0 || (b.until_ms != 0 && a.until_ms > b.until_ms);
  return same && way && past && longer;
}

const DeviceInfo* live_device(const Book& book, const DeviceId& id) {
  const auto found = std::find_if(
      book.devices.begin(), book.devices.end(),
      [&](const DeviceInfo& one) { return one.device == id && one.state == DeviceState::live; });
  return found == book.devices.end() ? nullptr : &*found;
}

struct Ending {
  GrantInfo grant;
  std::string_view reason;  // text key: why not here and now; empty when it may be renewed here
};

// wanted: which of those that have an end and are in force.
template <class Wanted>
std::vector<Ending> endings(Daemon& d, const std::vector<GrantInfo>& all, Wanted&& wanted) {
  std::vector<Ending> out;
  for (const auto& grant : all) {
    const auto* subject = live_device(d.book(), grant.device);
    if (!in_force(grant) || grant.until_ms == 0 || subject == nullptr || !wanted(grant)) continue;
    const auto longer = [&](bool offers) {
      return std::any_of(all.begin(), all.end(), [&](const GrantInfo& other) {
        const bool counts = offers ? other.state == GrantState::offered : in_force(other);
        return counts && outlasts(other, grant);
      });
    };
    if (longer(false)) continue;
    const auto* giver = live_device(d.book(), grant.given_by);
    const bool here = !subject->is_self && (giver == nullptr || giver->is_self);
    const std::string_view offered = subject->is_self ? "renew.offered_here" : "renew.offered";
    out.push_back({grant, longer(true) ? offered : here ? "" : "renew.elsewhere"});
  }
  return out;
}

Json ending_json(Daemon& d, const Ending& ending) {
  Json row = grant_json(ending.grant, d.book());
  const auto* subject = live_device(d.book(), ending.grant.device);
  row["for_this_device"] = subject != nullptr && subject->is_self;
  row["reason"] = ending.reason.empty() ? Json(nullptr) : Json(ending.reason);
  return row;
}

bool among(const std::vector<GrantInfo>& some, const GrantInfo& grant) {
  return std::any_of(some.begin(), some.end(),
                     [&](const auto& one) { return grant_id(one) == grant_id(grant); });
}

}  // namespace

Json expiring_json(Daemon& d, const StatusQuery::Answer& status) {
  Json rows = Json::array();
  const auto all = d.pump().query(ConsentQuery{});
  if (status.expiring.empty() || !all) return rows;
  const auto soon = [&](const GrantInfo& grant) { return among(status.expiring, grant); };
  for (const auto& ending : endings(d, *all, soon)) rows.push_back(ending_json(d, ending));
  return rows;
}

void renew_list(Daemon& d, const Request& r) {
  const auto status = d.ask(r, StatusQuery{});
  if (!status) return;
  const auto self = d.ask(r, IdentityQuery{});
  const auto all = self ? d.ask(r, ConsentQuery{}) : std::nullopt;
  if (!all) return;
  const bool every = flag_at(r.params(), "all");
  const auto wanted = [&](const GrantInfo& grant) {
    return among(status->expiring, grant) || (every && grant.given_by == self->device);
  };
  Json rows = Json::array();
  for (const auto& ending : endings(d, *all, wanted)) rows.push_back(ending_json(d, ending));
  r.done(Json{{"rows", std::move(rows)}});
}

void renew(Daemon& d, const Request& r) {
  const auto all = d.ask(r, ConsentQuery{});
  if (!all) return;
  const auto found = std::find_if(all->begin(), all->end(), [&](const GrantInfo& grant) {
    return grant_id(grant) == r.text("id");
  });
  if (found == all->end() || found->until_ms <= found->given_ms) return r.failed(Errc::not_found);
  if (!d.has_presence(r)) return;
  GrantInfo renewed = *found;
  renewed.until_ms = d.pump().now().wall.ms + (found->until_ms - found->given_ms);
  renewed.state = GrantState::offered;
  const ShareTerms terms{renewed.category, renewed.direction, renewed.until_ms, renewed.history};
  d.submit(r, GrantConsent{renewed.device, terms}, [&d, renewed](const Done& done) {
    Json out{{"v", 1}, {"renewed", true}};
    const Json row = grant_json(renewed, d.book());
    for (const char* key : {"category", "device", "device_short", "device_id", "direction",
                            "history", "until_ms", "state"}) {
      if (row.contains(key)) out[key] = row[key];
    }
    out["offer"] = hex(done.id);
    return out;
  });
}

}  // namespace troth::app
