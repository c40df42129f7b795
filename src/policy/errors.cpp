// Which typed error goes with which reason.
#include "policy/policy.hpp"

namespace troth::policy {

using circle::Reason;

Errc error_of(Reason reason) {
  switch (reason) {
    case Reason::ok:
      return Errc::internal;
    case Reason::author_unknown:
    case Reason::unknown_device:
    case Reason::unknown_member:
      return Errc::unknown_device;
    case Reason::author_not_live:
    case Reason::device_not_live:
    case Reason::already_removed:
    case Reason::subject_not_live:
      return Errc::not_live;
    case Reason::author_removed_here:
      return Errc::held;
    case Reason::fork:
    case Reason::not_a_fork:
      return Errc::fork;
    case Reason::missing_parent:
      return Errc::missing_parent;
    case Reason::circle_frozen:
      return Errc::frozen;
    case Reason::key_reused:
      return Errc::key_reused;
    case Reason::unknown_category:
    case Reason::category_retired:
      return Errc::unknown_category;
    case Reason::send_only_unsupported:
      return Errc::send_only_unsupported;
    case Reason::not_accepted:
    case Reason::nothing_to_withdraw:
    case Reason::unknown_grant:
    case Reason::unknown_offer:
      return Errc::no_grant;
    case Reason::withdrawn:
      return Errc::revoked;
    case Reason::expired:
      return Errc::grant_expired;
    case Reason::void_entry:
      return Errc::void_entry;
    case Reason::bad_signature:
      return Errc::bad_signature;
    case Reason::not_a_holder:
      return Errc::no_key;
    case Reason::below_floor:
    case Reason::end_too_late:
    case Reason::too_many_devices:
    case Reason::too_many_categories:
      return Errc::policy;
    case Reason::too_large:
      return Errc::too_long;
    case Reason::not_built:
      return Errc::unsupported;
    case Reason::bad_descriptor:
    case Reason::malformed:
    case Reason::bad_box:
      return Errc::bad_entry;
    case Reason::member_exists:
    case Reason::epoch_exists:
      return Errc::exists;
    case Reason::remove_self:
    case Reason::not_self:
    case Reason::last_device:
    case Reason::wrong_subject:
    case Reason::not_yours_to_give:
    case Reason::own_grant:
    case Reason::control_is_not_granted:
    case Reason::not_the_subject:
    case Reason::not_proven:
    case Reason::not_ended:
    case Reason::unknown_epoch:
    case Reason::bad_epoch_number:
    case Reason::recipient_not_entitled:
    case Reason::from_now_too_early:
    case Reason::history_not_granted:
    case Reason::unknown_end:
    case Reason::not_the_last_device:
      return Errc::not_permitted;
  }
  return Errc::internal;
}

}  // namespace troth::policy
