// The form of an answer in a dialogue, held to at both ends of the socket (spec 13 §5).
#pragma once

#include <span>

#include "apps/troth/json.hpp"

namespace troth::app {

// A refusal, or all that the kind of answer needs. keys: of check, share, accept.
[[nodiscard]] bool is_answer(const Json& answer, std::span<const std::string_view> keys);

}  // namespace troth::app
