// Validity at birth (rule 4.1): may this author write this, by what its own past says? Decided
// once, from the entry and its past alone, hence the same on every device. Private to src/circle
// and policy.
#pragma once

#include "circle/scope.hpp"

namespace troth::circle {

// The rules for one payload. at: the entry's own time, used by expire and by a policy's longest
// grant.
[[nodiscard]] Reason may_write(const Scope& past, const DeviceId& author, WallMs at,
                               const Payload& payload);

// Sets node.birth and node.held; the node's past must be complete.
void judge_birth(const State& state, NodeData& node);

// birth_keys.cpp: rules 1, 7, 8.
[[nodiscard]] Reason may_write_keys(const Scope& past, const DeviceId& author, const Keys& keys);
// Of the epochs that the keys box, those that their author had: by a box, as their maker, or as one
// that such an epoch goes back to by prev (spec 04 §5).
[[nodiscard]] std::vector<EpochName> epochs_held(const Scope& past, const DeviceId& author,
                                                 const Keys& keys);

}  // namespace troth::circle
