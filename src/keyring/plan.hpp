// What this device should write about keys now: new epochs, boxes for devices that lack them, links
// (spec 05 §7, rules 0 to 3, 7, 8). Plans are values; the caller signs the payload, appends the
// entry and adds the secrets in one step, or drops the plan and nothing has happened.
#pragma once

#include <span>
#include <vector>

#include "crypto/suites.hpp"
#include "keyring/keyring.hpp"

namespace troth::keyring {

struct PlanContext {
  const circle::CircleView& view;
  const Keyring& ring;
  DeviceId self;
  WallMs now;           // corrected
  crypto::Suite suite;  // for boxes and links
};

struct KeysPlan {
  circle::Keys payload;
  std::vector<EpochSecret> secrets;  // of payload.epochs, same order
  std::vector<CategoryId> left;      // did not fit into one entry: plan again after this one
  [[nodiscard]] bool empty() const { return payload.boxes.empty(); }
};

// New epochs for the categories, boxed to every entitled device, this one included. no_key: this
// device holds no key of one of them. not_permitted: it has no consent for it. frozen: rule 4.6.
[[nodiscard]] Result<KeysPlan> plan_rotation(const PlanContext& context,
                                             std::span<const CategoryId> categories, Rng& rng);

// Rules 2 and 7: what entitled devices lack and this one can give. Boxes existing clean epochs to
// them; makes a new epoch for those whose consent counts from now on, where no clean epoch is left,
// and where older epochs are out of their reach. Empty when nobody lacks anything.
[[nodiscard]] Result<KeysPlan> plan_wraps(const PlanContext& context, Rng& rng);

// Would plan_wraps write anything about the category? Costs no key operation: ask it after every
// change of the log or the keyring, wait wrap_delay(), ask again, then plan.
[[nodiscard]] bool wraps_needed(const PlanContext& context, const CategoryId& category);

// Entitled devices that hold no key of the category yet, ascending: "granted, waiting for a device
// that holds this category".
[[nodiscard]] std::vector<DeviceId> waiting_for_key(const Survey& survey);

// Does everybody who lacks a key that is in use lack it only because some clock took a consent for
// over that is not over by this device's?
[[nodiscard]] bool lacks_by_clock(const Survey& survey);

}  // namespace troth::keyring
