#include "device/pauses.hpp"

#include <algorithm>
#include <limits>

namespace troth::device {

namespace {

constexpr std::string_view kKey = "pauses";
constexpr std::uint64_t kForEver = std::numeric_limits<std::uint64_t>::max() / 2;

bool same(const PauseRecord& record, const std::optional<CategoryId>& category,
          const std::optional<DeviceId>& device) {
  return record.category == category && record.device == device;
}

}  // namespace

Result<> Pauses::load() {
  TROTH_TRY(const auto stored, core_.meta_->get(kKey));
  if (!stored) return {};
  TROTH_TRY(list_, wire::decode<PauseList>(*stored));
  return {};
}

void Pauses::save() {
  core_.touch(store::Durability::full);
  core_.good(core_.meta_->put(kKey, wire::encode(list_), *core_.rng_));
}

Result<> Pauses::add(const Pause& pause) {
  std::erase_if(list_.pauses, [&](const auto& r) { return same(r, pause.category, pause.device); });
  if (list_.pauses.size() >= limits::kPauses) return fail(Errc::limit);
  // Longer than clocks count is until somebody resumes.
  const auto now = core_.now_.wall.ms;
  const bool ends = pause.for_ms != 0 && pause.for_ms < kForEver && now + pause.for_ms < kForEver;
  const auto until = ends ? now + pause.for_ms : 0;
  list_.pauses.push_back({pause.category, pause.device, until});
  save();
  return {};
}

bool Pauses::remove(const Resume& resume) {
  const bool all = !resume.category && !resume.device;
  const auto gone = std::erase_if(
      list_.pauses, [&](const auto& r) { return all || same(r, resume.category, resume.device); });
  if (gone > 0) save();
  return gone > 0;
}

bool Pauses::tick() {
  const auto ended = std::erase_if(list_.pauses, [&](const auto& record) {
    return record.until_ms != 0 && record.until_ms <= core_.now_.wall.ms;
  });
  if (ended > 0) save();
  return ended > 0;
}

bool Pauses::paused(const CategoryId* category, const DeviceId* device) const {
  return std::any_of(list_.pauses.begin(), list_.pauses.end(), [&](const auto& record) {
    if (record.until_ms != 0 && record.until_ms <= core_.now_.wall.ms) return false;
    const bool hits_category =
        !record.category || (category != nullptr && *record.category == *category);
    const bool hits_device = !record.device || (device != nullptr && *record.device == *device);
    return hits_category && hits_device;
  });
}

bool Pauses::any() const {
  return std::any_of(list_.pauses.begin(), list_.pauses.end(), [&](const auto& record) {
    return record.until_ms == 0 || record.until_ms > core_.now_.wall.ms;
  });
}

std::optional<WallMs> Pauses::next_end() const {
  std::optional<WallMs> at;
  for (const auto& record : list_.pauses) {
    if (record.until_ms <= core_.now_.wall.ms) continue;
    if (!at || record.until_ms < at->ms) at = WallMs{record.until_ms};
  }
  return at;
}

}  // namespace troth::device
