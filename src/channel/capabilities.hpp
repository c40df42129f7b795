// What a device is willing to speak, and the choice between two of them (spec 03 §3.3).
#pragma once

#include <vector>

#include "channel/messages.hpp"
#include "crypto/suites.hpp"

namespace troth::channel {

// In order of preference, and the least that the circle's signed policy allows.
struct Capabilities {
  std::vector<std::uint8_t> suites{1, 2};
  std::vector<std::uint64_t> versions{1};
  std::uint8_t least_suite = 0;
  std::uint64_t least_version = 1;
};

// The offer of an initiator: what it may use, `first` first when it is not 0, then one value of
// each list that nobody ever assigns, so that a peer which chokes on the unknown is found early.
// no_suite or unknown_version when nothing may be offered.
[[nodiscard]] Result<Offer> make_offer(const Capabilities& can, ConnectKind kind,
                                       std::uint8_t first, std::uint8_t random);
// The responder's choice; no_suite or unknown_version when there is none in common.
[[nodiscard]] Result<Chosen> choose(const Capabilities& can, const Offer& offer);
// The initiator's check of what was chosen from its offer.
[[nodiscard]] Result<> check_chosen(const Capabilities& can, const Chosen& chosen,
                                    std::uint8_t sealed_with);

}  // namespace troth::channel
