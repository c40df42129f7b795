// Methods about consent and its record: grants, offers, receipts, audit.
#include "apps/troth/daemon/methods.hpp"
#include "base/bytes.hpp"
#include "shell/texts/durations.hpp"

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
  if (span->kind == shell::DurationKind::once) return r.failed(Errc::unsupported, "no_once");
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
    rows.push_back(Json{{"v", 1},
                        {"offer", hex(offer.offer)},
                        {"from", d.book().device_name(offer.from)},
                        {"at_ms", offer.at_ms},
                        {"share", std::move(share)}});
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
  std::vector<std::string> candidates;
  for (const auto i : found.candidates) candidates.push_back(names[i].id);
  r.failed(candidates.empty() ? Errc::not_found : Errc::ambiguous, {}, std::move(candidates));
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
    if (!found.index) return r.failed(Errc::unknown_category, "not_in_offer");
    command.only.push_back(offer->share[*found.index].category);
  }
  if (d.has_presence(r)) d.submit(r, std::move(command));
}

void decline(Daemon& d, const Request& r) {
  const auto offer = find_offer(d, r);
  if (offer) d.submit(r, DeclineOffer{offer->offer});
}

void consent(Daemon& d, const Request& r) {
  const auto all = d.ask(r, ConsentQuery{flag_at(r.params(), "all")});
  if (!all) return;
  Json rows = Json::array();
  for (const auto& grant : *all) rows.push_back(grant_json(grant, d.book()));
  r.done(Json{{"rows", std::move(rows)}});
}

void receipt(Daemon& d, const Request& r) {
  const auto all = d.ask(r, ConsentQuery{true});
  if (!all) return;
  std::vector<shell::Named> names;
  for (const auto& grant : *all) {
    names.push_back({hex(grant.entry) + "." + std::to_string(grant.index), ""});
  }
  const std::string wanted = r.text("id");
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (wanted.size() >= 4 && names[i].id.starts_with(wanted)) found.push_back(i);
  }
  if (found.empty()) return r.failed(Errc::not_found);
  if (found.size() > 1) return r.failed(Errc::ambiguous);
  Json out = grant_json((*all)[found[0]], d.book());
  const auto self = d.ask(r, IdentityQuery{});
  if (!self) return;
  out["circle"] = hex(self->circle);
  out["circle_words"] = self->circle_words;
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
      {"receipt", receipt}, {"audit.list", audit_list}, {"audit.verify", audit_verify}};
  return kRows;
}

}  // namespace troth::app
