// A local network for simulated devices: what one says, everybody who looks hears. Strangers may
// say anything.
#pragma once

#include "discovery/tag.hpp"
#include "unit/device/folder_pair.hpp"

namespace troth::device::testing {

class Lan {
 public:
  struct Place {
    Ticket ticket;
    std::vector<std::string> say;  // whole names
    bool look = false;
  };
  void attach(World& world) {
    world_ = &world;
    world.on_effect([this](SimDevice& device, const Effect& effect) { take(device, effect); });
  }
  // A stranger says this name and gives that address for it, from now on.
  void plant(const std::string& name, const std::string& address) {
    planted[name] = address;
    for (auto& [device, place] : places) {
      if (place.look) tell(*device, name);
    }
  }
  [[nodiscard]] std::optional<std::string> tag_said(SimDevice& device) {
    for (const auto& name : places[&device].say) {
      if (name[0] != 'p') return name;
    }
    return std::nullopt;
  }

  bool deaf = false;  // nobody hears anybody
  std::map<SimDevice*, Place> places;
  std::map<std::string, std::string> planted;
  std::set<std::string> ever;  // every name that was ever said by a device
  std::size_t discovers = 0;
  std::size_t look_ups = 0;
  std::map<std::string, std::size_t> dials;  // by address

 private:
  void tell(SimDevice& to, const std::string& name) {
    const auto ticket = places[&to].ticket;
    world_->after(2, [this, &to, ticket, name] {
      if (!deaf && places[&to].ticket == ticket) world_->answer(to, ticket, Heard{name});
    });
  }
  void take(SimDevice& device, const Effect& effect) {
    if (const auto* dial = std::get_if<Dial>(&effect)) ++dials[dial->address];
    if (const auto* discover = std::get_if<Discover>(&effect)) say(device, *discover);
    if (const auto* ask = std::get_if<LookUp>(&effect)) {
      ++look_ups;
      world_->after(2, [this, &device, ask = *ask] {
        world_->answer(device, ask.ticket, LookedUp{address_of(ask.name)});
      });
    }
  }
  void say(SimDevice& device, const Discover& discover) {
    ++discovers;
    auto& place = places[&device];
    place = {discover.ticket, {}, discover.look};
    for (const auto& stem : discover.say) {
      Bytes suffix;
      append_be32(suffix, ++suffixes_);
      place.say.push_back(stem + "-" + to_hex(suffix));
      ever.insert(place.say.back());
    }
    for (auto& [other, at] : places) {
      if (other == &device) continue;
      for (const auto& name : place.say) {
        if (at.look) tell(*other, name);
      }
      for (const auto& name : at.say) {
        if (place.look) tell(device, name);
      }
    }
    for (const auto& [name, address] : planted) {
      if (place.look) tell(device, name);
    }
  }
  std::string address_of(const std::string& name) {
    if (const auto at = planted.find(name); at != planted.end()) return at->second;
    for (const auto& [device, place] : places) {
      if (std::find(place.say.begin(), place.say.end(), name) != place.say.end())
        return device->name;
    }
    return "";
  }

  World* world_ = nullptr;
  std::uint32_t suffixes_ = 0;
};

}  // namespace troth::device::testing
