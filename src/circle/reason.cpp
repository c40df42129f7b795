#include "circle/reason.hpp"

namespace troth::circle {

const char* reason_key(Reason reason) {
  switch (reason) {
    case Reason::ok: return "circle.ok";
    case Reason::author_unknown: return "circle.author_unknown";
    case Reason::author_not_live: return "circle.author_not_live";
    case Reason::author_removed_here: return "circle.author_removed_here";
    case Reason::fork: return "circle.fork";
    case Reason::missing_parent: return "circle.missing_parent";
    case Reason::circle_frozen: return "circle.circle_frozen";
    case Reason::unknown_device: return "circle.unknown_device";
    case Reason::device_not_live: return "circle.device_not_live";
    case Reason::already_removed: return "circle.already_removed";
    case Reason::key_reused: return "circle.key_reused";
    case Reason::bad_descriptor: return "circle.bad_descriptor";
    case Reason::too_many_devices: return "circle.too_many_devices";
    case Reason::unknown_member: return "circle.unknown_member";
    case Reason::member_exists: return "circle.member_exists";
    case Reason::remove_self: return "circle.remove_self";
    case Reason::not_self: return "circle.not_self";
    case Reason::last_device: return "circle.last_device";
    case Reason::unknown_category: return "circle.unknown_category";
    case Reason::category_retired: return "circle.category_retired";
    case Reason::too_many_categories: return "circle.too_many_categories";
    case Reason::send_only_unsupported: return "circle.send_only_unsupported";
    case Reason::wrong_subject: return "circle.wrong_subject";
    case Reason::not_yours_to_give: return "circle.not_yours_to_give";
    case Reason::own_grant: return "circle.own_grant";
    case Reason::end_too_late: return "circle.end_too_late";
    case Reason::control_is_not_granted: return "circle.control_is_not_granted";
    case Reason::unknown_offer: return "circle.unknown_offer";
    case Reason::not_the_subject: return "circle.not_the_subject";
    case Reason::not_proven: return "circle.not_proven";
    case Reason::nothing_to_withdraw: return "circle.nothing_to_withdraw";
    case Reason::unknown_grant: return "circle.unknown_grant";
    case Reason::not_ended: return "circle.not_ended";
    case Reason::void_entry: return "circle.void_entry";
    case Reason::not_accepted: return "circle.not_accepted";
    case Reason::withdrawn: return "circle.withdrawn";
    case Reason::expired: return "circle.expired";
    case Reason::subject_not_live: return "circle.subject_not_live";
    case Reason::not_a_holder: return "circle.not_a_holder";
    case Reason::epoch_exists: return "circle.epoch_exists";
    case Reason::unknown_epoch: return "circle.unknown_epoch";
    case Reason::bad_epoch_number: return "circle.bad_epoch_number";
    case Reason::recipient_not_entitled: return "circle.recipient_not_entitled";
    case Reason::from_now_too_early: return "circle.from_now_too_early";
    case Reason::history_not_granted: return "circle.history_not_granted";
    case Reason::bad_box: return "circle.bad_box";
    case Reason::below_floor: return "circle.below_floor";
    case Reason::unknown_end: return "circle.unknown_end";
    case Reason::not_the_last_device: return "circle.not_the_last_device";
    case Reason::not_a_fork: return "circle.not_a_fork";
    case Reason::bad_signature: return "circle.bad_signature";
    case Reason::malformed: return "circle.malformed";
    case Reason::not_built: return "circle.not_built";
    case Reason::too_large: return "circle.too_large";
  }
  return "circle.unknown";
}

}  // namespace troth::circle
