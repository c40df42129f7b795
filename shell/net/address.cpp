#include "shell/net/address.hpp"

#include <algorithm>
#include <charconv>

namespace troth::shell {

namespace {
bool is_blank_or_control(char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7F; }
}  // namespace

std::string HostPort::text() const {
  const bool six = host.find(':') != std::string::npos;
  return (six ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<HostPort> parse_host_port(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || text.size() > 260) return fail(Errc::usage);
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  if (host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return fail(Errc::usage);  // an IPv6 address needs brackets, else its end looks like a port
  }
  if (std::any_of(host.begin(), host.end(), is_blank_or_control)) return fail(Errc::usage);
  std::uint16_t port = 0;
  const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (ec != std::errc{} || end != digits.data() + digits.size() || host.empty()) {
    return fail(Errc::usage);
  }
  return HostPort{std::string(host), port};
}

Result<HostPort> parse_peer_address(std::string_view text) {
  auto address = parse_host_port(text);
  if (address && address->port == 0) return fail(Errc::usage);
  return address;
}

}  // namespace troth::shell
