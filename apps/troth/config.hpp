// Settings of a home that are no secret: `config` in the home, one `key = value` a line.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "troth/result.hpp"

namespace troth::app {

inline constexpr std::array<std::string_view, 5> kConfigKeys{"listen", "console", "discovery",
                                                             "interfaces", "relay"};

using Config = std::map<std::string, std::string, std::less<>>;
[[nodiscard]] Result<Config> read_config(const std::string& home);  // damaged when a line is none
[[nodiscard]] Result<> write_config(const std::string& home, const Config& config);
// "wlan0,eth0" apart; empty for an empty text.
[[nodiscard]] std::vector<std::string> interface_names(std::string_view text);
// usage when key or value is not one that a daemon understands.
[[nodiscard]] Result<> check_setting(std::string_view key, std::string_view value);

}  // namespace troth::app
