// The names of the error codes as they cross the C interface. Numbers and names are frozen.
#pragma once

#include "troth/result.hpp"

namespace troth {

[[nodiscard]] const char* errc_name(unsigned code);  // null when no Errc has this number
[[nodiscard]] inline bool wire_known(Errc code) {
  return errc_name(static_cast<unsigned>(code)) != nullptr;
}

}  // namespace troth
