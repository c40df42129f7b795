// doctor: looks at the home and at the daemon, and says in words what is wrong and what to do.
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "apps/troth/cli/runs.hpp"
#include "apps/troth/cli/start.hpp"
#include "apps/troth/config.hpp"
#include "shell/keystore/file_keystore.hpp"
#include "shell/os/clock.hpp"
#include "shell/os/home.hpp"
#include "shell/os/rng.hpp"
#include "shell/texts/errors.hpp"
#include "shell/texts/texts.hpp"

namespace troth::app {

namespace {

constexpr std::uint64_t kLittleSpace = 256ULL * 1024 * 1024;
constexpr std::uint64_t kPatienceMs = 5000;
constexpr std::uint64_t kYear2025Ms = 1'735'689'600'000;

struct Report {
  const Output& out;
  Json checks = Json::array();
  int exit = 0;

  void add(std::string_view name, bool ok, std::string_view key,
           shell::Exit code = shell::Exit::damaged, std::string_view about = {}) {
    const std::string text = shell::say("doctor." + std::string(key), {about});
    checks.push_back(Json{{"check", name}, {"ok", ok}, {"message", text}});
    out.line((ok ? "  ok   " : "  !!   ") + text);
    if (!ok && exit == 0) exit = static_cast<int>(code);
  }
};

// A folder with settings alone was never a home: nothing is lost that a copy would bring back.
void look_at_keys(const Context& c, Report& report) {
  if (!shell::FileKeystore::exists(c.home()) && !home_is_taken(c.home()))
    return report.add("keystore", false, "no_home", shell::Exit::not_found);
  shell::OsRng rng;
  const auto store = shell::FileKeystore::open(c.home(), rng);
  report.add("keystore", store.has_value(), store ? "keystore_good" : "keystore_bad",
             store ? shell::Exit::done : shell::error_text(store.error().code).exit);
  if (store && (*store)->protection() == Protection::file_open) {
    report.add("passphrase", true, "keystore_open");
  }
}

void look_at_home(const Context& c, Report& report) {
  struct stat info {};
  if (::stat(c.home().c_str(), &info) != 0) {
    return report.add("home", false, "no_home", shell::Exit::not_found);
  }
  const bool closed = (info.st_mode & 077) == 0 && info.st_uid == ::geteuid();
  report.add("home", closed, closed ? "home_private" : "home_open", shell::Exit::not_permitted);
  look_at_keys(c, report);
  const auto config = read_config(c.home());
  report.add("config", config.has_value(), config ? "config_good" : "config_bad",
             config ? shell::Exit::done : shell::error_text(config.error().code).exit);
  struct statvfs disk {};
  if (::statvfs(c.home().c_str(), &disk) == 0) {
    const bool room = disk.f_bavail * disk.f_frsize >= kLittleSpace;
    report.add("disk", room, room ? "disk_good" : "disk_full", shell::Exit::failed);
  }
}

// One that was stopped takes connections and says nothing.
void look_at_daemon(Client& client, Report& report) {
  const auto sent = client.send("status", Json::object());
  const auto status = sent ? client.next(kPatienceMs) : Result<Reply>(fail(sent.error()));
  if (!status)
    return report.add("daemon", false, "daemon_silent",
                      shell::error_text(status.error().code).exit);
  report.add("daemon", true, "daemon_runs");
  const bool result = status->kind == ReplyKind::result;
  const std::string state = result ? string_at(status->body, "state").value_or("") : "damaged";
  const std::string reason =
      result ? shell::reason_words(string_at(status->body, "reason").value_or("")) : "";
  report.add("state", state == "ok" || state == "locked", "state_" + state,
             state == "damaged" ? shell::Exit::damaged : shell::Exit::failed, reason);
}

}  // namespace

int run_doctor(Context& c) {
  const Output out = c.out();
  Report report{out};
  look_at_home(c, report);
  const bool clock = shell::wall_now().ms > kYear2025Ms;
  report.add("clock", clock, clock ? "clock_good" : "clock_bad", shell::Exit::again);
  auto client = Client::of_home(c.home());
  if (client) {
    look_at_daemon(*client, report);
  } else {
    report.add("daemon", true, "daemon_none");
  }
  if (out.json) out.object(Json{{"v", 1}, {"ok", report.exit == 0}, {"checks", report.checks}});
  return report.exit;
}

}  // namespace troth::app
