// Which epochs of a category may be used, and by whom, as the circle log and this device's clock
// say (spec 05 §6, rules 0, 2, 7). Holds no key; borrows the view and is valid as long as that is.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "circle/view.hpp"
#include "keyring/epoch.hpp"

namespace troth::keyring {

using EpochMap = std::map<EpochId, circle::EpochInfo>;

struct Survey {
  const circle::CircleView* view = nullptr;
  CategoryId category;
  const EpochMap* epochs = nullptr;
  // Who may hold the keys now, by the log and not past its end by the clock; the value says whether
  // its consent covers what was there before (history keys go to such devices only).
  std::map<DeviceId, bool> entitled;
  std::vector<circle::EndInfo> ends;     // that a clean epoch must know of
  WallMs changes_at{~std::uint64_t{0}};  // the next end: the survey is to be made again then

  [[nodiscard]] bool is_entitled(const DeviceId& device) const { return entitled.contains(device); }
  [[nodiscard]] bool full_history(const DeviceId& device) const;
  [[nodiscard]] std::uint64_t next_number() const;
};
// now: corrected wall time; it ends grants and decides nothing else.
[[nodiscard]] Survey survey(const circle::CircleView& view, const CategoryId& category, WallMs now);

enum class Cleanness : std::uint8_t { clean, void_entry, recipient_out, end_unknown };
// Rule 0. recipient_out: a device that was given it is no longer entitled. end_unknown: it was made
// without knowledge of a removal, withdrawal or expiry, so somebody who does not know of that
// either may still give it to that device (ADR 0008).
[[nodiscard]] Cleanness cleanness(const Survey& survey, const circle::EpochInfo& epoch);

// Epochs that no other one follows, in sealing order: lowest (number, commitment) first. A void
// follower counts: what it linked to may be known to whoever it was boxed to.
[[nodiscard]] std::vector<const circle::EpochInfo*> heads(const Survey& survey);
[[nodiscard]] std::vector<const circle::EpochInfo*> clean_heads(const Survey& survey);

}  // namespace troth::keyring
