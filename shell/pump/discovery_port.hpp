// The local network as the pump sees it: what to say and whom to ask for goes in, names and
// addresses come back. What a name means is the engine's.
#pragma once

#include "troth/engine.hpp"

namespace troth::shell {

class DiscoverySink {
 public:
  virtual ~DiscoverySink() = default;
  virtual void on_discovery_answer(Ticket ticket, const Answer& answer) = 0;
};

// Answers come later, from the same thread, never from within perform().
class DiscoveryPort {
 public:
  virtual ~DiscoveryPort() = default;
  virtual void start(DiscoverySink& sink) = 0;
  virtual void stop() = 0;  // takes back what was said; no call to the sink afterwards
  virtual void perform(const Discover& effect) = 0;
  virtual void perform(const LookUp& effect) = 0;
};

}  // namespace troth::shell
