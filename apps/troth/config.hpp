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
// usage when a line is no setting; line_number says which one.
[[nodiscard]] Result<Config> read_config(const std::string& home,
                                         std::size_t* line_number = nullptr);
[[nodiscard]] Result<> write_config(const std::string& home, const Config& config);
// "wlan0,eth0" apart; empty for an empty text.
[[nodiscard]] std::vector<std::string> interface_names(std::string_view text);
[[nodiscard]] std::string setting_names();  // "listen, console, ..."
// The text key of why check_setting refused it.
[[nodiscard]] std::string_view why_not_setting(std::string_view key, std::string_view value);
// usage when key or value is not one that a daemon understands.
[[nodiscard]] Result<> check_setting(std::string_view key, std::string_view value);

}  // namespace troth::app
