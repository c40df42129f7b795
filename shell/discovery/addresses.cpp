#include "shell/discovery/addresses.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include <algorithm>
#include <optional>

#include "base/limits.hpp"
#include "shell/net/readable.hpp"
#include "shell/os/fd.hpp"

namespace troth::shell {

namespace {

std::uint32_t ipv4_of(const sockaddr* address) {
  return ntohl(reinterpret_cast<const sockaddr_in*>(address)->sin_addr.s_addr);
}

bool wanted(const ifaddrs& one, const std::vector<std::string>& only) {
  if (one.ifa_addr == nullptr || one.ifa_netmask == nullptr) return false;
  if (one.ifa_addr->sa_family != AF_INET || (one.ifa_flags & IFF_UP) == 0) return false;
  if (!only.empty()) return std::find(only.begin(), only.end(), one.ifa_name) != only.end();
  return (one.ifa_flags & IFF_MULTICAST) != 0 &&
         (one.ifa_flags & (IFF_LOOPBACK | IFF_POINTOPOINT)) == 0;
}

}  // namespace

std::string OwnAddress::text() const {
  const in_addr raw{htonl(address)};
  char out[INET_ADDRSTRLEN] = {};
  ::inet_ntop(AF_INET, &raw, out, sizeof out);
  return out;
}

std::vector<OwnAddress> own_addresses(const std::vector<std::string>& only) {
  std::vector<OwnAddress> out;
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return out;
  for (const auto* one = all; one != nullptr && out.size() < limits::kMdnsAddresses;
       one = one->ifa_next) {
    if (!wanted(*one, only)) continue;
    out.push_back({static_cast<int>(::if_nametoindex(one->ifa_name)), one->ifa_name,
                   ipv4_of(one->ifa_addr), ipv4_of(one->ifa_netmask)});
  }
  ::freeifaddrs(all);
  return out;
}

bool may_dial(const std::vector<OwnAddress>& own, std::uint32_t address, std::uint16_t port) {
  if (port == 0) return false;
  return std::any_of(own.begin(), own.end(), [&](const OwnAddress& mine) {
    if (((address ^ mine.address) & mine.mask) != 0) return false;
    // Neither the network nor everybody in it; networks of one or two hosts have no such thing.
    const auto host = address & ~mine.mask;
    return ~mine.mask <= 1 || (host != 0 && host != ~mine.mask);
  });
}

struct AddressWatch::State {
  Fd socket;
  std::optional<Readable> readable;
  std::function<void()> changed;

  // What the messages say is not read: that there were some is enough to look again.
  void drain() {
    char bytes[8192];
    while (::recv(socket.get(), bytes, sizeof bytes, MSG_DONTWAIT) > 0) {
    }
    changed();
  }
};

AddressWatch::AddressWatch(asio::io_context& io, std::function<void()> changed)
    : state_(std::make_unique<State>()) {
  state_->changed = std::move(changed);
  state_->socket = Fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
  sockaddr_nl local{};
  local.nl_family = AF_NETLINK;
  local.nl_groups = RTMGRP_IPV4_IFADDR | RTMGRP_LINK;
  const auto* address = reinterpret_cast<const sockaddr*>(&local);
  if (state_->socket.get() < 0 || ::bind(state_->socket.get(), address, sizeof local) != 0) return;
  state_->readable.emplace(io, state_->socket.get(), [state = state_.get()] { state->drain(); });
}

AddressWatch::~AddressWatch() = default;

}  // namespace troth::shell
