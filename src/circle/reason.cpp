#include "circle/reason.hpp"

#include <array>

namespace troth::circle {
namespace {

// In the order of the enumeration; the test reads both.
constexpr std::array kKeys{
    "circle.ok",
    "circle.author_unknown",
    "circle.author_not_live",
    "circle.author_removed_here",
    "circle.fork",
    "circle.missing_parent",
    "circle.circle_frozen",
    "circle.unknown_device",
    "circle.device_not_live",
    "circle.already_removed",
    "circle.key_reused",
    "circle.bad_descriptor",
    "circle.too_many_devices",
    "circle.unknown_member",
    "circle.member_exists",
    "circle.remove_self",
    "circle.not_self",
    "circle.last_device",
    "circle.unknown_category",
    "circle.category_retired",
    "circle.too_many_categories",
    "circle.send_only_unsupported",
    "circle.wrong_subject",
    "circle.not_yours_to_give",
    "circle.own_grant",
    "circle.end_too_late",
    "circle.control_is_not_granted",
    "circle.unknown_offer",
    "circle.not_the_subject",
    "circle.not_proven",
    "circle.nothing_to_withdraw",
    "circle.unknown_grant",
    "circle.not_ended",
    "circle.void_entry",
    "circle.not_accepted",
    "circle.withdrawn",
    "circle.expired",
    "circle.subject_not_live",
    "circle.not_a_holder",
    "circle.epoch_exists",
    "circle.unknown_epoch",
    "circle.bad_epoch_number",
    "circle.recipient_not_entitled",
    "circle.from_now_too_early",
    "circle.history_not_granted",
    "circle.bad_box",
    "circle.below_floor",
    "circle.unknown_end",
    "circle.not_the_last_device",
    "circle.not_a_fork",
    "circle.bad_signature",
    "circle.malformed",
    "circle.not_built",
    "circle.too_large",
};
static_assert(kKeys.size() == kReasons);

}  // namespace

const char* reason_key(Reason reason) {
  const auto at = static_cast<std::size_t>(reason);
  return at < kKeys.size() ? kKeys[at] : "circle.unknown";
}

}  // namespace troth::circle
