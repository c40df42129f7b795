#include "apps/troth/cli/start.hpp"

#include <sys/utsname.h>

#include <filesystem>
#include <fstream>

#include "apps/troth/daemon/book.hpp"
#include "apps/troth/daemon/request.hpp"
#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "shell/folder/folders.hpp"
#include "shell/keystore/file_keystore.hpp"
#include "shell/os/clock.hpp"
#include "shell/os/file.hpp"
#include "shell/os/home.hpp"
#include "shell/os/rng.hpp"
#include "shell/pump/pump.hpp"
#include "shell/texts/names.hpp"
#include "shell/texts/texts.hpp"

namespace troth::app {

namespace {

// An engine that works for one command and is gone again.
class Alone final : public shell::PumpHost {
 public:
  void on_event(const Event& event) override {
    if (const auto* done = std::get_if<Done>(&event); done && done->ticket == ticket) {
      outcome = Result<>{};
    }
    if (const auto* failed = std::get_if<Failed>(&event); failed && failed->ticket == ticket) {
      outcome = fail(failed->code);
    }
  }
  void on_settled() override {
    if (outcome) loop.stop();
  }
  void on_stopped(Errc why) override {
    outcome = fail(why);
    loop.stop();
  }

  shell::Loop loop;
  Ticket ticket;
  std::optional<Result<>> outcome;
};

std::string hardware_model() {
  std::ifstream file("/sys/devices/virtual/dmi/id/product_name");
  std::string line;
  std::getline(file, line);
  return line.substr(0, 64);
}

std::string os_name() {
  utsname names{};
  return ::uname(&names) == 0 ? std::string(names.sysname) + " " + names.machine : "";
}

Result<> run_init_command(shell::Keystore& keystore, Rng& rng, const std::string& home,
                          const InitDevice& command, IdentityQuery::Answer& self) {
  Alone alone;
  const auto folders = shell::make_folders(alone.loop.io(), {});
  shell::Pump pump(alone.loop.io(), keystore, rng, *folders, alone);
  TROTH_CHECK(pump.open(home, ""));
  TROTH_TRY(self, pump.query(IdentityQuery{}));
  if (self.state != EngineState::new_device) return fail(Errc::exists);
  TROTH_TRY(alone.ticket, pump.submit(command));
  alone.loop.run();
  if (!alone.outcome) return fail(Errc::internal);
  TROTH_CHECK(*alone.outcome);
  TROTH_TRY(self, pump.query(IdentityQuery{}));
  return {};
}

}  // namespace

Result<Json> init_alone(const std::string& home, const SecretBytes& passphrase,
                        const InitDevice& command) {
  shell::harden_process();
  TROTH_CHECK(shell::make_private_folder(home));
  TROTH_TRY(const auto home_lock, shell::HomeLock::take(home));
  shell::OsRng rng;
  // A home whose making was interrupted has keys and no circle: go on from there.
  if (!shell::FileKeystore::exists(home)) {
    TROTH_CHECK(shell::FileKeystore::create(home, passphrase, {}, rng));
  }
  TROTH_TRY(const auto keystore, shell::FileKeystore::open(home, rng));
  Result<> ready;
  const auto keep = [&](Result<> done) { ready = done; };
  if (keystore->locked()) keystore->unlock(passphrase.clone(), shell::os_now(), keep);
  TROTH_CHECK(ready);
  keystore->prove_presence(passphrase.clone(), shell::Presence::once, shell::os_now(), keep);
  TROTH_CHECK(ready);
  IdentityQuery::Answer self;
  TROTH_CHECK(run_init_command(*keystore, rng, home, command, self));
  const bool none = self.circle.is_zero();
  return Json{{"v", 1},
              {"device", hex(self.device)},
              {"name", self.name},
              {"protection", shell::protection_name(self.protection)},
              {"circle", none ? Json(nullptr) : Json(hex(self.circle))},
              {"circle_words", none ? Json(nullptr) : Json(self.circle_words)}};
}

std::optional<SecretBytes> new_passphrase(Context& context, std::string_view option, int& exit) {
  if (context.in().find(option) || !context.may_ask()) {
    return context.passphrase(option, "ask.new_passphrase", exit);
  }
  for (;;) {
    auto first = ask_secret(shell::say("ask.new_passphrase"));
    if (first && first->empty()) {
      const auto answer = context.globals().yes
                              ? std::optional(true)
                              : context.yes_or_no(shell::say("ask.no_passphrase"));
      if (!answer) break;
      if (*answer) return first;
      continue;
    }
    const auto again = first ? ask_secret(shell::say("ask.again")) : std::nullopt;
    if (!again) break;
    if (ct_equal(first->expose(), again->expose())) return first;
    context.out().note(shell::say("ask.differ"));
  }
  exit = context.out().error(Errc::cancelled);
  return std::nullopt;
}

bool check_new_home(const Context& context, int& exit) {
  std::error_code ec;
  const auto kind = std::filesystem::status(context.home(), ec);
  if (std::filesystem::exists(kind) && !std::filesystem::is_directory(kind)) {
    exit = context.out().error(error_json(Errc::usage, "home_is_file", {}, {context.home()}));
    return false;
  }
  for (const char* key : {"name", "member"}) {
    const std::string name = context.in().value(key);
    const bool fits = name.size() <= limits::kNameBytes && is_utf8(as_bytes(name));
    if (fits && (name.empty() || shell::is_good_name(name))) continue;
    const char* why = fits ? "name_characters" : "name_limits";
    exit = context.out().error(error_json(Errc::usage, why, {}, {key}));
    return false;
  }
  return true;
}

bool home_is_taken(const std::string& home) {
  std::error_code ec;
  return std::filesystem::exists(home + "/troth.db", ec);
}

std::string device_name(const Context& context) {
  if (const auto name = context.in().find("name")) return *name;
  utsname names{};
  const std::string host = ::uname(&names) == 0 ? names.nodename : "";
  const std::string shown = host.substr(0, host.find('.')).substr(0, 64);
  return is_utf8(as_bytes(shown)) ? shown : "";
}

InitDevice init_command(const Context& context) {
  InitDevice command;
  command.name = device_name(context);
  command.member = context.in().value("member");
  command.model = hardware_model();
  command.os = os_name();
  command.join = context.in().flag("join");
  return command;
}

}  // namespace troth::app
