#include "shell/net/readable.hpp"

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <utility>

namespace troth::shell {

struct Readable::State {
  State(asio::io_context& io, int fd, std::function<void()> call)
      : descriptor(io, fd), ready(std::move(call)) {}
  asio::posix::stream_descriptor descriptor;
  std::function<void()> ready;
  bool ended = false;

  static void wait(const std::shared_ptr<State>& self) {
    self->descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                                [self](const asio::error_code& ec) {
                                  if (ec || self->ended) return;
                                  self->ready();
                                  if (!self->ended) wait(self);
                                });
  }
};

Readable::Readable(asio::io_context& io, int fd, std::function<void()> ready)
    : state_(std::make_shared<State>(io, fd, std::move(ready))) {
  State::wait(state_);
}

Readable::~Readable() {
  state_->ended = true;
  (void)state_->descriptor.release();
}

}  // namespace troth::shell
