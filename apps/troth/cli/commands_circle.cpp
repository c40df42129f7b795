// Commands about the circle and about consent: thin, because the daemon does the work.
#include "apps/troth/cli/runs.hpp"
#include "apps/troth/cli/show.hpp"
#include "shell/os/clock.hpp"
#include "shell/texts/durations.hpp"
#include "shell/texts/safe_text.hpp"
#include "shell/texts/texts.hpp"

namespace troth::app {

namespace {

Json params_of(const Context& context,
               std::initializer_list<std::pair<const char*, const char*>> map) {
  Json out = Json::object();
  for (const auto& [argument, key] : map) {
    if (const auto value = context.in().find(argument)) out[key] = *value;
  }
  return out;
}

// Says one sentence with the names of the result.
void tell_names(const Output& out, const Json& json, std::string_view key) {
  const auto name = [&](const char* field) {
    return shell::safe_quoted(string_at(json, field).value_or(""));
  };
  out.line(shell::say(key, {name("name"), name("category"), name("device")}));
}

// Success of a command that has nothing else to show.
template <const char* key>
void tell(const Output& out, const Json&) {
  out.line(shell::say(key));
}
constexpr char kRenamed[] = "done.device.rename";
constexpr char kConnect[] = "done.connect";
constexpr char kLeft[] = "done.leave";
constexpr char kUpdated[] = "done.category.update";
constexpr char kRetired[] = "done.category.retire";
constexpr char kAccepted[] = "done.accept";
constexpr char kDeclined[] = "done.decline";
constexpr char kRotated[] = "done.rotate";
constexpr char kRead[] = "done.alerts.ack";

}  // namespace

int run_id(Context& c) { return c.simple("id", Json::object(), show_id); }
int run_devices(Context& c) { return c.rows("devices", Json::object(), show_device); }
int run_device_show(Context& c) {
  return c.simple("device.show", params_of(c, {{"DEVICE", "device"}}), show_device);
}
int run_device_rename(Context& c) {
  return c.simple("device.rename", params_of(c, {{"DEVICE", "device"}, {"NAME", "name"}}),
                  tell<kRenamed>);
}

int run_device_remove(Context& c) {
  Json params = params_of(c, {{"DEVICE", "device"}});
  params["lost"] = c.in().flag("lost");
  if (const auto since = c.in().find("revert-since")) {
    const auto ms = shell::parse_moment(*since, shell::wall_now());
    if (!ms) return c.out().error(Errc::usage, "bad_moment");
    params["revert_since_ms"] = *ms;
  }
  return c.simple("device.remove", params, [](const Output& out, const Json& json) {
    tell_names(out, json, "device.was_removed");
  });
}

int run_connect(Context& c) {
  return c.simple("connect", params_of(c, {{"DEVICE", "device"}, {"ADDRESS", "address"}}),
                  tell<kConnect>);
}
int run_leave(Context& c) { return c.simple("leave", Json::object(), tell<kLeft>); }
int run_undo(Context& c) {
  return c.simple("undo", params_of(c, {{"DEVICE", "device"}}),
                  [](const Output& out, const Json& json) { tell_names(out, json, "done.undo"); });
}

int run_category_list(Context& c) {
  return c.rows("categories", Json::object(), show_category, "none.categories");
}
int run_category_show(Context& c) {
  return c.simple("category.show", params_of(c, {{"CATEGORY", "category"}}), show_category);
}
int run_category_create(Context& c) {
  if (!c.in().find("purpose")) return c.out().error(Errc::usage, "purpose_needed");
  return c.simple(
      "category.create",
      params_of(c, {{"NAME", "name"}, {"purpose", "purpose"}, {"class", "class"}}),
      [](const Output& out, const Json& json) { tell_names(out, json, "category.made"); });
}
int run_category_update(Context& c) {
  return c.simple(
      "category.update",
      params_of(c, {{"CATEGORY", "category"}, {"name", "name"}, {"purpose", "purpose"}}),
      tell<kUpdated>);
}
int run_category_retire(Context& c) {
  return c.simple("category.retire", params_of(c, {{"CATEGORY", "category"}}), tell<kRetired>);
}

int run_grant(Context& c) {
  // Both ends are chosen by the person: neither has a default (design 9).
  if (!c.in().find("direction") || !c.in().find("for")) {
    return c.out().error(Errc::usage, "grant_needs");
  }
  Json params = params_of(
      c,
      {{"CATEGORY", "category"}, {"DEVICE", "device"}, {"direction", "direction"}, {"for", "for"}});
  params["from_now"] = c.in().flag("from-now");
  return c.simple("grant", params, [](const Output& out, const Json& json) {
    tell_names(out, json, "grant.offered_to");
  });
}

// One after the other, each told when it is done: what came before a failure stays renewed.
int run_renew(Context& c) {
  int exit = 0;
  const auto ending = c.call("renew.list", Json{{"all", c.in().flag("all")}}, exit);
  if (!ending) return exit;
  for (const Json& one : member(*ending, "rows")) {
    Json row = one;
    row["renewed"] = false;
    if (member(one, "reason").is_null()) {
      const auto renewed = c.call("renew", Json{{"id", member(one, "id")}}, exit);
      if (!renewed) return exit;
      row = *renewed;
    }
    if (c.out().json) {
      c.out().object(row);
    } else {
      show_renewal(c.out(), row);
    }
  }
  if (member(*ending, "rows").empty()) c.out().line(shell::say("none.renew"));
  return 0;
}

int run_withdraw(Context& c) {
  return c.simple("withdraw", params_of(c, {{"CATEGORY", "category"}, {"DEVICE", "device"}}),
                  [](const Output& out, const Json& json) {
                    tell_names(out, json, "withdraw.done");
                    out.line(shell::say("withdraw.limits"));
                  });
}

int run_offers(Context& c) { return c.rows("offers", Json::object(), show_offer, "none.offers"); }
int run_accept(Context& c) {
  Json params = params_of(c, {{"ID", "offer"}});
  params["only"] = c.in().all("only");
  return c.simple("accept", params, tell<kAccepted>);
}
int run_decline(Context& c) {
  return c.simple("decline", params_of(c, {{"ID", "offer"}}), tell<kDeclined>);
}

int run_consent(Context& c) {
  return c.rows("consent", Json{{"all", c.in().flag("all")}}, show_consent, "none.consent");
}
int run_consent_review(Context& c) {
  c.out().line(shell::say("consent.review"));
  return c.rows("consent", Json{{"all", false}}, show_consent, "none.consent");
}
int run_receipt(Context& c) {
  return c.simple("receipt", params_of(c, {{"ID", "id"}}), show_receipt);
}

int run_rotate(Context& c) {
  return c.simple("rotate", params_of(c, {{"CATEGORY", "category"}}), tell<kRotated>);
}

int run_audit_list(Context& c) { return c.rows("audit.list", Json{{"from", 0}}, show_fact); }
int run_audit_verify(Context& c) {
  if (c.in().find("device")) return c.out().error(Errc::unsupported, "no_audit_of_others");
  return c.simple("audit.verify", Json::object(), [](const Output& out, const Json& json) {
    out.line(shell::say("audit.ok", {std::to_string(number_at(json, "size").value_or(0))}));
  });
}

int run_alerts(Context& c) {
  return c.rows("alerts", Json{{"all", c.in().flag("all")}}, show_alert, "none.alerts");
}
int run_alerts_ack(Context& c) {
  const auto id = parse_json(c.in().value("ID"));
  if (!id || !id->is_unsigned()) return c.out().error(number_error("ID", c.in().value("ID")));
  return c.simple("alerts.ack", Json{{"alert", *id}}, tell<kRead>);
}

}  // namespace troth::app
