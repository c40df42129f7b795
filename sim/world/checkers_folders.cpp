// Checkers of folders: nothing in them that nobody wrote; equal in the end.
#include <algorithm>

#include "sim/world/checkers.hpp"
#include "sim/world/explain.hpp"

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
  if (!status || status->folders.empty()) return false;
  // One that lost all its files while nobody watched may be a disk that is away: its user is told,
  // and nothing goes either way until there are files again (spec 10 §5).
  const bool waits = device.told_empty && device.folders.contents(Users::kFolder).empty();
  return status->folders[0].scanned || !waits;
}

namespace {

using Files = std::map<std::string, Bytes>;

// What a person who reads it wants to know next.
std::string only_in(const Files& one, const Files& other, SimDevice& device, Now now) {
  std::string out = "; " + device.name;
  for (const auto& [path, data] : one) {
    const auto there = other.find(path);
    if (there != other.end() && there->second == data) continue;
    const std::string text(data.begin(), std::find(data.begin(), data.end(), 0));
    out += " " + path + " (" + text.substr(0, 30) + ")";
  }
  const auto status = device.engine->query(StatusQuery{}, now);
  for (std::size_t i = 0; status && i < status->folders.size(); ++i) {
    const auto& folder = status->folders[i];
    out += ", waits for " + std::to_string(folder.waiting);
    for (const auto& left : folder.left) out += ", left alone " + left.path + ": " + left.reason;
  }
  return out;
}

}  // namespace

// What a cut took back stays where it is, and where the device that had the newest version is gone,
// everybody waits for it: then folders differ by right.
bool Checkers::may_differ(SimDevice& a, SimDevice& b) {
  const auto look = [&](SimDevice& device) {
    const auto parked = device.core().replica_->side_count(users_.papers(), sync::SideKind::parked);
    const auto status = device.engine->query(StatusQuery{}, device.at(world_.now()));
    return std::pair(parked && parked->batches > 0, status && status->folders[0].waiting > 0);
  };
  const auto [parks, waits] = look(a);
  const auto [other_parks, other_waits] = look(b);
  return parks || other_parks || (waits && other_waits);
}

void Checkers::folders() {
  SimDevice* first = nullptr;
  for (auto* device : staying()) {
    if (!keeps_folder(*device)) continue;
    if (first == nullptr) first = device;
    if (device == first || device->core().view().heads() != first->core().view().heads()) continue;
    if (may_differ(*first, *device)) continue;
    const auto one = first->folders.contents(Users::kFolder);
    const auto other = device->folders.contents(Users::kFolder);
    std::string what = first->name + " and " + device->name + " have different files:";
    const auto at = [&](SimDevice& which) { return which.at(world_.now()); };
    if (one != other)
      what += only_in(one, other, *first, at(*first)) + only_in(other, one, *device, at(*device));
    if (one != other) what += differences(*first, *device, users_.papers());
    require(one == other, Check::folders_equal, what);
  }
}

}  // namespace troth::sim
