#include "apps/troth/answer.hpp"

#include <algorithm>

namespace troth::app {

namespace {

// What is not understood could narrow what is shared, so nothing is passed over; and nothing
// stands for what was not said.
bool is_share(const Json& one) {
  if (!one.is_object()) return false;
  for (const char* key : {"category", "direction", "for"}) {
    if (!one.contains(key)) return false;
  }
  for (const auto& [key, value] : one.items()) {
    const bool text = key == "category" || key == "direction" || key == "for";
    if (text ? !value.is_string() : key != "from_now" || !value.is_boolean()) return false;
  }
  return true;
}

bool is_good(std::string_view key, const Json& value) {
  if (key == "check") return value.is_string();
  if (!value.is_array()) return false;
  return std::all_of(value.begin(), value.end(), [&](const Json& one) {
    return key == "share" ? is_share(one) : one.is_string();
  });
}

}  // namespace

// A refusal that is not understood is no yes, and neither is silence.
bool is_answer(const Json& answer, std::span<const std::string_view> keys) {
  const Json& refuse = member(answer, "refuse");
  if (answer.contains("refuse") && !refuse.is_boolean()) return false;
  if (refuse.truth()) return true;
  return std::all_of(keys.begin(), keys.end(), [&](std::string_view key) {
    return answer.contains(key) && is_good(key, member(answer, key));
  });
}

}  // namespace troth::app
