#include "circle/view.hpp"

#include <algorithm>

#include "circle/birth.hpp"

namespace troth::circle {
namespace {

template <class Map, class Key>
const typename Map::mapped_type* find_in(const Map& map, const Key& key) {
  const auto at = map.find(key);
  return at == map.end() ? nullptr : &at->second;
}

// Node of an entry of the log; kNoNode also for what is only being judged.
Node in_log(const State& state, const EntryId& id) {
  const Node node = state.find(id);
  return node != kNoNode && state.in(state.log, node) ? node : kNoNode;
}

Cone cone_of(const State& state, std::span<const EntryId> heads) {
  Cone cone;
  for (const auto& id : heads) {
    const Node node = in_log(state, id);
    if (node != kNoNode) cone.merge(state.closure(node));
  }
  return cone;
}

// Without the ciphertext, which may be large and is seldom wanted.
BoxInfo box_info(const State& state, const Scope& scope, Node node, std::uint32_t index) {
  const auto& keys = *state.at(node).as<Keys>();
  const auto& box = keys.boxes[index];
  BoxInfo info;
  info.entry = state.at(node).in.id;
  info.author = state.at(node).author();
  info.index = index;
  info.is_void = scope.is_void(node);
  for (const auto& key : box.keys) {
    info.epochs.push_back(epoch_at(keys, key.epoch));
    info.history.push_back(key.history);
  }
  info.enc = box.enc;
  return info;
}

}  // namespace

std::uint64_t CutInfo::counter() const {
  return raises.empty() ? stated.counter : std::max(stated.counter, raises.front().counter);
}

std::optional<Given> EpochInfo::given(const DeviceId& device) const {
  const auto found = recipients.find(device);
  if (found == recipients.end() || found->second == Given::leaked) return std::nullopt;
  return found->second;
}

const DeviceInfo* CircleView::device(const DeviceId& id) const { return find_in(devices_, id); }

bool CircleView::live(const DeviceId& id) const {
  const auto* info = device(id);
  return info != nullptr && info->state == DeviceState::live;
}

std::vector<DeviceId> CircleView::live_devices() const {
  std::vector<DeviceId> out;
  for (const auto& [id, info] : devices_) {
    if (info.state == DeviceState::live) out.push_back(id);
  }
  return out;
}

bool CircleView::frozen() const {
  return std::none_of(devices_.begin(), devices_.end(),
                      [](const auto& entry) { return entry.second.state == DeviceState::live; });
}

const DeviceInfo* CircleView::device_by_key(const crypto::P256Public& key) const {
  const auto* ids = find_in(keys_, key);
  if (ids == nullptr) return nullptr;
  if (ids->size() == 1) return device(*ids->begin());
  // An add that is not valid claims nothing of what another device has (rule 11).
  const Scope scope(*state_, state_->log);
  const DeviceInfo* out = nullptr;
  for (const auto& id : *ids) {
    const auto& adds = state_->device(id)->adds;
    if (std::none_of(adds.begin(), adds.end(), [&](Node add) { return scope.valid(add); }))
      continue;
    if (out != nullptr) return nullptr;
    out = device(id);
  }
  return out;
}

bool CircleView::key_seen(const crypto::P256Public& key) const { return keys_.contains(key); }

const CategoryInfo* CircleView::category(const CategoryId& id) const {
  return find_in(categories_, id);
}
const GrantInfo* CircleView::grant(const GrantRef& ref) const { return find_in(grants_, ref); }

std::vector<const GrantInfo*> CircleView::grants_of(const DeviceId& device,
                                                    const CategoryId& category) const {
  std::vector<const GrantInfo*> out;
  const auto* nodes = find_in(state_->index().grants, std::pair(device, category));
  if (nodes == nullptr) return out;
  for (const Node node : *nodes) {
    const auto terms = state_->terms(node);
    for (std::uint32_t i = 0; i < terms.size(); ++i) {
      const bool about = terms[i].subject == device && terms[i].category == category;
      const auto* info = about ? grant({state_->at(node).in.id, i}) : nullptr;
      if (info != nullptr) out.push_back(info);
    }
  }
  std::sort(out.begin(), out.end(), [](auto* a, auto* b) { return a->ref < b->ref; });
  return out;
}

bool CircleView::granted(const DeviceId& id, const CategoryId& category, Direction d) const {
  if (!live(id)) return false;
  if (category == kControl) return true;
  bool sends = !covers(d, Direction::send);
  bool receives = !covers(d, Direction::receive);
  for (const auto* info : grants_of(id, category)) {
    sends = sends || info->sends;
    receives = receives || info->receives;
  }
  return sends && receives;
}

bool CircleView::entitled(const DeviceId& id, const CategoryId& category) const {
  return granted(id, category, Direction::receive);
}

std::vector<GrantRef> CircleView::offers_to(const DeviceId& id) const {
  std::vector<GrantRef> out;
  for (const auto& [ref, info] : grants_) {
    const bool open = info.reason == Reason::not_accepted && !info.answered;
    if (info.terms.subject == id && open) out.push_back(ref);
  }
  return out;
}

const std::map<EpochId, EpochInfo>& CircleView::epochs(const CategoryId& category) const {
  const auto* found = find_in(epochs_, category);
  return found == nullptr ? no_epochs_ : *found;
}

const EpochInfo* CircleView::epoch(const CategoryId& category, const EpochId& id) const {
  return find_in(epochs(category), id);
}

std::vector<BoxInfo> CircleView::boxes_in(const EntryId& id) const {
  std::vector<BoxInfo> out;
  const Node node = in_log(*state_, id);
  if (node == kNoNode || state_->at(node).birth != Reason::ok) return out;
  const Scope scope(*state_, state_->log);
  const auto* keys = state_->at(node).as<Keys>();
  const std::size_t count = keys == nullptr ? 0 : keys->boxes.size();
  for (std::uint32_t i = 0; i < count; ++i) {
    out.push_back(box_info(*state_, scope, node, i));
    out.back().ciphertext = keys->boxes[i].ciphertext;
  }
  return out;
}

std::vector<BoxInfo> CircleView::boxes_for(const DeviceId& device) const {
  return boxes_for(device, [](const BoxInfo&) { return true; });
}

std::vector<BoxInfo> CircleView::boxes_for(
    const DeviceId& device, const std::function<bool(const BoxInfo&)>& wanted) const {
  std::vector<BoxInfo> out;
  const auto* nodes = find_in(state_->index().boxes, device);
  if (nodes == nullptr) return out;
  const Scope scope(*state_, state_->log);
  for (const Node node : *nodes) {
    if (!scope.valid(node)) continue;
    const auto& boxes = state_->at(node).as<Keys>()->boxes;
    for (std::uint32_t i = 0; i < boxes.size(); ++i) {
      if (boxes[i].device != device) continue;
      auto info = box_info(*state_, scope, node, i);
      if (!wanted(info)) continue;
      info.ciphertext = boxes[i].ciphertext;
      out.push_back(std::move(info));
    }
  }
  return out;
}

bool CircleView::knows(std::span<const EntryId> entries) const {
  return std::all_of(entries.begin(), entries.end(),
                     [this](const EntryId& id) { return in_log(*state_, id) != kNoNode; });
}

bool CircleView::is_ancestor(const EntryId& ancestor, const EntryId& of) const {
  const Node a = in_log(*state_, ancestor);
  const Node b = in_log(*state_, of);
  return a != kNoNode && b != kNoNode && state_->in_past(a, b);
}

bool CircleView::send_grant_active_at(const DeviceId& device, const CategoryId& category,
                                      std::span<const EntryId> heads) const {
  if (heads.empty() || !knows(heads)) return false;
  const Cone cone = cone_of(*state_, heads);
  return Scope(*state_, cone).granted(device, category, Direction::send);
}

Reason CircleView::may_write(const Payload& payload, const DeviceId& author, WallMs at) const {
  return circle::may_write(Scope(*state_, state_->log), author, at, payload);
}

bool CircleView::acknowledged(const DeviceId& device, const EntryId& entry) const {
  const Node node = in_log(*state_, entry);
  const auto* index = state_->device(device);
  if (node == kNoNode || index == nullptr) return false;
  if (state_->at(node).author() == device) return true;
  return std::any_of(index->branches.begin(), index->branches.end(), [&](std::uint32_t b) {
    const auto count = state_->log.count(b);
    return count > 0 && state_->in_past(node, state_->branch(b)[count - 1]);
  });
}

}  // namespace troth::circle
