#include "apps/troth/cli/terminal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "base/bytes.hpp"

namespace troth::app {

namespace {

constexpr std::size_t kLineMax = 4 * 1024 * 1024;
constexpr std::size_t kSecretMax = 1024;

// For the signal handler: the terminal as it was before echo was turned off.
termios saved_terminal;
volatile std::sig_atomic_t terminal_changed = 0;
int terminal_fd = -1;

extern "C" void on_interrupt(int) {
  if (terminal_changed != 0) ::tcsetattr(terminal_fd, TCSANOW, &saved_terminal);
  ::_exit(130);
}

// The terminal is put back, and then it ends as it would have.
extern "C" void on_end(int signal) {
  if (terminal_changed != 0) ::tcsetattr(terminal_fd, TCSANOW, &saved_terminal);
  std::signal(signal, SIG_DFL);
  (void)std::raise(signal);
}

class EchoOff {
 public:
  explicit EchoOff(int fd) {
    if (::tcgetattr(fd, &saved_terminal) != 0) return;
    termios quiet = saved_terminal;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    terminal_fd = fd;
    terminal_changed = ::tcsetattr(fd, TCSAFLUSH, &quiet) == 0 ? 1 : 0;
  }
  ~EchoOff() {
    if (terminal_changed != 0) ::tcsetattr(terminal_fd, TCSAFLUSH, &saved_terminal);
    terminal_changed = 0;
  }
  EchoOff(const EchoOff&) = delete;
  EchoOff& operator=(const EchoOff&) = delete;
};

}  // namespace

bool terminal_in() { return ::isatty(0) == 1 && ::isatty(2) == 1; }
bool terminal_out() { return ::isatty(1) == 1; }
bool colour_wanted() {
  const char* no = std::getenv("NO_COLOR");
  return terminal_out() && (no == nullptr || *no == '\0');
}

void install_interrupt() {
  std::signal(SIGINT, on_interrupt);
  for (const int signal : {SIGTERM, SIGHUP, SIGQUIT}) {
    // nohup asked for that one to be passed over.
    if (std::signal(signal, on_end) == SIG_IGN) std::signal(signal, SIG_IGN);
  }
  std::signal(SIGPIPE, SIG_IGN);
}

bool LineSource::fill() {
  char chunk[65536];
  ssize_t got = 0;
  do {
    got = ::read(0, chunk, sizeof chunk);
  } while (got < 0 && errno == EINTR);
  if (got <= 0 || buffer_.size() > kLineMax) {
    ended_ = true;
    return false;
  }
  buffer_.append(chunk, static_cast<std::size_t>(got));
  return true;
}

std::optional<std::string> LineSource::take() {
  const auto newline = buffer_.find('\n');
  if (newline == std::string::npos && !(ended_ && !buffer_.empty())) return std::nullopt;
  std::string line = buffer_.substr(0, newline);
  buffer_.erase(0, newline == std::string::npos ? buffer_.size() : newline + 1);
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return line;
}

std::optional<std::string> LineSource::next() {
  for (;;) {
    if (auto line = take()) return line;
    if (ended_) return std::nullopt;
    fill();
  }
}

std::optional<std::string> LineSource::next_or(const Client& client, bool& daemon_spoke) {
  daemon_spoke = false;
  for (;;) {
    if (auto line = take()) return line;
    if (ended_) return std::nullopt;
    if (client.has_line()) {
      daemon_spoke = true;
      return std::nullopt;
    }
    pollfd both[2] = {{0, POLLIN, 0}, {client.fd(), POLLIN, 0}};
    if (::poll(both, 2, -1) < 0 && errno != EINTR) return std::nullopt;
    if (both[1].revents != 0) {
      daemon_spoke = true;
      return std::nullopt;
    }
    if (both[0].revents != 0) fill();
  }
}

bool LineSource::wait_for(const Client& client) {
  while (!client.has_line()) {
    if (ended_ && buffer_.empty()) return false;
    // What was written in advance is kept, and the end of it is the end of the answers.
    pollfd both[2] = {{ended_ ? -1 : 0, POLLIN, 0}, {client.fd(), POLLIN, 0}};
    if (::poll(both, 2, -1) < 0 && errno != EINTR) return true;
    if (both[1].revents != 0) return true;
    if (!ended_ && both[0].revents != 0) fill();
  }
  return true;
}

std::optional<SecretBytes> ask_secret(std::string_view question) {
  const shell::Fd tty(::open("/dev/tty", O_RDWR | O_CLOEXEC));
  const int fd = tty.ok() ? tty.get() : 0;
  SecretBytes buffer(kSecretMax + 1);
  std::size_t size = 0;
  bool ended = false;
  {
    const EchoOff quiet(fd);  // before the question: a fast typist is never shown
    (void)shell::write_all(tty.ok() ? fd : 2, as_bytes(question));
    while (size <= kSecretMax) {
      std::uint8_t one = 0;
      const auto got = ::read(fd, &one, 1);
      if (got < 0 && errno == EINTR) continue;
      ended = got <= 0;
      if (ended || one == '\n') break;
      buffer.expose_mutable()[size++] = one;
    }
  }
  (void)shell::write_all(tty.ok() ? fd : 2, as_bytes("\n"));
  if (ended || size > kSecretMax) return std::nullopt;
  return SecretBytes(buffer.expose().first(size));
}

}  // namespace troth::app
