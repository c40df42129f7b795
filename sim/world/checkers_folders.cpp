// Checkers of folders: nothing in them that nobody wrote; equal in the end.
#include "sim/world/checkers.hpp"

namespace troth::sim {

void Checkers::files_written() {
  for (const auto& device : world_.devices()) {
    for (const auto& [path, data] : device->folders.contents(Users::kFolder))
      require(users_.file_contents().contains(data), Check::nothing_invented,
              device->name + " has a file that nobody wrote: " + path);
  }
}

// Is the folder one that both reads and shows all that there is?
bool Checkers::keeps_folder(SimDevice& device) {
  const auto& category = users_.papers();
  if (category.is_zero() || !in_full(device, category) || device.core().from_now(category))
    return false;
  const auto status = device.engine->query(StatusQuery{}, device.at(world_.now()));
  return status && !status->folders.empty();
}

void Checkers::folders() {
  SimDevice* first = nullptr;
  for (auto* device : staying()) {
    if (!keeps_folder(*device)) continue;
    if (first == nullptr) first = device;
    if (device == first || device->core().view().heads() != first->core().view().heads()) continue;
    const auto one = first->folders.contents(Users::kFolder);
    const auto other = device->folders.contents(Users::kFolder);
    std::string what = first->name + " and " + device->name + " have different files:";
    for (const auto& [path, data] : one) {
      const auto there = other.find(path);
      if (there == other.end() || there->second != data) what += " " + path;
    }
    for (const auto& [path, data] : other) {
      if (!one.contains(path)) what += " (only there) " + path;
    }
    require(one == other, Check::folders_equal, what);
  }
}

}  // namespace troth::sim
