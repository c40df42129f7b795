// Links: an epoch that has a history key seals the keys of earlier epochs under it, so that whoever
// is given the newest history key reads everything before (spec 05 §5, rule 7).
#pragma once

#include "crypto/suites.hpp"
#include "keyring/epoch.hpp"

namespace troth::keyring {

// Link(from -> to). `to` must have a history key. Deterministic: one pair of epochs, one key, one
// use.
[[nodiscard]] Bytes seal_link(const crypto::Suite& suite, const EpochSecret& from,
                              const EpochSecret& to);

// The keys of `from`, checked against its commitment. no_key when `to` has no history key,
// auth_failed when the link was not made under it, commitment_mismatch when it carries another key.
[[nodiscard]] Result<EpochSecret> open_link(const CircleId& circle, const EpochSecret& to,
                                            const EpochId& from, const Hash& commitment,
                                            ByteView sealed);

}  // namespace troth::keyring
