// Connections and timers without the network library's headers: what the pump needs to know.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "shell/net/address.hpp"
#include "troth/types.hpp"

namespace asio {
class io_context;
}

namespace troth::shell {

class TcpLink;
struct TcpSocket;  // an open socket that nobody reads yet (tcp.hpp)

// What the pump does with a connection. All calls come from the io_context's thread.
class LinkSink {
 public:
  virtual ~LinkSink() = default;
  // Bytes taken; fewer than given stops reading until TcpLink::resume().
  virtual std::size_t on_bytes(TcpLink& link, ByteView bytes) = 0;
  // Fills out with bytes to send; 0 = nothing to send, nullopt = not now, kick() will follow.
  virtual std::optional<std::size_t> next_bytes(TcpLink& link, MutableBytes out) = 0;
  virtual void on_closed(TcpLink& link) = 0;  // once; not when the sink called close() itself
};

// The event loop of a process.
class Loop {
 public:
  Loop();
  ~Loop();
  [[nodiscard]] asio::io_context& io() const { return *io_; }
  void run();  // until stop, or until nothing is left to wait for
  void stop();

 private:
  std::unique_ptr<asio::io_context> io_;
};

// A timer that can be set again and again; destroyed or cancelled, it never fires.
class Timer {
 public:
  explicit Timer(asio::io_context& io);
  ~Timer();
  void set(std::chrono::milliseconds in, std::function<void()> fire);
  void cancel();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// Runs work on the io_context's thread, after what runs now.
void post(asio::io_context& io, std::function<void()> work);

// Connects within a deadline. done is called once; an error says timed_out or closed.
void tcp_connect(asio::io_context& io, const HostPort& to, std::chrono::milliseconds limit,
                 std::function<void(Result<std::unique_ptr<TcpSocket>>)> done);
[[nodiscard]] std::string remote_host(const TcpSocket& socket);  // empty when it is gone already

}  // namespace troth::shell
