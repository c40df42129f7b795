// The version of the programs; spec pages carry their own.
#pragma once

#include <string_view>

namespace troth::app {

inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace troth::app
