// Methods about this device: keystore, identity, status, pausing, events, alerts.
#include <unistd.h>

#include <algorithm>

#include "apps/troth/daemon/methods.hpp"
#include "apps/troth/version.hpp"
#include "base/limits.hpp"
#include "shell/os/clock.hpp"
#include "shell/texts/durations.hpp"
#include "shell/texts/texts.hpp"

namespace troth::app {

namespace {

void hello(Daemon& d, const Request& r) {
  r.done(Json{
      {"v", 1},
      {"version", kVersion},
      {"pid", ::getpid()},
      {"locked", !d.pump().is_open()},
      {"protection", shell::protection_name(d.keystore().protection())},
      {"listen", d.listen_text()},
      {"discovery", d.looks_nearby()},
      {"interfaces", d.interfaces()},
      {"present", d.is_present(r.client()) || d.keystore().protection() == Protection::file_open}});
}

// The answer of whatever used a passphrase.
void answer_secret(Daemon& d, const Request& r, const Result<>& done) {
  if (done) return r.done(Json{{"v", 1}, {"done", true}});
  if (done.error().code != Errc::again) return r.failed(done.error().code);
  const auto wait = d.keystore().retry_after(shell::wall_now());
  if (wait == 0) return r.failed(Errc::again);
  Json error = error_json(Errc::again, "passphrase_wait", {}, {shell::span_words(wait + 999)});
  error["wait_ms"] = wait;
  r.failed_with(std::move(error));
}

void unlock(Daemon& d, const Request& r) {
  if (d.pump().is_open()) return r.done(Json{{"v", 1}, {"done", true}});
  d.unlock(r.client().take_secret(), [&d, r](Result<> done) { answer_secret(d, r, done); });
}

void lock(Daemon& d, const Request& r) {
  d.lock();
  r.done(Json{{"v", 1}, {"done", true}});
}

void present(Daemon& d, const Request& r) {
  const auto how =
      flag_at(r.params(), "remember") ? shell::Presence::remembered : shell::Presence::once;
  d.prove_presence(r.client(), r.client().take_secret(), how,
                   [&d, r](Result<> done) { answer_secret(d, r, done); });
}

void change_passphrase(Daemon& d, const Request& r) {
  SecretBytes old_one = r.client().take_secret();
  SecretBytes new_one = r.client().take_secret();
  d.keystore().change_passphrase(std::move(old_one), std::move(new_one), shell::os_now(),
                                 [&d, r](Result<> done) { answer_secret(d, r, done); });
}

void shutdown(Daemon& d, const Request& r) {
  r.done(Json{{"v", 1}, {"done", true}, {"pid", ::getpid()}});
  d.stop_soon();
}

void identity(Daemon& d, const Request& r) {
  const auto self = d.ask(r, IdentityQuery{});
  if (!self) return;
  const bool none = self->circle.is_zero();
  r.done(Json{{"v", 1},
              {"device", hex(self->device)},
              {"name", self->name},
              {"protection", shell::protection_name(self->protection)},
              {"circle", none ? Json(nullptr) : Json(hex(self->circle))},
              {"circle_words", none ? Json(nullptr) : Json(self->circle_words)},
              {"member", self->member.is_zero() ? Json(nullptr) : Json(hex(self->member))}});
}

Json locked_status(Daemon& d) {
  Json out = status_json({}, {}, {});
  // Nothing of this is known while the data is locked: unknown is null (cli.md "JSON").
  for (const char* key : {"device", "name", "peers", "categories", "folders", "paused", "pending",
                          "expiring", "alerts"})
    out[key] = nullptr;
  out["state"] = "locked";
  out["queue"] = {{"items", nullptr}, {"bytes", nullptr}, {"by_class", nullptr}};
  out["protection"] = shell::protection_name(d.keystore().protection());
  return out;
}

void status(Daemon& d, const Request& r) {
  if (!d.pump().is_open()) return r.done(locked_status(d));
  const auto self = d.ask(r, IdentityQuery{});
  if (!self) return;
  const auto answer = d.ask(r, StatusQuery{});
  if (!answer) return;
  Json out = status_json(*answer, *self, d.book(), d.folder_trouble());
  out["expiring"] = expiring_json(d, *answer);
  out["listen"] = d.listen_text();
  r.done(std::move(out));
}

// A name may be that of a category and of a device: neither is taken for the other. An exact name
// comes before the beginning of an id, as everywhere.
template <class Command>
std::optional<Command> pause_command(Daemon& d, const Request& r) {
  Command command;
  if (!r.params().contains("what")) return command;
  const std::string what = r.text("what");
  const Book& book = d.book();
  std::vector<shell::Named> all = book.category_names();
  const std::size_t categories = all.size();
  for (auto& name : book.device_names()) all.push_back(std::move(name));
  const auto both = shell::resolve(all, what);
  auto fits = both.candidates;
  if (both.index) fits.push_back(*both.index);
  if (fits.empty()) {
    d.unknown(r, Errc::not_found, "no_category_or_device");
    return std::nullopt;
  }
  const auto is_category = [&](std::size_t i) { return i < categories; };
  const auto found = std::count_if(fits.begin(), fits.end(), is_category);
  if (found > 0 && static_cast<std::size_t>(found) < fits.size()) {
    auto texts = candidate_texts(all, fits);
    for (std::size_t i = 0; i < texts.size(); ++i)
      texts[i] += ", " + shell::say(is_category(fits[i]) ? "kind.category" : "kind.device");
    r.failed(Errc::ambiguous, {}, std::move(texts));
    return std::nullopt;
  }
  if (found > 0) {
    command.category = d.category(r, what);
  } else {
    command.device = d.device(r, what);
  }
  return command.category || command.device ? std::optional(command) : std::nullopt;
}

void pause(Daemon& d, const Request& r) {
  auto command = pause_command<Pause>(d, r);
  if (!command) return;
  // Nothing is kept equal with this device itself: it would be called paused, and nothing would be.
  if (command->device && d.book().is_self(*command->device))
    return r.failed(Errc::usage, "pause_self");
  command->for_ms = number_at(r.params(), "for_ms").value_or(0);
  d.submit(r, *command);
}

void resume(Daemon& d, const Request& r) {
  const auto command = pause_command<Resume>(d, r);
  if (!command) return;
  const auto before = d.ask(r, StatusQuery{});
  if (!before) return;
  d.submit(r, *command, [was = before->paused](const Done&) {
    return Json{{"v", 1}, {"done", true}, {"was_paused", was}};
  });
}

void queue(Daemon& d, const Request& r) {
  const auto status = d.ask(r, StatusQuery{});
  if (!status) return;
  Json out{{"v", 1}};
  out.update(queue_json(*status));
  r.done(std::move(out));
}

void transfers(Daemon& d, const Request& r) {
  const auto status = d.ask(r, StatusQuery{});
  if (status) r.done(Json{{"v", 1}, {"transfers", d.feed().transfers(*status)}});
}

void alerts(Daemon& d, const Request& r) {
  const auto all = d.ask(r, AlertsQuery{flag_at(r.params(), "all")});
  if (!all) return;
  Json rows = Json::array();
  for (const auto& alert : *all) {
    const bool nobody = alert.device.is_zero();
    Json row{{"v", 1},
             {"id", alert.id},
             {"at_ms", alert.at_ms},
             {"kind", alert.kind},
             {"message", shell::reason_words(alert.kind)},
             {"device", nobody ? Json(nullptr) : Json(hex(alert.device))},
             {"name", nullptr},
             {"acknowledged", alert.acknowledged}};
    if (!nobody) d.book().put_device(row, "name", alert.device);
    rows.push_back(std::move(row));
  }
  r.done(Json{{"rows", std::move(rows)}});
}

void acknowledge(Daemon& d, const Request& r) {
  const auto id = number_at(r.params(), "alert").value_or(0);
  const auto all = d.ask(r, AlertsQuery{true});
  if (!all) return;
  if (std::none_of(all->begin(), all->end(), [&](const auto& one) { return one.id == id; }))
    return r.failed(Errc::not_found, "no_alert");
  d.submit(r, AcknowledgeAlert{id});
}

void events(Daemon& d, const Request& r) { d.feed().follow_events(r); }
void wait(Daemon& d, const Request& r) { d.feed().wait_for(r); }

}  // namespace

std::span<const MethodRow> home_methods() {
  static constexpr MethodRow kRows[] = {{"hello", hello},
                                        {"unlock", unlock},
                                        {"lock", lock},
                                        {"present", present},
                                        {"passphrase.change", change_passphrase},
                                        {"shutdown", shutdown},
                                        {"id", identity},
                                        {"status", status},
                                        {"pause", pause},
                                        {"resume", resume},
                                        {"queue", queue},
                                        {"transfers", transfers},
                                        {"alerts", alerts},
                                        {"alerts.ack", acknowledge},
                                        {"events", events},
                                        {"wait", wait}};
  return kRows;
}

}  // namespace troth::app
