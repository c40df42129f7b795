// The local socket: only processes of the same user may talk, one JSON line a message (spec 13 §4).
#pragma once

#include <asio/io_context.hpp>
#include <asio/local/stream_protocol.hpp>
#include <deque>
#include <memory>
#include <string>

#include "shell/local/handler.hpp"
#include "shell/local/lines.hpp"

namespace troth::shell {

class LocalClient : public std::enable_shared_from_this<LocalClient> {
 public:
  LocalClient(asio::local::stream_protocol::socket socket, LocalHandler& handler);
  void start();
  // A client that does not read is closed when too much waits: memory stays bounded.
  void send_line(std::string line);
  void close();
  [[nodiscard]] bool open() const { return !closed_; }
  [[nodiscard]] std::size_t waiting() const { return queued_; }
  // The oldest secret that came on the lines before; empty when there was none.
  [[nodiscard]] SecretBytes take_secret();

 private:
  void read_more();
  void write_more();
  void gone();

  asio::local::stream_protocol::socket socket_;
  LocalHandler& handler_;
  Bytes in_;
  LineReader reader_;
  std::deque<SecretBytes> secrets_;
  std::deque<std::string> out_;
  std::size_t queued_ = 0;
  bool writing_ = false;
  bool closed_ = false;
};

class LocalServer {
 public:
  // Removes a stale socket of a dead daemon (the home lock is held) and listens, 0600.
  [[nodiscard]] static Result<std::unique_ptr<LocalServer>> open(asio::io_context& io,
                                                                 const std::string& path,
                                                                 LocalHandler& handler);
  ~LocalServer();
  void close();

 private:
  LocalServer(asio::local::stream_protocol::acceptor acceptor, std::string path, LocalHandler& handler);
  void accept();

  asio::local::stream_protocol::acceptor acceptor_;
  std::string path_;
  LocalHandler& handler_;
};

}  // namespace troth::shell
