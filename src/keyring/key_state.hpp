// What a category's keys allow this device to do now, and what is to be done about it (spec 05 §6,
// §8). Pure functions that answer with a reason; a cache asks again when the view changes or at
// Survey::changes_at.
#pragma once

#include <optional>
#include <vector>

#include "keyring/box.hpp"
#include "keyring/keyring.hpp"

namespace troth::keyring {

// Rule 0: among the clean heads that this device holds, the lowest (number, commitment).
[[nodiscard]] std::optional<EpochId> sealing_epoch(const Survey& survey, const Keyring& ring);

enum class KeyState : std::uint8_t {
  ready,               // seal under `epoch`
  needs_rotation,      // plan_rotation first, then seal
  waiting_for_holder,  // queue: no key, or a box still to be opened
  frozen,              // rule 4.6: read only
};
enum class KeyReason : std::uint8_t {
  ok,
  circle_frozen,
  not_entitled,        // no consent, or it has ended: permits() says more
  no_epoch_yet,        // its creator has not made the first key
  waiting_for_holder,  // granted, waiting for a device that holds this category
  opening_box,         // the key is here, the keystore has not opened it yet
  void_entry,          // why no head is clean: see Cleanness
  recipient_out,
  end_unknown,
  head_not_held,  // somebody left this device out of the newest key
};
struct CategoryKeys {
  KeyState state = KeyState::waiting_for_holder;
  KeyReason reason = KeyReason::ok;
  std::optional<EpochId> epoch;
};
[[nodiscard]] CategoryKeys key_state(const Survey& survey, const Keyring& ring,
                                     const DeviceId& self);
[[nodiscard]] const char* reason_key(
    KeyReason reason);  // "keys.opening_box": where words are found

// Boxes made for this device that carry something it does not hold, newest first: open the first,
// add, close, ask again. Without `category`, of all categories.
[[nodiscard]] std::vector<circle::BoxInfo> pending_boxes(
    const circle::CircleView& view, const Keyring& ring, const DeviceId& self,
    std::optional<CategoryId> category = std::nullopt);
// open_box with what the view says about the box. dh: the answer to box_request(box.enc).
[[nodiscard]] Result<std::vector<EpochSecret>> open_box_info(const circle::CircleView& view,
                                                             const DeviceId& self,
                                                             const circle::BoxInfo& box,
                                                             const Secret32& dh);

// Has any other device consent to hold the category?
[[nodiscard]] bool others_hold(const circle::CircleView& view, const CategoryId& category,
                               const DeviceId& device);
// Categories whose keys this device has to erase: its consent was withdrawn, or it was removed. An
// end by time only pauses, and a withdrawal that leaves nobody too.
[[nodiscard]] std::vector<CategoryId> to_erase(const circle::CircleView& view, const Keyring& ring,
                                               const DeviceId& self);

// ---- who acts, and when

// How long to wait before acting on plan_wraps for a category: rank among its holders times two
// seconds, full-history holders first. Nothing: this device holds no key of it.
[[nodiscard]] std::optional<std::uint64_t> wrap_delay(const Survey& survey, const DeviceId& self);

// How long to wait before rotating a category that nobody seals in: the lowest HMAC(K, device) at
// once, the others spread over 24 hours. Nothing: no key, or no shared epoch to rank by.
[[nodiscard]] std::optional<std::uint64_t> idle_rotation_delay(const Survey& survey,
                                                               const Keyring& ring,
                                                               const DeviceId& self);
// When the category's newest key is 90 days old: the time for this device to rotate, else nothing.
// The caller checks rule 3 first: own heads acknowledged, and holds_all_links().
[[nodiscard]] std::optional<WallMs> scheduled_rotation(const Survey& survey, const Keyring& ring,
                                                       const DeviceId& self);
// Does this device hold every clean head, with its history key where the log has one for it? From
// there on it opened every link.
[[nodiscard]] bool holds_all_links(const Survey& survey, const Keyring& ring, const DeviceId& self);
// At most one unforced epoch a category in 10 minutes; what rule 0 forces and merges are exempt;
// rotation_exempt() says so.
[[nodiscard]] bool rotation_exempt(const Survey& survey);
[[nodiscard]] bool may_rotate_unforced(const Survey& survey, WallMs now);

}  // namespace troth::keyring
