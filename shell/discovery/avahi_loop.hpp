// The mDNS library's timers and sockets on our event loop.
#pragma once

#include <avahi-common/watch.h>

#include <memory>

#include "shell/net/link.hpp"

namespace troth::shell {

class AvahiLoop {
 public:
  explicit AvahiLoop(asio::io_context& io);
  [[nodiscard]] const AvahiPoll* poll() const { return &poll_; }
  [[nodiscard]] asio::io_context& io() const { return io_; }

 private:
  asio::io_context& io_;
  AvahiPoll poll_{};
};

}  // namespace troth::shell
