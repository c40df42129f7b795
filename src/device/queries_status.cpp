// Queries: what status says of the other devices and of what waits to be sent.
#include <algorithm>
#include <array>

#include "device/queries.hpp"

namespace troth::device {

namespace {

const char* class_name(std::size_t delivery) {
  constexpr std::array<const char*, sync::kDeliveries> kNames{"control", "interactive", "normal",
                                                              "bulk"};
  return kNames[delivery];
}

}  // namespace

// What the device lacks of what it may receive, by what it said last.
std::optional<std::uint64_t> Queries::behind(const DeviceId& device) const {
  std::uint64_t items = 0;
  for (const auto& category : peers_.shared_with(device)) {
    if (!core_.view().granted(device, category, Direction::receive)) continue;
    const auto held = peers_.held_by(device, category);
    if (!held) return std::nullopt;
    for (const auto& range : sync::missing(*held, core_.claimed_for(device, category)))
      items += range.to - range.from;
  }
  return items;
}

bool Queries::paused_with(const DeviceId& device) const {
  const auto shared = peers_.shared_with(device);
  return pauses_.paused(nullptr, &device) ||
         std::any_of(shared.begin(), shared.end(),
                     [&](const auto& category) { return pauses_.paused(&category, &device); });
}

// Vectors name what is sealed: equal ones say nothing of edits that wait, nor of the files whose
// items are there already.
std::string Queries::why_not_equal(const DeviceId& device, const Drafts& drafts) const {
  // Also when it has everything: what is new meanwhile is not exchanged.
  if (pauses_.paused(nullptr, &device)) return "paused";
  const auto* live = peers_.session_of(device);
  if (live == nullptr) return "not_connected";
  if (!live->level()) return "comparing";
  const auto shared = peers_.shared_with(device);
  const bool waits = std::any_of(shared.begin(), shared.end(), [&](const auto& category) {
    return drafts.contains(category) && core_.view().granted(device, category, Direction::receive);
  });
  if (live->equal() && !waits && live->files_left().empty()) return "";
  if (paused_with(device)) return "paused";
  if (waits || (!live->equal() && behind(device).value_or(0) > 0)) return "sending";
  return live->equal() ? "files_on_their_way" : "receiving";
}

PeerInfo Queries::peer_info(const circle::DeviceInfo& device, const Drafts& drafts) const {
  PeerInfo info;
  info.device = device.id;
  info.name = device.name;
  const auto record = peers_.record(device.id);
  const auto* live = peers_.session_of(device.id);
  info.connected = live != nullptr;
  info.last_seen_ms = record.last_seen_ms;
  info.last_equal_ms = record.last_equal_ms;
  info.behind_items = behind(device.id);
  if (info.behind_items == 0) info.behind_bytes = 0;  // else only reading them all would tell
  for (const auto& category : peers_.shared_with(device.id)) {
    const auto waits = drafts.find(category);
    if (waits == drafts.end() || !core_.view().granted(device.id, category, Direction::receive))
      continue;
    if (info.behind_items) *info.behind_items += waits->second.items;
    if (info.behind_bytes) *info.behind_bytes += waits->second.bytes;
  }
  info.reason = why_not_equal(device.id, drafts);
  if (live == nullptr) return info;
  for (const auto& left : live->files_left())
    info.files.push_back({left.category, left.files, left.bytes});
  return info;
}

// Of each category that has any; adds up what is in each class.
Result<Queries::Drafts> Queries::count_drafts(std::vector<ClassQueue>& classes) const {
  Drafts out;
  for (std::size_t i = 0; i < sync::kDeliveries; ++i) classes.push_back({class_name(i), 0, 0});
  for (const auto& category : core_.replica_->categories()) {
    TROTH_TRY(const auto queue, core_.watched(category, core_.replica_->queue(category)));
    for (std::size_t i = 0; i < queue.size(); ++i) {
      classes[i].items += queue[i].drafts;
      classes[i].bytes += queue[i].bytes;
      if (queue[i].drafts == 0) continue;
      out[category].items += queue[i].drafts;
      out[category].bytes += queue[i].bytes;
    }
  }
  return out;
}

// Spec 07 §9: the edits that are not sealed, and what the device that is furthest behind lacks.
void Queries::fill_queue(StatusQuery::Answer& out) const {
  out.queue_items = out.queue_bytes = 0;
  std::uint64_t most = 0;
  for (const auto& peer : out.peers) {
    if (!peer.behind_items) out.queue_items = std::nullopt;
    if (!peer.behind_bytes) out.queue_bytes = std::nullopt;
    most = std::max(most, behind(peer.device).value_or(0));
  }
  for (const auto& cls : out.drafts) {
    if (out.queue_items) *out.queue_items += cls.items;
    if (out.queue_bytes) *out.queue_bytes += cls.bytes;
  }
  if (out.queue_items) *out.queue_items += most;
}

Result<StatusQuery::Answer> Queries::answer(const StatusQuery&) const {
  StatusQuery::Answer out;
  out.state = state();
  out.reason = state_reason();
  out.paused = pauses_.any();
  out.clock_offset_ms = core_.clock().offset;
  TROTH_TRY(const auto alerts, core_.alerts());
  for (const auto& alert : alerts) out.alerts += alert.acknowledged ? 0 : 1;
  out.folders = files_.folders();
  fill_queue(out);
  if (!core_.in_circle()) return out;
  TROTH_TRY(const auto drafts, count_drafts(out.drafts));
  for (const auto& [id, device] : core_.view().devices()) {
    if (id != core_.self_ && device.state == circle::DeviceState::live)
      out.peers.push_back(peer_info(device, drafts));
  }
  fill_queue(out);
  TROTH_TRY(out.categories, answer(CategoriesQuery{}));
  TROTH_TRY(const auto offers, answer(OffersQuery{}));
  for (const auto& offer : offers) out.pending.push_back(offer.offer);
  TROTH_TRY(const auto grants, answer(ConsentQuery{}));
  for (const auto& grant : grants) {
    const bool soon = grant.until_ms != 0 && grant.until_ms < core_.now_.wall.ms + 7 * limits::kDay;
    if (soon && core_.alive() && grant.state == GrantState::active) out.expiring.push_back(grant);
  }
  return out;
}

}  // namespace troth::device
