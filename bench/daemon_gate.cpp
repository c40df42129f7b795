// The real daemon, twice, connected and with nothing to do: what the kernel counts of it.
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "bench/device.hpp"
#include "bench/gates.hpp"
#include "bench/other_process.hpp"
#include "bench/scratch.hpp"

namespace troth::bench {

namespace {

std::string program() {
  const auto self = std::filesystem::read_symlink("/proc/self/exe");
  return (self.parent_path() / "troth").string();
}

std::string command(const std::string& home, const std::string& words) {
  return "exec '" + program() + "' --home '" + home + "' " + words;
}

void run(const std::string& home, const std::string& words) {
  if (std::system((command(home, words) + " >/dev/null").c_str()) != 0)
    give_up("troth " + words + " failed");
}

class Daemon {
 public:
  explicit Daemon(const std::string& home)
      : output_(
            ::popen(command(home, "daemon --listen 127.0.0.1:0 --discovery off").c_str(), "r")) {
    char line[1024] = "";
    if (output_ == nullptr || std::fgets(line, sizeof line, output_) == nullptr)
      give_up("the daemon does not start");
    const std::string ready = line;
    pid_ = std::atoi(after(ready, "\"pid\":").c_str());
    listen_ = after(ready, "\"listen\":\"");
    listen_.resize(listen_.find('"'));
  }
  ~Daemon() {
    if (pid_ > 0) ::kill(pid_, SIGTERM);
    ::pclose(output_);
  }
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;
  [[nodiscard]] const std::string& listen() const { return listen_; }

  // How often any of its threads waited for something, and came to run again.
  [[nodiscard]] std::uint64_t waits() const {
    std::uint64_t out = 0;
    const auto tasks = "/proc/" + std::to_string(pid_) + "/task";
    for (const auto& task : std::filesystem::directory_iterator(tasks)) {
      std::ifstream status(task.path() / "status");
      for (std::string line; std::getline(status, line);) {
        if (line.starts_with("voluntary")) out += std::stoull(line.substr(line.find(':') + 1));
      }
    }
    if (out == 0) give_up("the kernel counts nothing of the daemon");  // it waited to get ready
    return out;
  }
  [[nodiscard]] double cpu_seconds() const {
    clockid_t clock{};
    timespec spent{};
    if (::clock_getcpuclockid(pid_, &clock) != 0 || ::clock_gettime(clock, &spent) != 0)
      give_up("the daemon is gone");
    return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) / 1e9;
  }

 private:
  static std::string after(const std::string& text, const std::string& mark) {
    const auto at = text.find(mark);
    if (at == std::string::npos) give_up("the daemon says: " + text);
    return text.substr(at + mark.size());
  }
  std::FILE* output_;
  pid_t pid_ = 0;
  std::string listen_;
};

}  // namespace

void idle_daemon(Report& report, const Options& options) {
  const Scratch scratch;
  std::string other;
  {
    Pair pair(scratch.path());
    use_present(pair);
    pair.init();
    pair.join();
    pair.run(3000);
    other = pair.b.name();
  }
  const auto home = scratch.path() + "/a";
  const Daemon a(home);
  const Daemon b(scratch.path() + "/b");
  run(home, "connect '" + other + "' " + b.listen());
  run(home, "wait --for '" + other + "' --timeout 30s");
  ::sleep(options.quick ? 5 : 30);
  const auto waits = a.waits() + b.waits();
  const auto cpu = a.cpu_seconds() + b.cpu_seconds();
  const unsigned seconds = options.quick ? 20 : 180;
  ::sleep(seconds);
  report.row("idle_daemon.wake_ups",
             static_cast<double>(a.waits() + b.waits() - waits) / 2 / seconds * 60, "1/min",
             Bound::at_most, 1, Scaled::exact);
  report.row("idle_daemon.cpu", (a.cpu_seconds() + b.cpu_seconds() - cpu) / 2 / seconds * 100, "%",
             Bound::at_most, 0.1, Scaled::speed);
}

}  // namespace troth::bench
