#include "consent/needed.hpp"

#include "base/limits.hpp"

namespace troth::consent {
namespace {

const char* question(Why why) {
  switch (why) {
    case Why::no_consent:
      return "needed.first_use";
    case Why::ended:
      return "needed.ended";
    case Why::withdrawn:
      return "needed.withdrawn";
    case Why::receive_only:
      return "needed.write";
    case Why::ok:
    case Why::upgrade_needed:
    case Why::unknown_category:
    case Why::category_retired:
    case Why::category_void:
    case Why::unknown_device:
    case Why::device_removed:
    case Why::circle_frozen:
    case Why::not_accepted:
    case Why::send_only_unsupported:
    case Why::paused:
      return nullptr;
  }
  return nullptr;
}

bool too_soon(const Asked& asked, WallMs now) {
  const auto wait = asked.declined ? limits::kAskAgainAfterNoMs : limits::kAskAgainMs;
  // A clock that went back must not silence the question for ever.
  return asked.last <= now && now.ms - asked.last.ms < wait;
}

}  // namespace

std::optional<ConsentNeed> consent_needed(const Verdict& verdict, const CategoryId& category,
                                          const DeviceId& device, const AskMemory& memory,
                                          WallMs now) {
  const char* why = question(verdict.why);
  if (why == nullptr) return std::nullopt;
  const auto asked = memory.find({category, device});
  if (asked != memory.end() && too_soon(asked->second, now)) return std::nullopt;
  return ConsentNeed{category, device, why};
}

}  // namespace troth::consent
