#include "apps/troth/config.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "shell/net/address.hpp"
#include "shell/os/file.hpp"

namespace troth::app {

namespace {

std::string config_path(const std::string& home) { return home + "/config"; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

constexpr std::size_t kInterfaceName = 15;  // of Linux

bool is_interface(std::string_view name) {
  return !name.empty() && name.size() <= kInterfaceName &&
         std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 127; });
}

}  // namespace

std::vector<std::string> interface_names(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto end = std::min(text.find(','), text.size());
    out.emplace_back(trimmed(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string_view why_not_setting(std::string_view key, std::string_view value) {
  if (key == "relay") return "no_relay";
  if (key == "console" && value != "off") return "no_console";
  return "bad_setting";
}

std::string setting_names() {
  std::string out;
  for (const auto key : kConfigKeys) out += (out.empty() ? "" : ", ") + std::string(key);
  return out;
}

Result<> check_setting(std::string_view key, std::string_view value) {
  if (std::find(kConfigKeys.begin(), kConfigKeys.end(), key) == kConfigKeys.end()) {
    return fail(Errc::usage);
  }
  if (value.find('\n') != std::string_view::npos || value.size() > 300) return fail(Errc::usage);
  if (key == "listen") {
    TROTH_CHECK(shell::parse_host_port(value));
  }
  if (key == "interfaces") {
    const auto names = interface_names(value);
    if (!std::all_of(names.begin(), names.end(), is_interface)) return fail(Errc::usage);
  }
  // Both come with a later version: a daemon that met them would not start.
  if (key == "relay" || (key == "console" && value != "off")) return fail(Errc::unsupported);
  if (key == "discovery" && value != "on" && value != "off") return fail(Errc::usage);
  return {};
}

Result<Config> read_config(const std::string& home, std::size_t* line_number) {
  std::size_t unused = 0;
  std::size_t& number = line_number == nullptr ? unused : *line_number;
  number = 0;
  const auto bytes = shell::read_file(config_path(home), 64 * 1024);
  if (!bytes && bytes.error().code == Errc::not_found) return Config{};
  if (!bytes) return fail(bytes.error());
  Config config;
  std::string_view rest = as_text(*bytes);
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const auto line = trimmed(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    ++number;
    if (line.empty() || line.front() == '#') continue;
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) return fail(Errc::usage);
    const auto key = trimmed(line.substr(0, equals));
    const auto value = trimmed(line.substr(equals + 1));
    if (!check_setting(key, value)) return fail(Errc::usage);
    config[std::string(key)] = std::string(value);
  }
  number = 0;
  return config;
}

Result<> write_config(const std::string& home, const Config& config) {
  std::string text;
  for (const auto& [key, value] : config) text += key + " = " + value + "\n";
  return shell::write_atomic(config_path(home), as_bytes(text));
}

}  // namespace troth::app
