// The local socket: only processes of the same user may talk, one JSON line a message (spec 13 §4).
#pragma once

#include <asio/io_context.hpp>
#include <asio/local/stream_protocol.hpp>
#include <memory>
#include <string>

#include "shell/local/handler.hpp"
#include "troth/result.hpp"

namespace troth::shell {

class LocalServer {
 public:
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

  asio::local::stream_protocol::acceptor acceptor_;
  std::string path_;
  LocalHandler& handler_;
};

}  // namespace troth::shell
