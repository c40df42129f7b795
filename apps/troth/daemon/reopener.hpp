// When a home that stopped is opened again: at once, and after longer and longer pauses when it
// stops again soon or cannot be opened, so that a disk that stays full keeps nobody busy and one
// that has room again needs no person (spec 13 §4).
#pragma once

#include <functional>
#include <optional>

#include "shell/net/link.hpp"

namespace troth::app {

class Reopener {
 public:
  Reopener(asio::io_context& io, std::function<Result<>()> open)
      : open_(std::move(open)), timer_(io) {}

  void stopped(Errc why);
  void try_now();  // somebody asks for something, and does not wait for a pause to end
  void cancel();   // the home is closed on purpose
  [[nodiscard]] std::optional<Errc> why() const { return why_; }  // while it waits

 private:
  void open();
  void wait();

  std::function<Result<>()> open_;
  shell::Timer timer_;
  std::optional<Errc> why_;
  std::optional<MonoMs> opened_at_;  // by this object
  std::uint64_t pause_ms_ = 0;
};

}  // namespace troth::app
