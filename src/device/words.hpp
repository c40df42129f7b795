// Words that people compare, and the terms of consent as they are signed.
#pragma once

#include "device/core.hpp"

namespace troth::device {

[[nodiscard]] std::string circle_words(const CircleId& circle);  // four words
[[nodiscard]] std::string key_words(const DeviceId& device);     // four words
// Terms whose notice hash is of the words that are shown for them (design 9).
// Send-only devices need rule 9.
[[nodiscard]] Result<> can_offer(const ShareTerms& terms);
[[nodiscard]] circle::GrantTerms make_terms(const Core& core, const ShareTerms& share,
                                            const DeviceId& subject,
                                            const std::string& device_name);

}  // namespace troth::device
