// May data move now? (spec 06 §2, design 9). permits() asks for one device at one time; it is pure
// and answers with a reason. What concerns a batch's author is admits() instead, which reads no
// clock.
#pragma once

#include <optional>
#include <set>

#include "circle/view.hpp"

namespace troth::consent {

enum class Action : std::uint8_t {
  seal,     // subject (this device) makes a batch of its own changes
  send,     // this device gives batches to subject
  receive,  // subject (this device) takes batches
  show,     // subject (this device) shows what it holds
};

enum class Why : std::uint8_t {
  ok,
  upgrade_needed,  // the log holds a critical entry that this program does not know
  unknown_category,
  category_retired,
  category_void,  // its creator was removed before others had seen it
  unknown_device,
  device_removed,
  circle_frozen,  // rule 4.6: nothing new is sealed
  no_consent,
  not_accepted,  // offered, and the device has not answered
  withdrawn,
  ended,                  // its time has come
  receive_only,           // may read, not write
  send_only_unsupported,  // rule 9
  paused,                 // this person's own choice here, not a matter of consent
};
// "consent.withdrawn": where the words for people are looked up.
[[nodiscard]] const char* reason_key(Why why);
[[nodiscard]] Errc error_of(Why why);

// Pause is local state and never consent: it stops data from moving and changes no right.
struct LocalState {
  bool all_paused = false;
  std::set<CategoryId> paused_categories;
  std::set<DeviceId> paused_devices;
};

struct Verdict {
  Why why = Why::ok;
  std::optional<WallMs> until;  // when allowed: the time at which it ends by itself
  [[nodiscard]] bool allowed() const { return why == Why::ok; }
  friend bool operator==(const Verdict&, const Verdict&) = default;
};

// now: expiry_time() of this device.
[[nodiscard]] Verdict permits(Action action, const CategoryId& category, const DeviceId& subject,
                              const circle::CircleView& view, const LocalState& local, WallMs now);

// Grants add up, so one that is inside an active one changes nothing, however narrow it looks.
[[nodiscard]] bool changes_something(const circle::GrantTerms& terms,
                                     const circle::CircleView& view, WallMs now);

// What may be granted at all: `send` alone is refused in words until rule 9 is built.
[[nodiscard]] Why grantable(Direction direction);

}  // namespace troth::consent
