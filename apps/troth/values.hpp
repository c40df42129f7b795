// Field values of the command line as bytes of an item (spec 13 §6): one mark byte, then the
// content.
#pragma once

#include "apps/troth/json.hpp"
#include "troth/result.hpp"

namespace troth::app {

// A JSON string is text, {"@base64": "..."} is bytes, any other value is itself.
[[nodiscard]] Result<Bytes> value_from_json(const Json& json);
// Values of other apps that carry no mark are shown as text when they are UTF-8, else as bytes.
[[nodiscard]] Json value_to_json(ByteView value);

[[nodiscard]] Json bytes_json(ByteView bytes);  // {"@base64": ...}

// Name field of an item that was made by name; never shown among its fields.
inline constexpr std::string_view kNameField = ".name";
inline constexpr std::string_view kAliveField = "_alive";  // spec 07: whether an item is deleted

}  // namespace troth::app
