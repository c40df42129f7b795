// The clients of a local socket, and who answers them.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/secret.hpp"

namespace troth::shell {

class LocalClient {
 public:
  virtual ~LocalClient() = default;
  // A client that does not read is closed when too much waits: memory stays bounded. That it is
  // gone is told later, not from here.
  virtual void send_line(std::string line) = 0;
  virtual void close() = 0;
  [[nodiscard]] virtual std::size_t waiting() const = 0;  // bytes that it has not read yet
  // The oldest secret that came on the lines before; empty when there was none.
  [[nodiscard]] virtual SecretBytes take_secret() = 0;
};

class LocalHandler {
 public:
  virtual ~LocalHandler() = default;
  virtual void on_line(const std::shared_ptr<LocalClient>& client, std::string_view line) = 0;
  // A line that passes every bound: the client hears of it, and is closed then.
  virtual void on_too_long(const std::shared_ptr<LocalClient>& client) { (void)client; }
  virtual void on_gone(LocalClient& client) = 0;               // never while send_line runs
  virtual void on_read(LocalClient& client) { (void)client; }  // it read all that waited for it
};

}  // namespace troth::shell
