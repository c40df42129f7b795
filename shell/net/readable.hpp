// Waits on the event loop until a descriptor has something to read. The caller keeps the descriptor
// and closes it after this object is gone.
#pragma once

#include <functional>
#include <memory>

namespace asio {
class io_context;
}

namespace troth::shell {

class Readable {
 public:
  Readable(asio::io_context& io, int fd, std::function<void()> ready);
  ~Readable();
  Readable(const Readable&) = delete;
  Readable& operator=(const Readable&) = delete;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace troth::shell
