// Commands about this home: init, daemon, unlock, lock, passphrase, config.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <filesystem>

#include "apps/troth/cli/runs.hpp"
#include "apps/troth/cli/show.hpp"
#include "apps/troth/cli/start.hpp"
#include "apps/troth/config.hpp"
#include "apps/troth/daemon/daemon.hpp"
#include "apps/troth/daemon/request.hpp"
#include "shell/os/file.hpp"
#include "shell/os/memory.hpp"
#include "shell/texts/errors.hpp"
#include "shell/texts/safe_text.hpp"
#include "shell/texts/texts.hpp"

namespace troth::app {

namespace {

void show_unlocked(const Output& out, const Json&) { out.line(shell::say("done.unlock")); }
void show_locked(const Output& out, const Json&) { out.line(shell::say("done.lock")); }

// nullopt: said already, exit is set. A typing error in the settings is not damage of the device.
std::optional<Config> settings_of(const Context& c, int& exit) {
  std::size_t line = 0;
  auto config = read_config(c.home(), &line);
  if (config) return std::move(*config);
  const Errc code = config.error().code;
  const std::string path = c.home() + "/config";
  exit = line == 0 ? c.out().error(error_json(code, "bad_config", {}, {path}))
                   : c.out().error(error_json(Errc::usage, "bad_config_line", {},
                                              {std::to_string(line), path, setting_names()}));
  return std::nullopt;
}

bool is_setting(std::string_view key) {
  return std::find(kConfigKeys.begin(), kConfigKeys.end(), key) != kConfigKeys.end();
}

int no_such_setting(const Context& c, Errc code) {
  return c.out().error(error_json(code, "no_setting", {}, {setting_names()}));
}

}  // namespace

int run_unsupported(Context& c) { return c.out().error(Errc::unsupported); }

int run_init(Context& c) {
  const std::string store = c.in().find("keystore").value_or("file");
  if (store == "tpm2") return c.out().error(Errc::unsupported, "no_tpm2");
  if (store != "file")
    return c.out().error(error_json(Errc::usage, "bad_keystore", {}, {shell::safe_quoted(store)}));
  if (c.in().value("name").empty()) return c.out().error(Errc::usage, "name_needed");
  // With a file nobody types in vain, and a making that was interrupted can be gone on with.
  if (!c.in().find("passphrase-file") && home_is_taken(c.home()))
    return c.out().error(Errc::exists, "home_exists");
  int exit = 0;
  if (!check_new_home(c, exit)) return exit;
  const auto secret = new_passphrase(c, "passphrase-file", exit);
  if (!secret) return exit;
  const auto made = init_alone(c.home(), *secret, init_command(c));
  if (!made) {
    return c.out().error(made.error().code, made.error().code == Errc::exists ? "home_exists" : "");
  }
  if (c.out().json) {
    c.out().object(*made);
  } else {
    show_id(c.out(), *made);
    c.out().line(shell::say(c.in().flag("join") ? "init.next_join" : "init.next"));
  }
  return 0;
}

namespace {

// Flags win over the config file; what is not built yet is refused, never ignored. nullopt: said
// already, exit is set.
std::optional<DaemonOptions> daemon_settings(Context& c, int& exit) {
  auto config = settings_of(c, exit);
  if (!config) return std::nullopt;
  for (const auto key : kConfigKeys) {
    const auto flag = c.in().find(key);
    if (!flag) continue;
    if (const auto good = check_setting(key, *flag); !good) {
      exit = c.out().error(good.error().code, why_not_setting(key, *flag));
      return std::nullopt;
    }
    (*config)[std::string(key)] = *flag;
  }
  const auto at = [&](std::string_view key) {
    const auto found = config->find(key);
    return found == config->end() ? std::string() : found->second;
  };
  DaemonOptions out;
  out.home = c.home();
  out.discovery = at("discovery") == "on";
  out.interfaces = interface_names(at("interfaces"));
  if (const auto listen = shell::parse_host_port(at("listen"))) out.listen = *listen;
  return out;
}

// Empty when the daemon starts locked. nullopt: exit is set.
std::optional<SecretBytes> daemon_passphrase(Context& c, int& exit) {
  if (const auto fd = c.in().find("passphrase-fd")) {
    const auto number = parse_json(*fd);
    if (!number || !number->is_unsigned() || number->number() > INT_MAX) {
      exit = c.out().error(number_error("--passphrase-fd", *fd));
      return std::nullopt;
    }
    const shell::Fd pipe(static_cast<int>(number->number()));
    auto secret = shell::read_secret_fd(pipe.get());
    if (secret) return std::move(*secret);
    exit = c.out().error(secret.error().code, "passphrase_file");
    return std::nullopt;
  }
  shell::OsRng rng;
  const auto store = shell::FileKeystore::open(c.home(), rng);
  const bool asks = store && (*store)->locked() && c.may_ask();
  if (!c.in().find("passphrase-file") && !asks) return SecretBytes();
  return c.passphrase("passphrase-file", "ask.passphrase", exit);
}

}  // namespace

int run_daemon(Context& c) {
  shell::tune_heap();
  int exit = 0;
  auto settings = daemon_settings(c, exit);
  if (!settings) return exit;
  auto secret = daemon_passphrase(c, exit);
  if (!secret) return exit;
  settings->passphrase = std::move(*secret);
  const std::string listen = settings->listen ? settings->listen->text() : "";
  Daemon daemon(std::move(*settings));
  const auto started = daemon.start();
  if (!started && daemon.cannot_listen() && !listen.empty()) {
    return c.out().error(error_json(started.error().code, "cannot_listen", {}, {listen}));
  }
  if (!started) {
    const Errc code = started.error().code;
    // Nothing else of a start is refused so.
    if (code == Errc::not_permitted)
      return c.out().error(error_json(code, "socket_folder", {}, {shell::socket_folder()}));
    return c.out().error(code, code == Errc::not_found ? "no_home"
                               : code == Errc::busy    ? "home_busy"
                                                       : "");
  }
  c.out().object(daemon.ready_json());
  daemon.run();
  return 0;
}

int run_unlock(Context& c) {
  int exit = 0;
  Client* client = c.daemon(exit);
  if (client == nullptr) return exit;
  const auto hello = c.call("hello", Json::object(), exit);
  if (!hello) return exit;
  if (flag_at(*hello, "locked")) {
    const auto secret = c.passphrase("passphrase-file", "ask.passphrase", exit);
    if (!secret) return exit;
    if (!client->send_secret(*secret)) return c.out().error(Errc::no_daemon);
  }
  return c.simple("unlock", Json::object(), show_unlocked);
}

int run_lock(Context& c) { return c.simple("lock", Json::object(), show_locked); }

int run_down(Context& c) {
  int exit = 0;
  const auto done = c.call("shutdown", Json::object(), exit);
  if (!done) return exit;
  // The daemon closes the socket when it is gone from memory: only then is the home free.
  while (c.daemon(exit)->next()) {
  }
  if (c.out().json) c.out().object(Json{{"v", 1}, {"stopped", true}});
  c.out().line(shell::say("done.down"));
  return 0;
}

int run_passphrase_change(Context& c) {
  int exit = 0;
  const auto old_one = c.passphrase("passphrase-file", "ask.passphrase", exit);
  if (!old_one) return exit;
  auto new_one = new_passphrase(c, "new-passphrase-file", exit);
  if (!new_one) return exit;
  Client* client = c.daemon(exit);
  if (client == nullptr) return exit;
  if (!client->send_secret(*old_one) || !client->send_secret(*new_one)) {
    return c.out().error(Errc::no_daemon);
  }
  return c.simple("passphrase.change", Json::object(), [](const Output& out, const Json&) {
    out.line(shell::say("passphrase.changed"));
  });
}

int run_config_list(Context& c) {
  int exit = 0;
  const auto config = settings_of(c, exit);
  if (!config) return exit;
  Json all = Json{{"v", 1}};
  for (const auto key : kConfigKeys) {
    const auto found = config->find(key);
    all[std::string(key)] = found == config->end() ? Json(nullptr) : Json(found->second);
    if (found != config->end()) c.out().line(std::string(key) + " = " + found->second);
  }
  if (c.out().json) c.out().object(all);
  if (config->empty()) c.out().line(shell::say("none.settings", {setting_names()}));
  return 0;
}

int run_config_get(Context& c) {
  int exit = 0;
  const auto config = settings_of(c, exit);
  if (!config) return exit;
  const std::string key = c.in().value("KEY");
  if (!is_setting(key)) return no_such_setting(c, Errc::not_found);
  const auto found = config->find(key);
  const bool set = found != config->end();
  if (c.out().json) {
    c.out().object(
        Json{{"v", 1}, {"key", key}, {"value", set ? Json(found->second) : Json(nullptr)}});
  } else if (set) {
    c.out().line(found->second);
  }
  return 0;
}

int run_config_set(Context& c) {
  int exit = 0;
  auto config = settings_of(c, exit);
  if (!config) return exit;
  const std::string key = c.in().value("KEY");
  const std::string value = c.in().value("VALUE");
  if (!is_setting(key)) return no_such_setting(c, Errc::usage);
  if (const auto good = check_setting(key, value); !good)
    return c.out().error(good.error().code, why_not_setting(key, value));
  if (!shell::make_private_folder(c.home())) return c.out().error(Errc::io_error);
  (*config)[key] = value;
  const auto written = write_config(c.home(), *config);
  if (!written) return c.out().error(written.error().code);
  if (c.out().json) c.out().object(Json{{"v", 1}, {"key", key}, {"value", value}});
  if (key == "discovery" && value == "on") c.out().note(shell::say("config.discovery_on"));
  c.out().note(shell::say("config.next_start"));
  return 0;
}

int run_config_unset(Context& c) {
  int exit = 0;
  auto config = settings_of(c, exit);
  if (!config) return exit;
  const std::string key = c.in().value("KEY");
  if (!is_setting(key)) return no_such_setting(c, Errc::not_found);
  config->erase(key);
  const auto written = write_config(c.home(), *config);
  if (!written) return c.out().error(written.error().code);
  if (c.out().json) c.out().object(Json{{"v", 1}, {"key", key}, {"value", nullptr}});
  c.out().note(shell::say("config.next_start"));
  return 0;
}

}  // namespace troth::app
