// up: a home, its daemon in the background, unlocked, and a word on what comes next.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "apps/troth/cli/runs.hpp"
#include "apps/troth/cli/start.hpp"
#include "apps/troth/config.hpp"
#include "apps/troth/daemon/request.hpp"
#include "base/bytes.hpp"
#include "shell/keystore/file_keystore.hpp"
#include "shell/os/file.hpp"
#include "shell/os/home.hpp"
#include "shell/os/rng.hpp"
#include "shell/texts/safe_text.hpp"
#include "shell/texts/texts.hpp"

namespace troth::app {

namespace {

struct Pipe {
  shell::Fd read;
  shell::Fd write;
};
Result<Pipe> make_pipe() {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) return fail(Errc::io_error);
  return Pipe{shell::Fd(fds[0]), shell::Fd(fds[1])};
}

// In the child: becomes the daemon, with its standard output in the pipe and errors in the log.
[[noreturn]] void become_daemon(Context& c, const Pipe& out, const Pipe& secret, bool has_secret) {
  ::setsid();
  const std::string log = c.home() + "/daemon.log";
  const int log_fd = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const int null_fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::dup2(null_fd, 0);
  ::dup2(out.write.get(), 1);
  ::dup2(log_fd >= 0 ? log_fd : null_fd, 2);
  std::vector<std::string> words{c.program(), "--home", c.home(), "--json", "--no-input", "daemon"};
  if (has_secret) {
    ::dup2(secret.read.get(), 3);
    words.insert(words.end(), {"--passphrase-fd", "3"});
  }
  // What whoever called had open stays with them: a lock or a pipe would be held for days.
  ::close_range(has_secret ? 4 : 3, ~0U, 0);
  for (const char* key : {"listen", "discovery", "interfaces"}) {
    if (const auto value = c.in().find(key))
      words.insert(words.end(), {"--" + std::string(key), *value});
  }
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execv(argv[0], argv.data());
  ::_exit(1);
}

// The first line that the daemon prints: ready, or an error.
Result<Json> first_line(int fd) {
  std::string text;
  char chunk[4096];
  for (;;) {
    const auto newline = text.find('\n');
    if (newline != std::string::npos) {
      auto json = parse_json(std::string_view(text).substr(0, newline));
      if (!json) return fail(Errc::internal);
      return std::move(*json);
    }
    const auto got = ::read(fd, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return fail(Errc::internal);
    text.append(chunk, static_cast<std::size_t>(got));
  }
}

Result<Json> spawn(Context& c, const SecretBytes& secret) {
  TROTH_TRY(auto out, make_pipe());
  TROTH_TRY(auto pass, make_pipe());
  const pid_t child = ::fork();
  if (child < 0) return fail(Errc::io_error);
  if (child == 0) become_daemon(c, out, pass, !secret.empty());
  out.write.reset();
  pass.read.reset();
  if (!secret.empty()) (void)shell::write_all(pass.write.get(), secret.expose());
  pass.write.reset();
  return first_line(out.read.get());
}

// "127.0.0.1:0" wants any port there.
bool listens_so(std::string_view wanted, std::string_view listens) {
  if (!wanted.ends_with(":0")) return wanted == listens;
  return listens.starts_with(wanted.substr(0, wanted.size() - 1));
}

// What no start could take is said at once, also while troth runs, and before a home is made.
bool good_wishes(const Context& c, int& exit) {
  for (const std::string_view key : {"listen", "discovery", "interfaces"}) {
    const auto value = c.in().find(key);
    if (!value) continue;
    const auto good = check_setting(key, *value);
    if (good) continue;
    exit = c.out().error(good.error().code, why_not_setting(key, *value));
    return false;
  }
  return true;
}

// A wish that only a start can fulfil must not pass for done.
std::optional<std::string> not_as_wished(const Context& c, const Json& running) {
  const std::string listens = string_at(running, "listen").value_or("");
  const auto listen = c.in().find("listen");
  if (listen && !listens_so(*listen, listens)) return "--listen " + *listen;
  const auto discovery = c.in().find("discovery");
  if (discovery && (*discovery == "on") != flag_at(running, "discovery"))
    return "--discovery " + *discovery;
  const auto interfaces = c.in().find("interfaces");
  if (interfaces &&
      to_line(Json(interface_names(*interfaces))) != to_line(member(running, "interfaces")))
    return "--interfaces " + *interfaces;
  return std::nullopt;
}

// True when a daemon runs already; it is unlocked then.
bool runs_already(Context& c, int& exit) {
  if (!Client::of_home(c.home())) return false;
  const auto running = c.call("hello", Json::object(), exit);
  if (!running) return true;
  if (const auto wish = not_as_wished(c, *running)) {
    const std::string at = string_at(*running, "listen").value_or("");
    exit = c.out().error(error_json(Errc::busy, "runs_otherwise", {}, {at, *wish}));
    return true;
  }
  exit = run_unlock(c);
  return true;
}

std::optional<SecretBytes> existing_passphrase(Context& c, int& exit) {
  shell::OsRng rng;
  const auto store = shell::FileKeystore::open(c.home(), rng);
  if (!store) {
    exit = c.out().error(store.error().code);
    return std::nullopt;
  }
  if (!(*store)->locked()) return SecretBytes();
  return c.passphrase("passphrase-file", "ask.passphrase", exit);
}

std::optional<SecretBytes> make_home(Context& c, int& exit) {
  if (!check_new_home(c, exit)) return std::nullopt;
  if (device_name(c).empty()) {
    exit = c.out().error(Errc::usage, "name_needed");
    return std::nullopt;
  }
  if (!c.in().find("name"))
    c.out().note(shell::say("up.name", {shell::safe_quoted(device_name(c))}));
  auto secret = new_passphrase(c, "passphrase-file", exit);
  if (!secret) return std::nullopt;
  const auto made = init_alone(c.home(), *secret, init_command(c));
  if (made) return secret;
  exit = c.out().error(made.error().code);
  return std::nullopt;
}

// A home that was made with --join has no circle yet. A locked one says nothing about it.
bool in_a_circle(const Context& c) {
  auto client = Client::of_home(c.home());
  const auto self = client ? client->call("id", Json::object()) : Result<Reply>(fail(Errc::closed));
  return !self || self->kind != ReplyKind::result || !member(self->body, "circle").is_null();
}

}  // namespace

int run_up(Context& c) {
  int exit = 0;
  if (!good_wishes(c, exit) || runs_already(c, exit)) return exit;
  const bool fresh = !shell::FileKeystore::exists(c.home());
  const auto secret = fresh ? make_home(c, exit) : existing_passphrase(c, exit);
  if (!secret) return exit;
  const auto line = spawn(c, *secret);
  if (!line) return c.out().error(line.error().code, "see_log");
  if (line->contains("error")) return c.out().error(member(*line, "error"));
  if (c.out().json) c.out().object(*line);
  c.out().line(shell::say("up.running", {string_at(*line, "listen").value_or("")}));
  c.out().line(shell::say(in_a_circle(c) ? "up.next" : "up.next_join"));
  return 0;
}

}  // namespace troth::app
