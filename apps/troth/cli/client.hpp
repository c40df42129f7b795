// The client's end of the local socket: blocking, one request at a time, events in between.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "apps/troth/json.hpp"
#include "base/secret.hpp"
#include "shell/os/fd.hpp"
#include "troth/result.hpp"

namespace troth::app {

enum class ReplyKind : std::uint8_t { result, error, event };
struct Reply {
  std::uint64_t id = 0;
  ReplyKind kind = ReplyKind::result;
  Json body;
};

class Client {
 public:
  // no_daemon when nothing listens.
  [[nodiscard]] static Result<Client> connect(const std::string& socket);
  // The daemon of that home, also one that was started with another XDG_RUNTIME_DIR.
  [[nodiscard]] static Result<Client> of_home(const std::string& home);

  [[nodiscard]] Result<std::uint64_t> send(std::string_view method, const Json& params);
  [[nodiscard]] Result<> send_secret(const SecretBytes& secret);  // before the request that uses it
  // The next line of the daemon; timed_out, or closed when the daemon went away.
  [[nodiscard]] Result<Reply> next(std::optional<std::uint64_t> timeout_ms = std::nullopt);
  [[nodiscard]] bool has_line() const { return buffer_.find('\n') != std::string::npos; }
  // Sends and waits for the answer to that request; events of it go to on_event.
  [[nodiscard]] Result<Reply> call(std::string_view method, const Json& params,
                                   const std::function<void(const Json&)>& on_event = {});
  [[nodiscard]] int fd() const { return fd_.get(); }

 private:
  explicit Client(shell::Fd fd) : fd_(std::move(fd)) {}
  shell::Fd fd_;
  std::string buffer_;
  std::uint64_t last_id_ = 0;
};

}  // namespace troth::app
