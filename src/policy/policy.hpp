// May this be signed? Asked before a person is asked, so that nobody approves what every other
// device would refuse (rules 1, 4, 5, 9, 11). Pure over a CircleView; every no has a reason and
// words.
#pragma once

#include "circle/view.hpp"

namespace troth::policy {

struct Verdict {
  bool ok = false;
  circle::Reason reason = circle::Reason::ok;
  const char* text = "";  // static text key of the words for people
  explicit operator bool() const { return ok; }
};

// `at`: the time that the entry would carry; it decides only about `expire`.
[[nodiscard]] Verdict may_sign(const circle::Payload& payload, const circle::CircleView& view,
                               const DeviceId& signer, WallMs at);

// The typed error that goes with a refusal.
[[nodiscard]] Errc error_of(circle::Reason reason);

}  // namespace troth::policy
