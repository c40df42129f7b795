// Discovery by multicast DNS (spec 15), with the library inside this process: nothing of it runs
// while there is nothing to say and nobody to look for.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "shell/net/link.hpp"
#include "shell/pump/discovery_port.hpp"
#include "troth/result.hpp"

namespace troth {
class Rng;
}

namespace troth::shell {

// A port that takes connections until `keep` goes.
struct Door {
  std::uint16_t port = 0;
  std::shared_ptr<void> keep;
};

struct DiscoveryOptions {
  std::vector<std::string> interfaces;  // empty: spec 15 §3
  std::function<Result<Door>(const std::string& host)> open_door;
  std::function<void()> failed;  // the network does not let us; tried again with the next renewal
};

// rng is borrowed and outlives the port.
[[nodiscard]] std::unique_ptr<DiscoveryPort> make_discovery(asio::io_context& io, Rng& rng,
                                                            DiscoveryOptions options);

}  // namespace troth::shell
