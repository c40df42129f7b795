// Which typed error goes with which reason.
#include <algorithm>
#include <array>
#include <utility>

#include "policy/policy.hpp"

namespace troth::policy {

using circle::Reason;

namespace {

// Reasons that are not here are rules about who may do what: not_permitted.
constexpr auto kErrors = std::to_array<std::pair<Reason, Errc>>({
    {Reason::author_unknown, Errc::unknown_device},
    {Reason::author_not_live, Errc::not_live},
    {Reason::author_removed_here, Errc::held},
    {Reason::fork, Errc::fork},
    {Reason::missing_parent, Errc::missing_parent},
    {Reason::circle_frozen, Errc::frozen},
    {Reason::unknown_device, Errc::unknown_device},
    {Reason::device_not_live, Errc::not_live},
    {Reason::already_removed, Errc::not_live},
    {Reason::key_reused, Errc::key_reused},
    {Reason::bad_descriptor, Errc::bad_entry},
    {Reason::too_many_devices, Errc::policy},
    {Reason::unknown_member, Errc::unknown_device},
    {Reason::member_exists, Errc::exists},
    {Reason::unknown_category, Errc::unknown_category},
    {Reason::category_retired, Errc::unknown_category},
    {Reason::too_many_categories, Errc::policy},
    {Reason::send_only_unsupported, Errc::send_only_unsupported},
    {Reason::end_too_late, Errc::policy},
    {Reason::unknown_offer, Errc::no_grant},
    {Reason::nothing_to_withdraw, Errc::no_grant},
    {Reason::unknown_grant, Errc::no_grant},
    {Reason::void_entry, Errc::void_entry},
    {Reason::not_accepted, Errc::no_grant},
    {Reason::withdrawn, Errc::revoked},
    {Reason::expired, Errc::grant_expired},
    {Reason::subject_not_live, Errc::not_live},
    {Reason::not_a_holder, Errc::no_key},
    {Reason::epoch_exists, Errc::exists},
    {Reason::bad_box, Errc::bad_entry},
    {Reason::below_floor, Errc::policy},
    {Reason::not_a_fork, Errc::fork},
    {Reason::bad_signature, Errc::bad_signature},
    {Reason::malformed, Errc::bad_entry},
    {Reason::not_built, Errc::unsupported},
    {Reason::too_large, Errc::too_long},
});

}  // namespace

Errc error_of(Reason reason) {
  const auto* at = std::find_if(kErrors.begin(), kErrors.end(),
                                [&](const auto& row) { return row.first == reason; });
  return at == kErrors.end() ? Errc::not_permitted : at->second;
}

}  // namespace troth::policy
