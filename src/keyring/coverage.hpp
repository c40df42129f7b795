// Which epochs a device's consent covers, by the log alone (spec 05 §7.6): what it may be given,
// sent and compared with. Reads no clock, so that everybody who folded the same log finds the same.
#pragma once

#include <set>

#include "circle/view.hpp"

namespace troth::keyring {

struct Coverage {
  bool all = false;  // consent to all history, or none that is about receiving
  std::set<circle::EpochId> epochs;
  [[nodiscard]] bool holds(const circle::EpochId& epoch) const {
    return all || epochs.contains(epoch);
  }
  // Everything that the other one covers.
  [[nodiscard]] bool includes(const Coverage& other) const;
};

[[nodiscard]] Coverage coverage(const circle::CircleView& view, const CategoryId& category,
                                const DeviceId& device);

}  // namespace troth::keyring
