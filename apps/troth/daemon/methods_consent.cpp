// Methods about consent and its record: grants, offers, receipts, audit.
#include "apps/troth/daemon/methods.hpp"
#include "apps/troth/receipt.hpp"
#include "base/bytes.hpp"
#include "shell/texts/durations.hpp"
#include "shell/texts/texts.hpp"

namespace troth::app {

namespace {

void grant(Daemon& d, const Request& r) {
  const auto category = d.category(r, r.text("category"));
  if (!category) return;
  const auto device = d.device(r, r.text("device"));
  if (!device) return;
  const auto direction = direction_from(r.text("direction"));
  if (!direction) return r.failed(Errc::usage, "bad_direction");
  if (*direction == Direction::send) return r.failed(Errc::send_only_unsupported);
  const auto span = shell::parse_duration(r.text("for"));
  if (!span) return r.failed(Errc::usage, "bad_duration");
  if (span->kind == shell::DurationKind::once) return r.failed(Errc::usage, "no_once");
  if (!d.has_presence(r)) return;
  ShareTerms terms{*category, *direction, 0, History::all};
  if (span->kind == shell::DurationKind::timed) terms.until_ms = d.pump().now().wall.ms + span->ms;
  if (flag_at(r.params(), "from_now")) terms.history = History::from_now;
  const Json answer{{"v", 1},
                    {"category", d.book().category_name(*category)},
                    {"device", d.book().device_name(*device)},
                    {"direction", direction_word(*direction)},
                    {"until_ms", until_json(terms.until_ms)},
                    {"state", "offered"}};
  d.submit(r, GrantConsent{*device, terms}, [answer](const Done& done) {
    Json out = answer;
    out["offer"] = hex(done.id);
    return out;
  });
}

void withdraw(Daemon& d, const Request& r) {
  const auto category = d.category(r, r.text("category"));
  if (!category) return;
  const auto device = d.device(r, r.text("device"));
  if (!device) return;
  const Json answer{{"v", 1},
                    {"category", d.book().category_name(*category)},
                    {"device", d.book().device_name(*device)},
                    {"state", "withdrawn"}};
  d.submit(r, WithdrawConsent{*category, *device}, [answer](const Done&) { return answer; });
}

void offers(Daemon& d, const Request& r) {
  const auto all = d.ask(r, OffersQuery{});
  if (!all) return;
  Json rows = Json::array();
  for (const auto& offer : *all) {
    Json share = Json::array();
    for (const auto& one : offer.share) share.push_back(offered_json(one));
    Json row{{"v", 1},
             {"offer", hex(offer.offer)},
             {"from", nullptr},
             {"at_ms", offer.at_ms},
             {"share", std::move(share)}};
    d.book().put_device(row, "from", offer.from);
    rows.push_back(std::move(row));
  }
  r.done(Json{{"rows", std::move(rows)}});
}

// The offer that text names; answers the request when there is none.
std::optional<OfferInfo> find_offer(Daemon& d, const Request& r) {
  auto all = d.ask(r, OffersQuery{});
  if (!all) return std::nullopt;
  std::vector<shell::Named> names;
  for (const auto& offer : *all) names.push_back({hex(offer.offer), ""});
  const auto found = shell::resolve(names, r.text("offer"));
  if (found.index) return (*all)[*found.index];
  if (found.candidates.empty()) {
    d.unknown(r, Errc::not_found, "no_offer");
    return std::nullopt;
  }
  std::vector<std::string> candidates;
  for (const auto i : found.candidates) candidates.push_back(names[i].id);
  r.failed(Errc::ambiguous, {}, std::move(candidates));
  return std::nullopt;
}

void accept(Daemon& d, const Request& r) {
  const auto offer = find_offer(d, r);
  if (!offer) return;
  AcceptOffer command;
  command.offer = offer->offer;
  std::vector<shell::Named> names;
  for (const auto& one : offer->share) names.push_back({hex(one.category), one.name});
  for (const Json& wanted : member(r.params(), "only")) {
    const auto found = shell::resolve(names, wanted.is_string() ? wanted.text() : "");
    if (!found.candidates.empty())
      return r.failed(Errc::ambiguous, {}, candidate_texts(names, found.candidates));
    if (!found.index) return r.failed(Errc::unknown_category, "not_in_offer");
    command.only.push_back(offer->share[*found.index].category);
  }
  if (d.has_presence(r)) d.submit(r, std::move(command));
}

void decline(Daemon& d, const Request& r) {
  const auto offer = find_offer(d, r);
  if (offer) d.submit(r, DeclineOffer{offer->offer});
}

// In the words of a device that is out, what was given to it counts no more.
void consent(Daemon& d, const Request& r) {
  const auto all = d.ask(r, ConsentQuery{flag_at(r.params(), "all")});
  if (!all) return;
  const auto self = d.ask(r, IdentityQuery{});
  if (!self) return;
  const bool out = self->state == EngineState::removed;
  Json rows = Json::array();
  for (GrantInfo grant : *all) {
    if (out && grant.device == self->device) grant.state = GrantState::void_grant;
    rows.push_back(grant_json(grant, d.book()));
  }
  Json answer{{"rows", std::move(rows)}};
  if (out) answer["note"] = shell::say("consent.out");
  r.done(std::move(answer));
}

// The beginning of the id is enough; ".1" behind it says which of one entry.
bool names_grant(const GrantInfo& grant, const std::string& wanted) {
  const auto point = wanted.find('.');
  const std::string start = wanted.substr(0, point);
  if (start.size() < 4 || !hex(grant.entry).starts_with(start)) return false;
  return point == std::string::npos || wanted.substr(point + 1) == std::to_string(grant.index);
}

std::string grant_text(const GrantInfo& grant, const Book& book) {
  return hex(grant.entry).substr(0, 12) + "." + std::to_string(grant.index) + ", " +
         book.category_name(grant.category) + ", " + book.device_name(grant.device);
}

void receipt(Daemon& d, const Request& r) {
  const auto all = d.ask(r, ConsentQuery{true});
  if (!all) return;
  std::vector<const GrantInfo*> found;
  for (const auto& grant : *all) {
    if (names_grant(grant, r.text("id"))) found.push_back(&grant);
  }
  if (found.empty()) return r.failed(Errc::not_found, "no_receipt");
  if (found.size() > 1) {
    std::vector<std::string> candidates;
    for (const auto* grant : found) candidates.push_back(grant_text(*grant, d.book()));
    return r.failed(Errc::ambiguous, {}, std::move(candidates));
  }
  const auto made = d.pump().query(ReceiptQuery{found[0]->entry, found[0]->index});
  if (!made) return r.failed(made.error().code, "receipt_failed");
  Json out = receipt_json(made->facts);
  out["proof"] = base64(made->receipt);
  r.done(std::move(out));
}

// Of the device or category that a fact is about, while this device knows one.
Json name_of(const Book& book, ByteView subject) {
  for (const auto& one : book.devices)
    if (equal(one.device.view(), subject)) return one.name;
  for (const auto& one : book.categories)
    if (equal(one.category.view(), subject)) return one.name;
  return nullptr;
}

void audit_list(Daemon& d, const Request& r) {
  AuditQuery query;
  query.from = number_at(r.params(), "from").value_or(0);
  const auto all = d.ask(r, query);
  if (!all) return;
  Json rows = Json::array();
  for (const auto& fact : *all) {
    rows.push_back(Json{{"v", 1},
                        {"index", fact.index},
                        {"at_ms", fact.at_ms},
                        {"kind", fact.kind},
                        {"subject", hex(fact.subject)},
                        {"name", name_of(d.book(), fact.subject)},
                        {"number", fact.number}});
  }
  const bool more = all->size() >= query.limit;
  r.done(Json{{"rows", std::move(rows)},
              {"next", more ? Json(all->back().index + 1) : Json(nullptr)}});
}

void audit_verify(Daemon& d, const Request& r) {
  const auto check = d.ask(r, AuditCheckQuery{});
  if (!check) return;
  if (!check->ok) return r.failed(Errc::damaged, "audit_broken");
  r.done(Json{{"v", 1}, {"ok", true}, {"size", check->size}, {"root", hex(check->root)}});
}

}  // namespace

std::span<const MethodRow> consent_methods() {
  static constexpr MethodRow kRows[] = {
      {"grant", grant},     {"withdraw", withdraw},     {"offers", offers},
      {"accept", accept},   {"decline", decline},       {"consent", consent},
      {"receipt", receipt}, {"audit.list", audit_list}, {"audit.verify", audit_verify},
      {"renew", renew},     {"renew.list", renew_list}};
  return kRows;
}

}  // namespace troth::app
