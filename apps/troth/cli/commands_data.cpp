// Commands about data: items, folders, what happens now, waiting.
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "apps/troth/cli/runs.hpp"
#include "apps/troth/cli/show.hpp"
#include "shell/os/clock.hpp"
#include "shell/os/home.hpp"
#include "shell/texts/durations.hpp"
#include "shell/texts/errors.hpp"
#include "shell/texts/texts.hpp"

namespace troth::app {

namespace {

using shell::say;

// `get CATEGORY ITEM`; `get ITEM` looks through all categories.
Json place(const Context& c, std::string_view first, std::string_view second) {
  if (!c.in().find(second)) return Json{{"item", c.in().value(first)}};
  return Json{{"category", c.in().value(first)}, {"item", c.in().value(second)}};
}

void show_deleted(const Output& out, const Json&) { out.line(say("done.delete")); }
void show_undeleted(const Output& out, const Json&) { out.line(say("done.undelete")); }
void show_paused(const Output& out, const Json&) { out.line(say("done.pause")); }
void show_resumed(const Output& out, const Json& json) {
  out.line(say(flag_at(json, "was_paused") ? "done.resume" : "none.paused"));
}

// False when nobody reads any more what is printed here.
bool wait_for_line(const Client& client) {
  while (!client.has_line()) {
    pollfd both[2] = {{client.fd(), POLLIN, 0}, {STDOUT_FILENO, 0, 0}};
    const int ready = ::poll(both, 2, -1);
    if (ready > 0 && both[1].revents != 0) return false;
    if (ready > 0 || (ready < 0 && errno != EINTR)) return true;
  }
  return true;
}

// Follows a stream until the daemon ends it or the reader of stdout goes away.
int follow(Context& c, std::string_view method, const Json& params,
           void (*show)(const Output&, const Json&), std::string_view only = {}) {
  int exit = 0;
  Client* client = c.daemon(exit);
  if (client == nullptr) return exit;
  const auto id = client->send(method, params);
  if (!id) return c.out().error(id.error().code);
  while (wait_for_line(*client)) {
    const auto reply = client->next();
    if (!reply) return c.out().error(Errc::no_daemon);
    if (reply->kind == ReplyKind::error) return c.out().error(reply->body);
    if (reply->kind == ReplyKind::result) return 0;
    if (!only.empty() && string_at(reply->body, "event") != only) continue;
    if (c.out().json) {
      c.out().object(reply->body);
    } else {
      show(c.out(), reply->body);
    }
  }
  return static_cast<int>(shell::Exit::failed);
}

std::optional<std::uint64_t> number_of(const std::optional<std::string>& text) {
  const auto json = text ? parse_json(*text) : std::nullopt;
  if (!json || !json->is_unsigned()) return std::nullopt;
  return json->number();
}

// False when the option is there and no number: said already, exit is set.
bool take_number(const Context& c, const char* name, Json& params, int& exit) {
  const auto text = c.in().find(name);
  if (!text) return true;
  const auto number = number_of(text);
  if (number) {
    params[name] = *number;
  } else {
    exit = c.out().error(number_error("--" + std::string(name), *text));
  }
  return number.has_value();
}

}  // namespace

int run_get(Context& c) { return c.simple("get", place(c, "CATEGORY", "ITEM"), show_item); }
int run_delete(Context& c) {
  return c.simple("delete", place(c, "CATEGORY", "ITEM"), show_deleted);
}
int run_undelete(Context& c) {
  return c.simple("undelete", place(c, "CATEGORY", "ITEM"), show_undeleted);
}
int run_history(Context& c) { return c.rows("history", place(c, "ITEM", "OTHER"), show_history); }
int run_review(Context& c) {
  Json params{{"all", c.in().flag("all")}};
  int exit = 0;
  if (!take_number(c, "id", params, exit)) return exit;
  return c.rows("review", params, show_set_aside, "none.review");
}
int run_review_adopt(Context& c) {
  const auto id = number_of(c.in().find("ID"));
  if (!id) return c.out().error(number_error("ID", c.in().value("ID")));
  return c.simple("review.adopt", Json{{"id", *id}}, show_adopted);
}
int run_inspect(Context& c) { return c.rows("inspect", place(c, "ITEM", "OTHER"), show_inspect); }
int run_list(Context& c) {
  return c.rows("list", Json{{"category", c.in().value("CATEGORY")}}, show_item_line, "none.items");
}
// Records for put --from: whole, and in the same form with and without --json (spec 13 §6).
int run_export(Context& c) {
  const auto record = [](const Output& out, const Json& row) { out.object(row); };
  return c.rows("list", Json{{"category", c.in().value("CATEGORY")}}, record);
}

int run_watch(Context& c) {
  Json params{{"category", c.in().value("CATEGORY")}};
  int exit = 0;
  if (!take_number(c, "since", params, exit)) return exit;
  return follow(c, "watch", params, show_change);
}

int run_events(Context& c) {
  Json params = Json::object();
  int exit = 0;
  if (!take_number(c, "since", params, exit)) return exit;
  return follow(c, "events", params, show_event);
}

int run_folder_add(Context& c) {
  std::error_code ec;
  const auto path = std::filesystem::canonical(c.in().value("PATH"), ec);
  if (ec) return c.out().error(Errc::not_found);
  if (!std::filesystem::is_directory(path, ec)) return c.out().error(Errc::usage, "not_a_folder");
  if (::access(path.c_str(), W_OK | X_OK) != 0)
    return c.out().error(Errc::not_permitted, "folder_read_only");
  const Json params{{"category", c.in().value("CATEGORY")}, {"path", path.string()}};
  return c.simple("folder.add", params, show_folder_added);
}
int run_folder_list(Context& c) {
  return c.rows("folder.list", Json::object(), show_folder_whole, "none.folders");
}
int run_folder_remove(Context& c) {
  std::error_code ec;
  const auto path = std::filesystem::weakly_canonical(c.in().value("PATH"), ec);
  return c.simple("folder.remove", Json{{"path", path.string()}}, show_folder_removed);
}

int run_status(Context& c) { return c.simple("status", Json::object(), show_status); }
int run_queue(Context& c) { return c.simple("queue", Json::object(), show_queue); }
int run_transfers(Context& c) {
  const int exit = c.simple("transfers", Json::object(), show_transfers);
  if (exit != 0 || !c.in().flag("watch")) return exit;
  return follow(c, "events", Json::object(), show_progress, "transfer");
}

namespace {
Json what_of(const Context& c) {
  Json params = Json::object();
  if (const auto what = c.in().find("WHAT")) params["what"] = *what;
  return params;
}
}  // namespace

int run_pause(Context& c) {
  Json params = what_of(c);
  if (const auto span = c.in().find("for")) {
    const auto ms = shell::parse_span(*span);
    if (!ms) return c.out().error(Errc::usage, "bad_span");
    params["for_ms"] = *ms;
  }
  return c.simple("pause", params, show_paused);
}
int run_resume(Context& c) { return c.simple("resume", what_of(c), show_resumed); }

namespace {

// What is waited for; nothing of it would be over at once.
bool any_condition(const Context& c) {
  const auto is_flag = [&](const char* name) { return c.in().flag(name); };
  const auto is_there = [&](const char* name) { return c.in().find(name).has_value(); };
  return is_flag("ready") || is_flag("synced") || is_flag("idle") || is_there("for") ||
         is_there("category") || is_there("items");
}

Result<Json> wait_conditions(const Context& c) {
  Json params = Json::object();
  for (const char* flag : {"ready", "synced", "idle"}) params[flag] = c.in().flag(flag);
  for (const char* name : {"for", "category"}) {
    if (const auto value = c.in().find(name)) params[name] = *value;
  }
  if (c.in().find("items")) {
    const auto items = number_of(c.in().find("items"));
    if (!items || !c.in().find("category")) return fail(Errc::usage);
    params["items"] = *items;
  }
  return params;
}

constexpr std::uint64_t kTellAfterMs = 1000;

// A daemon that is just starting is waited for as well.
std::optional<Client> client_within(const Context& c, MonoMs until) {
  for (;;) {
    auto client = Client::of_home(c.home());
    if (client) return std::move(*client);
    if (shell::mono_now() >= until) return std::nullopt;
    ::usleep(50'000);
  }
}

}  // namespace

int run_wait(Context& c) {
  if (!any_condition(c)) return c.out().error(Errc::usage, "wait_what");
  const auto params = wait_conditions(c);
  if (!params) return c.out().error(params.error().code, "wait_needs");
  const auto span = shell::parse_span(c.in().find("timeout").value_or("30s"));
  if (!span || *span == 0) return c.out().error(Errc::usage, "bad_timeout");
  const MonoMs until{shell::mono_now().ms + *span};
  auto client = client_within(c, until);
  if (!client) return c.out().error(Errc::no_daemon);
  if (!client->send("wait", *params)) return c.out().error(Errc::no_daemon);
  std::string missing;
  std::string told;
  for (;;) {
    const auto now = shell::mono_now();
    const std::uint64_t left = until > now ? until.ms - now.ms : 0;
    const auto reply = client->next(std::min(left, kTellAfterMs));
    if (!reply && reply.error().code == Errc::timed_out && left > kTellAfterMs) {
      // Somebody who waits at a terminal sees what for.
      if (missing != told && terminal_in() && !c.out().json) c.out().aside(say("wait." + missing));
      told = missing;
      continue;
    }
    if (!reply && reply.error().code == Errc::timed_out) {
      if (missing == "locked") return c.out().error(Errc::locked);
      return c.out().error(Errc::timed_out, missing.empty() ? "" : "wait." + missing);
    }
    if (!reply) return c.out().error(Errc::no_daemon);
    if (reply->kind == ReplyKind::error) return c.out().error(reply->body);
    if (reply->kind == ReplyKind::event) {
      missing = string_at(reply->body, "reason").value_or("");
      continue;
    }
    if (c.out().json) c.out().object(reply->body);
    return 0;
  }
}

}  // namespace troth::app
