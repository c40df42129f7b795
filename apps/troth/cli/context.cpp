#include "apps/troth/cli/context.hpp"

#include <unistd.h>

#include "apps/troth/daemon/request.hpp"
#include "shell/os/file.hpp"
#include "shell/os/home.hpp"
#include "shell/texts/durations.hpp"
#include "shell/texts/names.hpp"
#include "shell/texts/safe_text.hpp"
#include "shell/texts/texts.hpp"

namespace troth::app {

namespace {
constexpr int kPassphraseTries = 3;
constexpr std::uint64_t kPatienceMs = 60'000;

// The next step where nothing answers, or somebody else's folder is in the way.
Json client_error(const Command& command, Errc code) {
  if (code == Errc::not_permitted)
    return error_json(code, "socket_folder", {}, {shell::socket_folder()});
  return error_json(code,
                    code == Errc::no_daemon && command.path == "join" ? "join_no_daemon" : "");
}
}  // namespace

Context::Context(Invocation invocation, std::string home, std::string program)
    : invocation_(std::move(invocation)), home_(std::move(home)), program_(std::move(program)) {}

Output Context::out() const {
  return Output{globals().json || globals().input_json, globals().quiet, in().command->path};
}

bool Context::may_ask() const {
  return !globals().no_input && !globals().input_json && terminal_in();
}

Client* Context::daemon(int& exit) {
  if (client_) return &*client_;
  auto client = Client::of_home(home_);
  if (!client) {
    exit = out().error(client_error(*in().command, client.error().code));
    return nullptr;
  }
  client_.emplace(std::move(*client));
  if (globals().verbose) out().note(shell::say("out.home", {home_, shell::socket_path(home_)}));
  return &*client_;
}

std::optional<SecretBytes> Context::passphrase(std::string_view option, std::string_view question,
                                               int& exit) {
  if (const auto file = in().find(option)) {
    auto secret = shell::read_secret_file(*file);
    if (secret) return std::move(*secret);
    exit = out().error(secret_file_error(*file, secret.error().code));
    return std::nullopt;
  }
  if (may_ask()) {
    if (auto secret = ask_secret(shell::say(question))) return secret;
  }
  exit = out().error(error_json(Errc::presence_needed, "passphrase_how", {}, {option}));
  return std::nullopt;
}

std::optional<bool> Context::yes_or_no(const std::string& question) {
  for (;;) {
    out().note(question);
    const auto line = input_.next();
    if (!line) return std::nullopt;
    if (const auto answer = shell::yes_or_no(*line)) return answer;
    out().note(shell::say("ask.yes_or_no"));
  }
}

std::optional<SecretBytes> Context::dialogue_secret(std::string_view why, int& exit) {
  out().object(Json{{"v", 1}, {"event", "presence"}, {"id", 1}, {"why", why}});
  const auto line = input_.next();
  const auto answer = line ? parse_json(*line) : std::nullopt;
  if (!line || (answer && flag_at(*answer, "refuse"))) {
    exit = out().error(Errc::cancelled);
    return std::nullopt;
  }
  const bool known = answer && answer->is_object() && answer->size() == 2 &&
                     number_at(*answer, "id") == 1 && string_at(*answer, "passphrase_file");
  if (!known) {
    exit = out().error(Errc::usage, "bad_answer");
    return std::nullopt;
  }
  const std::string file = string_at(*answer, "passphrase_file").value_or("");
  auto secret = shell::read_secret_file(file);
  if (secret) return std::move(*secret);
  exit = out().error(secret_file_error(file, secret.error().code));
  return std::nullopt;
}

std::optional<SecretBytes> Context::presence_secret(std::string_view why, int& exit) {
  if (globals().approve_file && !approve_file_used_) {
    approve_file_used_ = true;
    auto secret = shell::read_secret_file(*globals().approve_file);
    if (secret) return std::move(*secret);
    exit = out().error(secret_file_error(*globals().approve_file, secret.error().code));
    return std::nullopt;
  }
  if (globals().input_json) return dialogue_secret(why, exit);
  if (may_ask()) {
    out().note(why);
    if (auto secret = ask_secret(shell::say("ask.passphrase"))) return secret;
    exit = out().error(Errc::cancelled);
    return std::nullopt;
  }
  exit = out().error(Errc::presence_needed);
  return std::nullopt;
}

bool Context::send_presence(const SecretBytes& secret, int& exit, bool& wrong) {
  Client* client = daemon(exit);
  if (client == nullptr) return false;
  const auto sent = client->send_secret(secret);
  auto reply = sent ? client->call("present", Json{{"remember", globals().remember}})
                    : Result<Reply>(fail(sent.error()));
  if (!reply) {
    exit = out().error(reply.error().code);
    return false;
  }
  if (reply->kind == ReplyKind::result) return true;
  // Somebody at a terminal is not sent away for a second: the same passphrase is tried after it.
  const auto wait = number_at(reply->body, "wait_ms");
  if (wait && *wait <= kPatienceMs && may_ask()) {
    out().note(shell::say("ask.wait", {shell::span_words(*wait + 999)}));
    ::usleep(static_cast<useconds_t>(*wait * 1000 + 1000));
    return send_presence(secret, exit, wrong);
  }
  wrong = string_at(reply->body, "code") == "wrong_passphrase";
  if (!wrong || !may_ask()) exit = out().error(reply->body);
  return false;
}

bool Context::prove_presence(std::string_view why, int& exit) {
  for (int attempt = 0; attempt < kPassphraseTries; ++attempt) {
    const auto secret = presence_secret(why, exit);
    if (!secret) return false;
    bool wrong = false;
    if (send_presence(*secret, exit, wrong)) return true;
    if (!wrong || !may_ask()) return false;
    out().note(shell::say("ask.wrong_passphrase"));
  }
  exit = out().error(Errc::wrong_passphrase);
  return false;
}

std::optional<Json> Context::call(std::string_view method, const Json& params, int& exit) {
  Client* client = daemon(exit);
  if (client == nullptr) return std::nullopt;
  for (int attempt = 0; attempt < 2; ++attempt) {
    auto reply = client->call(method, params);
    if (!reply) {
      exit = out().error(reply.error().code == Errc::closed ? Errc::no_daemon : reply.error().code);
      return std::nullopt;
    }
    if (reply->kind == ReplyKind::result) return std::move(reply->body);
    if (attempt == 0 && string_at(reply->body, "code") == "presence_needed") {
      const std::string about = string_at(reply->body, "about").value_or("");
      const std::string why = shell::say("why." + std::string(method), {shell::safe_quoted(about)});
      if (prove_presence(why, exit)) continue;
      return std::nullopt;
    }
    exit = out().error(reply->body);
    return std::nullopt;
  }
  return std::nullopt;
}

int Context::simple(std::string_view method, const Json& params,
                    void (*show)(const Output&, const Json&)) {
  int exit = 0;
  const auto result = call(method, params, exit);
  if (!result) return exit;
  if (out().json) {
    out().object(*result);
  } else if (show != nullptr) {
    show(out(), *result);
  }
  return 0;
}

int Context::rows(std::string_view method, Json params, void (*show)(const Output&, const Json&),
                  std::string_view none) {
  int exit = 0;
  bool any = false;
  for (;;) {
    const auto result = call(method, params, exit);
    if (!result) return exit;
    if (const auto note = string_at(*result, "note"); note && !any) out().line(*note);
    any = any || !member(*result, "rows").empty();
    for (const Json& row : member(*result, "rows")) {
      if (out().json) {
        out().object(row);
      } else {
        show(out(), row);
      }
    }
    const Json& next = member(*result, "next");
    if (next.is_null() && !any && !none.empty()) out().line(shell::say(none));
    if (next.is_null()) return 0;
    params[next.is_string() ? "after" : "from"] = next;
  }
}

}  // namespace troth::app
