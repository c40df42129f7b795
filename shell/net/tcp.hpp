// TCP for the pump: connections that move bytes between a socket and a sink, with back-pressure in
// both directions and bounded buffers. Callbacks only; one io_context, one thread.
#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "shell/net/link.hpp"
#include "troth/result.hpp"
#include "troth/types.hpp"

namespace troth::shell {

struct TcpSocket {
  // Written out: clang 14 makes no aggregate from make_unique's parentheses.
  explicit TcpSocket(asio::ip::tcp::socket opened) : socket(std::move(opened)) {}
  asio::ip::tcp::socket socket;
};

class TcpLink : public std::enable_shared_from_this<TcpLink> {
 public:
  static constexpr std::chrono::seconds kWriteStall{60};
  TcpLink(std::unique_ptr<TcpSocket> socket, LinkSink& sink,
          std::chrono::milliseconds write_stall = kWriteStall);
  void start();
  void kick();    // something may be there to send
  void resume();  // the sink can take bytes again
  void close();   // idempotent; what was pulled already is not waited for
  void close_when_sent();
  [[nodiscard]] bool open() const { return !closed_; }
  [[nodiscard]] std::string peer() const { return peer_; }

  std::uint64_t tag = 0;  // the sink's own number for this link

 private:
  void read_more();
  void deliver();
  void write_more();
  void write_some();
  void wrote(std::size_t took);
  void closed();
  void arm_write_deadline();

  asio::ip::tcp::socket socket_;
  asio::steady_timer deadline_;
  const std::chrono::milliseconds write_stall_;
  LinkSink& sink_;
  std::string peer_;
  Bytes in_;  // grows once; [in_begin_, in_end_) waits for the sink
  std::size_t in_begin_ = 0;
  std::size_t in_end_ = 0;
  Bytes out_;  // grows once; [out_begin_, out_end_) is in flight while writing_
  std::size_t out_begin_ = 0;
  std::size_t out_end_ = 0;
  std::size_t taken_ = 0;  // by the peer, since the deadline was set
  bool reading_ = false;
  bool writing_ = false;
  bool closing_ = false;
  bool closed_ = false;
};

// Accepts at most a burst and then a steady rate; a flood waits in the kernel's queue.
class TcpListener {
 public:
  using OnLink = std::function<void(std::unique_ptr<TcpSocket>)>;
  // Resolves and binds now; the bound address is in local() (port 0 works).
  [[nodiscard]] static Result<std::unique_ptr<TcpListener>> open(asio::io_context& io,
                                                                 const HostPort& at,
                                                                 OnLink on_link);
  [[nodiscard]] const HostPort& local() const { return local_; }
  void close();

 private:
  TcpListener(asio::ip::tcp::acceptor acceptor, HostPort local, OnLink on_link);
  void accept();
  void pause_then_accept();

  asio::ip::tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  HostPort local_;
  OnLink on_link_;
  std::uint32_t tokens_;
  std::chrono::steady_clock::time_point filled_at_;
  // A connection may be on its way to accept()'s handler when the listener goes.
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace troth::shell
