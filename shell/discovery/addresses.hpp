// This machine's own IPv4 addresses, and whether another one lies in the network of one of them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "shell/net/link.hpp"

namespace troth::shell {

struct OwnAddress {
  int interface = 0;          // its index
  std::string name;           // of the interface
  std::uint32_t address = 0;  // host byte order, like the mask
  std::uint32_t mask = 0;
  [[nodiscard]] std::string text() const;
  friend bool operator==(const OwnAddress&, const OwnAddress&) = default;
};

// Of interfaces that are up and either named in `only` or, when that is empty, can multicast and
// are neither loopback nor point to point.
[[nodiscard]] std::vector<OwnAddress> own_addresses(const std::vector<std::string>& only);

// Spec 15 §3: an announced address is tried only when it is a host of one of these networks.
[[nodiscard]] bool may_dial(const std::vector<OwnAddress>& own, std::uint32_t address,
                            std::uint16_t port);

// Calls back when addresses or interfaces of this machine may have changed, until it is destroyed.
class AddressWatch {
 public:
  AddressWatch(asio::io_context& io, std::function<void()> changed);
  ~AddressWatch();
  AddressWatch(const AddressWatch&) = delete;
  AddressWatch& operator=(const AddressWatch&) = delete;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace troth::shell
