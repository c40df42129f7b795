// The local socket: only processes of the same user may talk, one JSON line a message (spec 13 §4).
#pragma once

#include <asio/io_context.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/steady_timer.hpp>
#include <memory>
#include <string>

#include "shell/local/handler.hpp"
#include "troth/result.hpp"

namespace troth::shell {

class LocalServer {
 public:
  static constexpr std::size_t kClientsMax = 256;  // at once; a busy person has a dozen
  // Removes a stale socket of a dead daemon (the home lock is held) and listens, 0600.
  [[nodiscard]] static Result<std::unique_ptr<LocalServer>> open(asio::io_context& io,
                                                                 const std::string& path,
                                                                 LocalHandler& handler);
  ~LocalServer();
  void close();

 private:
  LocalServer(asio::local::stream_protocol::acceptor acceptor, std::string path,
              LocalHandler& handler);
  void accept();
  void pause_then_accept();

  asio::local::stream_protocol::acceptor acceptor_;
  asio::steady_timer pause_;
  std::string path_;
  LocalHandler& handler_;
  std::shared_ptr<int> seat_ = std::make_shared<int>(0);  // each client shares it
};

}  // namespace troth::shell
