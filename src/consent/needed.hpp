// Asking in context (spec 06 §6): consent is asked for when data is first used, with the reason,
// and not again and again.
#pragma once

#include <map>
#include <optional>

#include "consent/permits.hpp"

namespace troth::consent {

struct ConsentNeed {
  CategoryId category;
  DeviceId device;
  const char* why = "";  // static text key: "needed.first_use", "needed.ended", ...
};

// What this device remembers of its questions; kept by the engine, part of local state.
struct Asked {
  WallMs last;
  bool declined = false;
  friend bool operator==(const Asked&, const Asked&) = default;
};
using AskKey = std::pair<CategoryId, DeviceId>;
using AskMemory = std::map<AskKey, Asked>;

// Whether a refusal of permits() is a reason to ask the person now. Not for pauses, removed
// devices, retired categories or an offer that waits for the other side; not within a day of the
// last question, nor within 30 days of a no.
[[nodiscard]] std::optional<ConsentNeed> consent_needed(const Verdict& verdict,
                                                        const CategoryId& category,
                                                        const DeviceId& device,
                                                        const AskMemory& memory, WallMs now);

}  // namespace troth::consent
