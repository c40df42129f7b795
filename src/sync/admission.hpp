// What sync asks consent before a batch counts (rule 6). The answer must follow from the log alone,
// without a clock, so that every device gives the same.
#pragma once

#include <functional>
#include <optional>
#include <span>

#include "sync/batch.hpp"
#include "sync/vector.hpp"

namespace troth::sync {

struct BatchClaims {
  EpochName epoch;
  AuthorId author;
  DeviceId device;
  Incarnation incarnation;
  std::span<const EntryId> heads;
  ChainHash prev;
  ChainHash chain;          // of this batch
  std::uint64_t first = 0;  // counters
  std::uint64_t last = 0;
  std::uint8_t suite = 0;
};

enum class Admit : std::uint8_t {
  accept = 0,
  hold = 1,    // the log does not cover it yet; asked again when the log has grown
  park = 2,    // above a cut: kept for the review tray, never merged by itself
  refuse = 3,  // not kept
};
struct Admission {
  Admit verdict = Admit::refuse;
  Errc reason = Errc::no_grant;  // when it is not accept
  // A cut through which the author's chain has to run (rule 10): who holds another batch at its
  // counter, or below it one that does not lead to it, holds what somebody else made.
  std::optional<VectorEntry> through;
};
using Admitter = std::function<Admission(const BatchClaims&)>;

}  // namespace troth::sync
