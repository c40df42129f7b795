// The world's folders: file effects are carried out a moment later, and reported as a watcher
// would.
#include "sim/world/world.hpp"

namespace troth::sim {

void World::file_effect(SimDevice& device, Effect effect) {
  const auto life = device.life;
  after(1, [this, &device, life, effect = std::move(effect)] {
    if (!device.lives(life)) return;
    std::visit(
        [&](const auto& one) {
          using Kind = std::decay_t<decltype(one)>;
          if constexpr (std::is_same_v<Kind, BindFolder>) {
            device.engine->folder_scanning(one.folder, at(device));
            for (const auto& entry : device.folders.bind(one))
              device.engine->folder_entry(entry, at(device));
            device.engine->folder_scanned(one.folder, at(device));
          } else if constexpr (std::is_same_v<Kind, UnbindFolder>) {
            device.folders.unbind(one.folder);
          } else if constexpr (std::is_same_v<Kind, DiscardTemp>) {
            device.folders.discard(one);
          } else if constexpr (requires { device.folders.perform(one); }) {
            device.engine->answer(one.ticket, device.folders.perform(one), at(device));
          }
        },
        effect);
    settle(device);
    touched(device);
  });
}

void World::touched(SimDevice& device) {
  const auto life = device.life;
  after(1, [this, &device, life] {
    if (device.lives(life)) hear_folders(device);
  });
}

void World::hear_folders(SimDevice& device) {
  const auto reports = device.folders.take_reports();
  if (reports.empty()) return;
  for (const auto& report : reports) device.engine->folder_entry(report, at(device));
  settle(device);
}

}  // namespace troth::sim
