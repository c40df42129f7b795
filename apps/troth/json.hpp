// JSON of the command line and of the local socket: our own API only, never peer input. Reading never
// throws: a missing or wrong member is an empty optional.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "troth/types.hpp"

namespace troth::app {

using Json = nlohmann::ordered_json;

// nullopt when text is no JSON value.
[[nodiscard]] std::optional<Json> parse_json(std::string_view text);
[[nodiscard]] std::string to_line(const Json& json);  // one line; broken UTF-8 is replaced

[[nodiscard]] std::optional<std::string> string_at(const Json& json, std::string_view key);
[[nodiscard]] std::optional<std::uint64_t> number_at(const Json& json, std::string_view key);
[[nodiscard]] bool flag_at(const Json& json, std::string_view key);  // false when absent
[[nodiscard]] const Json& member(const Json& json, std::string_view key);  // null when absent

[[nodiscard]] std::string base64(ByteView bytes);
[[nodiscard]] std::optional<Bytes> from_base64(std::string_view text);

}  // namespace troth::app
