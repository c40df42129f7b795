// A disk that is put back to an earlier time, while its keystore is not (rule 19).
#include <algorithm>

#include "sim/world/world.hpp"

namespace troth::sim {

void World::turn_back() {
  if (!copying_) return;
  for (auto& device : devices_) {
    const auto dice = copies_.below(100);
    if (!device->up() || !device->core().alive()) continue;
    if (dice < 4) copy_disk(*device);
    if (dice >= 96) put_back(*device);
  }
}

void World::copy_disk(SimDevice& device) {
  device.copy = SimDevice::Copy{device.disk.snapshot(), device.core().own_->reserved};
}

std::set<EntryId> World::own_entries(SimDevice& device) {
  std::set<EntryId> out;
  const auto& log = *device.core().log_;
  for (const auto& id : log.order()) {
    if (log.body(id)->author == device.core().self_) out.insert(id);
  }
  return out;
}

bool World::all_know_its_entries(SimDevice& device) {
  const auto own = own_entries(device);
  return std::all_of(devices_.begin(), devices_.end(), [&](const auto& other) {
    if (!other->up()) return false;
    if (!other->core().in_circle()) return true;
    const auto& log = *other->core().log_;
    return std::all_of(own.begin(), own.end(), [&](const EntryId& id) { return log.contains(id); });
  });
}

// Only a copy of an earlier run: of the same one the keystore knows nothing, and peers alone tell
// (spec 07 §7, limits). Only when everybody knows what the device signed: one that told somebody
// who is away may fork, as the first that it meets believes itself level (core_guard.cpp).
void World::put_back(SimDevice& device) {
  const bool told = device.copy && device.copy->reserved < device.keys.guard.reserved;
  if (!told || !device.core().replica_ || !all_know_its_entries(device)) return;
  device.author_before = device.core().replica_->author();
  device.own_before = own_entries(device);
  crash(device, Loss::process, 1000);
  device.disk.restore(device.copy->disk);
  device.copy.reset();
  device.put_back = true;
  say(device, "has an older disk");
  device.lost.clear();
  device.forget_seen();
  count(Injected::rollback);
}

// What a person asked for waits ten seconds for somebody who knows; what is written after that
// without anybody may be beside an entry that it does not know.
void World::watch_put_back(SimDevice& device) {
  auto& core = device.core();
  if (device.wrote_alone || !core.in_circle() || !core.own_ || !core.own_->behind) return;
  for (const auto& id : own_entries(device))
    device.wrote_alone = device.wrote_alone || !device.own_before.contains(id);
}

}  // namespace troth::sim
