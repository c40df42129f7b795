// HOST:PORT as people write it: 127.0.0.1:4101, [::1]:4101, localhost:0.
#pragma once

#include <string>
#include <string_view>

#include "troth/result.hpp"

namespace troth::shell {

struct HostPort {
  std::string host;
  std::uint16_t port = 0;
  [[nodiscard]] std::string text() const;
};
[[nodiscard]] Result<HostPort> parse_host_port(std::string_view text);  // usage
// Of another device: port 0 is for listening only.
[[nodiscard]] Result<HostPort> parse_peer_address(std::string_view text);  // usage

}  // namespace troth::shell
