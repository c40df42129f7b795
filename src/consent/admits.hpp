// Does an arriving batch count? (rule 6, spec 06 §5). Decided by the log alone: no clock, no local
// choice, so that every device gives the same answer.
#pragma once

#include <span>

#include "circle/view.hpp"

namespace troth::consent {

// What the batch says of itself, after its signature was checked.
struct BatchClaims {
  CategoryId category;
  circle::EpochId epoch;
  AuthorId author;
  DeviceId device;                 // whose incarnation the author is
  std::span<const EntryId> heads;  // circle log heads that the author had folded
  std::uint64_t first = 0;         // counters
  std::uint64_t last = 0;
  ChainHash chain;  // of this batch
};

enum class Admit : std::uint8_t {
  accept,
  hold,    // the log does not cover it yet: asked again when the log has grown
  park,    // above a cut, or beside the chain that a cut names: kept for the review tray
  refuse,  // not kept
};
// A cut that the author's chain has to run through: when its counter is reached, the batch that
// ends there must have this hash. Whoever holds batches below it and finds another hash parks them.
struct Bound {
  std::uint64_t counter = 0;
  ChainHash chain;
};
struct Admission {
  Admit verdict = Admit::refuse;
  Errc reason = Errc::no_grant;  // when it is not accept
  std::optional<Bound> bound;    // when accepted below a cut
};

[[nodiscard]] Admission admits(const BatchClaims& claims, const circle::CircleView& view);

}  // namespace troth::consent
