// Who answers the clients of a local socket.
#pragma once

#include <memory>
#include <string_view>

namespace troth::shell {

class LocalClient;

class LocalHandler {
 public:
  virtual ~LocalHandler() = default;
  virtual void on_line(const std::shared_ptr<LocalClient>& client, std::string_view line) = 0;
  virtual void on_gone(LocalClient& client) = 0;
};

}  // namespace troth::shell
