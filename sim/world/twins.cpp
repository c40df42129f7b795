// A home that stands in two places, keystore and all: neither can know of the other (rule 19). They
// live in turns at one address, so that what one wrote meets what the other did not.
#include <algorithm>

#include "sim/world/world.hpp"

namespace troth::sim {

void World::turn_twins() {
  if (!cloning_) return;
  for (auto& device : devices_) {
    if (device->twin) {
      if (twins_.chance(12) && device->up()) swap_lives(*device);
      return;
    }
  }
  // Not the one that everything began with: somebody must be there to take the other out.
  for (std::size_t i = 1; i < devices_.size(); ++i) {
    auto& device = *devices_[i];
    if (!device.up() || !device.core().alive() || !device.core().replica_) continue;
    if (!twins_.chance(5)) continue;
    device.twin = life_of(device);
    return;
  }
}

bool World::warns(SimDevice& device, const DeviceId& about) {
  static constexpr std::string_view kKinds[] = {"forked", "contradicted", "connected_twice",
                                                "rolled_back"};
  const auto alerts = device.core().alerts();
  return alerts && std::any_of(alerts->begin(), alerts->end(), [&](const auto& alert) {
           return alert.device == about &&
                  std::find(std::begin(kKinds), std::end(kKinds), alert.kind) != std::end(kKinds);
         });
}

SimDevice::Life World::life_of(SimDevice& device) {
  auto& core = device.core();
  SimDevice::Life out;
  out.disk = device.disk.snapshot();
  out.guard = device.keys.guard;
  out.claims = device.claims;
  out.told = device.told;
  out.arrived = device.arrived;
  out.warned = warns(device, device.id);
  if (!core.in_circle() || !core.replica_) return out;
  out.entries = own_entries(device);
  out.author = core.replica_->author();
  for (const auto& category : core.replica_->categories()) {
    const auto vector = core.replica_->vector(category);
    const auto own = vector.find(out.author);
    out.counters[category] = own == vector.end() ? 0 : own->second.counter;
  }
  return out;
}

void World::swap_lives(SimDevice& device) {
  auto leaving = life_of(device);
  crash(device, Loss::process, 1000);
  leaving.disk = device.disk.snapshot();
  const auto coming = std::exchange(*device.twin, std::move(leaving));
  device.disk.restore(coming.disk);
  device.keys.guard = coming.guard;
  device.claims = coming.claims;
  device.told = coming.told;
  device.arrived = coming.arrived;
  device.keys_seen = 0;
  device.lost.clear();
  twinned_.insert(device.id);
  count(Injected::clone);
  say(device, "lives its other life");
  find_witnesses(device, coming);
}

void World::find_witnesses(SimDevice& device, const SimDevice::Life& coming) {
  device.witnesses.clear();
  for (const auto& other : devices_) {
    if (other.get() == &device || !other->up() || !other->core().alive()) continue;
    auto& core = other->core();
    std::string more;
    for (const auto& id : core.log_->order()) {
      const bool own = core.log_->body(id)->author == device.id;
      if (own && !coming.entries.contains(id)) more += " entry " + to_hex(id.bytes).substr(0, 6);
    }
    for (const auto& [category, counter] : coming.counters) {
      if (!core.replica_) continue;
      const auto vector = core.replica_->vector(category);
      const auto held = vector.find(coming.author);
      if (held != vector.end() && held->second.counter > counter)
        more += " " + to_hex(coming.author.bytes).substr(0, 6) + " up to " +
                std::to_string(held->second.counter) + ", not " + std::to_string(counter);
    }
    if (!more.empty()) device.witnesses.emplace(other->id, other->name + more);
  }
}

}  // namespace troth::sim
