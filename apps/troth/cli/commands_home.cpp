// Commands about this home: init, daemon, unlock, lock, passphrase, config, version, help.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "apps/troth/cli/runs.hpp"
#include "apps/troth/cli/show.hpp"
#include "apps/troth/cli/start.hpp"
#include "apps/troth/config.hpp"
#include "apps/troth/daemon/daemon.hpp"
#include "shell/os/file.hpp"
#include "shell/os/memory.hpp"
#include "shell/texts/errors.hpp"
#include "shell/texts/texts.hpp"

namespace troth::app {

namespace {

constexpr std::string_view kVersion = "0.1.0";

void show_done(const Output&, const Json&) {}

}  // namespace

int run_unsupported(Context& c) { return c.out().error(Errc::unsupported); }

int run_init(Context& c) {
  const std::string store = c.in().find("keystore").value_or("file");
  if (store == "tpm2") return c.out().error(Errc::unsupported, "no_tpm2");
  if (store != "file") return c.out().error(Errc::usage);
  if (c.in().value("name").empty()) return c.out().error(Errc::usage, "name_needed");
  int exit = 0;
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

// Flags win over the config file; what is not built yet is refused, never ignored.
Result<DaemonOptions> daemon_settings(Context& c, std::string_view& reason) {
  TROTH_TRY(auto config, read_config(c.home()));
  for (const auto key : kConfigKeys) {
    const auto flag = c.in().find(key);
    if (!flag) continue;
    reason = "bad_setting";
    if (key != "relay" && key != "console") TROTH_CHECK(check_setting(key, *flag));
    config[std::string(key)] = *flag;
  }
  const auto at = [&](std::string_view key) {
    const auto found = config.find(key);
    return found == config.end() ? std::string() : found->second;
  };
  if (!at("relay").empty()) return reason = "no_relay", fail(Errc::unsupported);
  if (at("console") != "" && at("console") != "off")
    return reason = "no_console", fail(Errc::unsupported);
  reason = "";
  DaemonOptions out;
  out.home = c.home();
  out.discovery = at("discovery") == "on";
  out.interfaces = interface_names(at("interfaces"));
  if (at("listen").empty()) return out;
  TROTH_TRY(out.listen, shell::parse_host_port(at("listen")));
  return out;
}

// Empty when the daemon starts locked. nullopt: exit is set.
std::optional<SecretBytes> daemon_passphrase(Context& c, int& exit) {
  if (const auto fd = c.in().find("passphrase-fd")) {
    const auto number = parse_json(*fd);
    if (!number || !number->is_unsigned()) {
      exit = c.out().error(Errc::usage);
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
  std::string_view reason;
  auto settings = daemon_settings(c, reason);
  if (!settings) return c.out().error(settings.error().code, reason);
  int exit = 0;
  auto secret = daemon_passphrase(c, exit);
  if (!secret) return exit;
  settings->passphrase = std::move(*secret);
  Daemon daemon(std::move(*settings));
  const auto started = daemon.start();
  if (!started) {
    const Errc code = started.error().code;
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
  return c.simple("unlock", Json::object(), show_done);
}

int run_lock(Context& c) { return c.simple("lock", Json::object(), show_done); }

int run_down(Context& c) {
  int exit = 0;
  const auto done = c.call("shutdown", Json::object(), exit);
  if (!done) return exit;
  // The daemon closes the socket when it is gone from memory: only then is the home free.
  while (c.daemon(exit)->next()) {
  }
  if (c.out().json) c.out().object(Json{{"v", 1}, {"stopped", true}});
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
  const auto config = read_config(c.home());
  if (!config) return c.out().error(config.error().code, "bad_config");
  Json all = Json{{"v", 1}};
  for (const auto key : kConfigKeys) {
    const auto found = config->find(key);
    all[std::string(key)] = found == config->end() ? Json(nullptr) : Json(found->second);
    if (found != config->end()) c.out().line(std::string(key) + " = " + found->second);
  }
  if (c.out().json) c.out().object(all);
  return 0;
}

int run_config_get(Context& c) {
  const auto config = read_config(c.home());
  if (!config) return c.out().error(config.error().code, "bad_config");
  const std::string key = c.in().value("KEY");
  if (std::find(kConfigKeys.begin(), kConfigKeys.end(), key) == kConfigKeys.end()) {
    return c.out().error(Errc::not_found, "no_setting");
  }
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
  auto config = read_config(c.home());
  if (!config) return c.out().error(config.error().code, "bad_config");
  const std::string key = c.in().value("KEY");
  const std::string value = c.in().value("VALUE");
  if (!check_setting(key, value)) return c.out().error(Errc::usage, "bad_setting");
  if (!shell::make_private_folder(c.home())) return c.out().error(Errc::io_error);
  (*config)[key] = value;
  const auto written = write_config(c.home(), *config);
  if (!written) return c.out().error(written.error().code);
  if (c.out().json) c.out().object(Json{{"v", 1}, {"key", key}, {"value", value}});
  if (key == "discovery" && value == "on") c.out().note(shell::say("config.discovery_on"));
  c.out().note(shell::say("config.next_start"));
  return 0;
}

int run_version(Context& c) {
  if (c.out().json) c.out().object(Json{{"v", 1}, {"version", kVersion}});
  c.out().line("troth " + std::string(kVersion));
  return 0;
}

int run_completion(Context& c) {
  if (c.in().value("SHELL") != "bash") return c.out().error(Errc::unsupported, "only_bash");
  std::string words;
  for (const auto& command : commands()) words += std::string(command.path) + "\\n";
  c.out().line(
      "_troth() { local IFS=$'\\n' w=\"${COMP_WORDS[*]:1:COMP_CWORD-1}\"; w=\"${w//$'\\n'/ }\";");
  c.out().line("COMPREPLY=($(printf '" + words +
               "' | sed -n \"s/^${w:+$w }\\([^ ]*\\).*/\\1/p\" | sort -u | grep \"^$2\")); }");
  c.out().line("complete -F _troth troth");
  return 0;
}

int run_help(Context& c) {
  const std::string topic = c.in().value("TOPIC");
  if (topic != "errors") {
    c.out().line(shell::say("help.more"));
    for (const auto& command : commands()) c.out().line("  " + std::string(command.path));
    return 0;
  }
  for (const auto& text : shell::all_error_texts()) {
    const int exit = static_cast<int>(text.exit);
    if (c.out().json) {
      c.out().object(Json{{"v", 1},
                          {"code", text.name},
                          {"exit", exit},
                          {"retry", text.retry},
                          {"message", text.message},
                          {"hint", text.hint}});
    }
    c.out().line(std::string(text.name) + "  " + std::to_string(exit) + "  " +
                 std::string(text.message));
  }
  return 0;
}

}  // namespace troth::app
