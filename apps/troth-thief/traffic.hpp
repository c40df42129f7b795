// Recorded connections: bytes of one direction a file. Sessions have keys that no device stores, so
// nothing should open (spec 03 §6); this tries with everything that is there.
#pragma once

#include <string>

#include "apps/troth-thief/sealed.hpp"

namespace troth::thief {

struct TrafficCount {
  std::size_t files = 0;
  std::size_t bytes = 0;
  std::size_t frames = 0;
  std::size_t handshakes = 0;
  std::size_t recognised = 0;  // first messages whose mac fits a key that is held
  std::size_t callers = 0;     // first messages to this device, opened: they name the caller
  std::size_t pairing = 0;
  std::size_t records = 0;
  std::size_t opened = 0;    // records
  std::size_t attempts = 0;  // keys tried on records
  std::size_t markers = 0;   // files that show a marker in clear
};

[[nodiscard]] Result<TrafficCount> try_traffic(const Homes& homes,
                                               const std::vector<std::string>& files,
                                               const std::vector<std::string>& markers);

// Seals a record with each key in turn and sees that trying opens it: else "0 opened" means
// nothing.
[[nodiscard]] bool trying_works(const Homes& homes);

}  // namespace troth::thief
