// Why an entry does not count, or may not be signed, or a grant is not active. One list for the
// log, the policy and the words that people read. Never on the wire; kept at rest, so append only.
#pragma once

#include <cstddef>
#include <cstdint>

namespace troth::circle {

enum class Reason : std::uint8_t {
  ok = 0,
  // the author
  author_unknown,       // no entry in its past adds it
  author_not_live,      // removed, or its add is void
  author_removed_here,  // rule 4.4 (i): a removal that we know came first
  fork,                 // rule 4.4 (ii)
  missing_parent,
  circle_frozen,  // rule 4.6
  // devices and members
  unknown_device,
  device_not_live,
  already_removed,
  key_reused,  // rule 11
  bad_descriptor,
  too_many_devices,
  unknown_member,
  member_exists,
  remove_self,  // leaving is its own choice
  not_self,     // leaving names another device
  last_device,
  // categories and grants
  unknown_category,
  category_retired,
  too_many_categories,
  send_only_unsupported,  // rule 9
  wrong_subject,
  not_yours_to_give,  // the author has no such grant itself
  own_grant,          // a device cannot widen its own consent
  end_too_late,       // policy's longest grant
  control_is_not_granted,
  unknown_offer,
  not_the_subject,
  not_proven,  // an accept of a device_add without its transcript and sign signature
  nothing_to_withdraw,
  unknown_grant,
  not_ended,  // expire before the end
  // states of a grant
  void_entry,  // its author was removed and this was not seen before
  not_accepted,
  withdrawn,
  expired,
  subject_not_live,
  // keys
  not_a_holder,  // rule 1: the author never held the category
  epoch_exists,
  unknown_epoch,
  bad_epoch_number,
  recipient_not_entitled,
  from_now_too_early,  // rule 7
  history_not_granted,
  bad_box,
  // the rest
  below_floor,
  unknown_end,
  not_the_last_device,
  not_a_fork,
  bad_signature,
  malformed,
  not_built,
  too_large,
};
inline constexpr std::size_t kReasons = static_cast<std::size_t>(Reason::too_large) + 1;

// "circle.key_reused": where the words for people are looked up.
[[nodiscard]] const char* reason_key(Reason reason);

}  // namespace troth::circle
