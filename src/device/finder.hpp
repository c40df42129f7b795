// Finder: what this device says on the local network, whom it looks for there, and what it makes of
// what it hears (spec 15). Whatever is heard comes from anybody: it can only add an address to try.
#pragma once

#include "device/pair_flow.hpp"
#include "discovery/tag.hpp"

namespace troth::device {

class Finder {
 public:
  Finder(Core& core, Peers& peers, PairFlow& pairing)
      : core_(core), peers_(peers), pairing_(pairing) {}

  void follow();  // after every input: says and looks as the new state wants
  void heard(Ticket ticket, const Heard& heard);
  void looked_up(Ticket ticket, const LookedUp& found);
  [[nodiscard]] std::optional<MonoMs> deadline() const;

 private:
  // Everything that decides what is said; another one means another announcement.
  struct Wanted {
    std::vector<std::string> say;
    std::vector<DeviceId> missing;         // live and not connected
    std::optional<std::string> nameplate;  // of the code that the user typed here
    friend bool operator==(const Wanted&, const Wanted&) = default;
  };
  struct Asked {
    std::optional<DeviceId> device;  // absent: for the join
    std::string nameplate;
  };
  [[nodiscard]] Wanted wanted() const;
  [[nodiscard]] std::vector<Secret32> keys() const;
  [[nodiscard]] bool may_ask();
  void recognise();

  Core& core_;
  Peers& peers_;
  PairFlow& pairing_;
  Wanted now_wanted_;
  Ticket ticket_;  // of the Discover that stands
  discovery::Recogniser recogniser_;
  std::map<std::uint64_t, Asked> asked_;
  MonoMs asked_since_{};  // the minute that asks are counted in
  std::uint64_t asks_ = 0;
};

}  // namespace troth::device
