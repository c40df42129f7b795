#include "circle/folder.hpp"

#include <algorithm>
#include <set>

namespace troth::circle {

void Folder::build() {
  view_ = CircleView();
  state_.idle.clear();
  view_.state_ = &state_;
  view_.circle_ = state_.circle();
  view_.genesis_ = state_.at(0).in.id;
  for (Node node = 0; node < state_.size(); ++node) {
    if (!scope_.has(node)) continue;
    move_heads(node);
    if (!state_.terms(node).empty()) refresh_grants(node);
  }
  const auto& index = state_.index();
  for (const auto& [id, device] : index.devices) refresh_device(id);
  for (const auto& [id, nodes] : index.members) refresh_member(id);
  for (const auto& [id, category] : index.categories) refresh_category(id);
  for (const auto& [name, epoch] : index.epochs) refresh_epoch(name);
  refresh_singles();
}

// Only a removal can change what other entries mean, and a second add of one device.
bool Folder::needs_build(Node node) const {
  const auto& data = state_.at(node);
  if (data.kind() == Kind::device_remove) return true;
  const auto* add = data.as<DeviceAdd>();
  return add != nullptr && state_.device(device_id(add->device))->adds.size() > 1;
}

void Folder::take(std::span<const Node> admitted) {
  const bool all = std::any_of(admitted.begin(), admitted.end(),
                               [this](Node node) { return needs_build(node); });
  if (all) return build();
  std::set<DeviceId> forked;
  for (const Node node : admitted) {
    move_heads(node);
    touch(node);
    const auto& author = state_.at(node).author();
    if (state_.device(author)->branches.size() > 1) forked.insert(author);
  }
  for (const auto& author : forked) refresh_forks(author);
}

void Folder::touch(Node node) {
  const auto& data = state_.at(node);
  if (const auto* add = data.as<DeviceAdd>()) refresh_device(device_id(add->device));
  if (const auto* member = data.as<MemberAdd>()) refresh_member(member->member);
  if (const auto* rename = data.as<DeviceRename>()) refresh_device(rename->device);
  if (data.kind() == Kind::category_create) refresh_category(category_id(data.in.id));
  if (const auto* update = data.as<CategoryUpdate>()) refresh_category(update->category);
  if (const auto* retire = data.as<CategoryRetire>()) refresh_category(retire->category);
  if (!state_.terms(node).empty()) {
    refresh_grants(node);
    forget_idle(node);
  }
  if (const auto* accept = data.as<Accept>()) {
    // An offer that is not in the past is not in the log either, or the accept is not valid.
    const Node offer = state_.find(accept->entry);
    if (offer != kNoNode && scope_.has(offer)) refresh_grants(offer);
  }
  if (const auto* w = data.as<Withdraw>()) refresh_grants_of(w->device, w->category);
  if (const auto* expire = data.as<Expire>()) {
    for (const auto& ref : expire->grants) {
      const Node grant = state_.find(ref.entry);
      if (grant != kNoNode && scope_.has(grant)) refresh_grants(grant);
    }
  }
  if (const auto* keys = data.as<Keys>()) touch_keys(node, *keys);
  if (data.as<PolicySet>() || data.as<Opaque>() || data.as<Checkpoint>() || data.as<ForkProof>())
    refresh_singles();
}

// Of an epoch that it only boxes, an entry adds recipients and changes nothing else.
void Folder::touch_keys(Node node, const Keys& keys) {
  for (const auto& epoch : keys.epochs) refresh_epoch({epoch.category, epoch.id()});
  for (const auto& name : keys.wraps) {
    const auto category = view_.epochs_.find(name.category);
    if (category == view_.epochs_.end()) continue;
    const auto epoch = category->second.find(name.epoch);
    if (epoch != category->second.end()) add_recipients(epoch->second, node, name);
  }
}

void Folder::move_heads(Node node) {
  auto& heads = view_.heads_;
  const auto& in = state_.at(node).in;
  std::erase_if(heads, [&](const EntryId& id) {
    return std::binary_search(in.body.parents.begin(), in.body.parents.end(), id);
  });
  heads.insert(std::lower_bound(heads.begin(), heads.end(), in.id), in.id);
}

std::optional<Node> Folder::best(std::span<const Node> nodes, bool highest) const {
  std::optional<Node> out;
  for (const Node node : nodes) {
    if (!out || state_.earlier(node, *out) != highest) out = node;
  }
  return out;
}

void Folder::refresh_device(const DeviceId& id) {
  const auto& index = *state_.device(id);
  std::vector<Node> standing;
  std::vector<Node> known;
  for (const Node add : index.adds) {
    if (scope_.has(add)) known.push_back(add);
    if (scope_.standing(add)) standing.push_back(add);
  }
  const auto add = best(standing.empty() ? known : standing, false);
  if (!add) return;
  const auto& data = state_.at(*add);
  DeviceInfo info;
  info.id = id;
  info.descriptor = *state_.descriptor(*add);
  info.name = info.descriptor.name;
  info.entry = data.in.id;
  info.added_by = data.author();
  info.at = data.in.body.at;
  info.state = standing.empty() ? DeviceState::void_add : DeviceState::live;
  for (const Node node : index.removals) {
    if (!scope_.valid(node)) continue;
    const auto& remove = *state_.at(node).as<DeviceRemove>();
    info.removals.push_back({state_.at(node).in.id, state_.at(node).author(), remove.why,
                             remove.strict, state_.at(node).in.body.at});
  }
  std::sort(info.removals.begin(), info.removals.end(),
            [](const auto& a, const auto& b) { return a.entry < b.entry; });
  if (!info.removals.empty()) info.state = DeviceState::removed;
  std::vector<Node> renames;
  for (const Node node : index.renames) {
    if (scope_.standing(node)) renames.push_back(node);
  }
  if (const auto last = best(renames, true)) info.name = state_.at(*last).as<DeviceRename>()->name;
  for (const auto* key :
       {&info.descriptor.sign, &info.descriptor.agree, &info.descriptor.approve}) {
    view_.keys_[*key].insert(id);
  }
  view_.devices_[id] = std::move(info);
  refresh_forks(id);
}

void Folder::refresh_member(const MemberId& id) {
  std::vector<Node> standing;
  for (const Node node : state_.index().members.at(id)) {
    if (scope_.standing(node)) standing.push_back(node);
  }
  const auto first = best(standing, false);
  if (!first) return;
  const auto& data = state_.at(*first);
  const auto* genesis = data.as<Genesis>();
  const auto& name = genesis ? genesis->member_name : data.as<MemberAdd>()->name;
  view_.members_[id] = MemberInfo{id, name, data.in.id};
}

void Folder::refresh_category(const CategoryId& id) {
  const auto& index = state_.index().categories.at(id);
  std::vector<Node> creates;
  for (const Node node : index.creates) {
    if (scope_.valid(node)) creates.push_back(node);
  }
  const auto create = best(creates, false);
  if (!create) return;
  const auto& data = state_.at(*create);
  const auto& made = *data.as<CategoryCreate>();
  CategoryInfo info{id,
                    data.in.id,
                    data.author(),
                    made.name,
                    made.purpose,
                    made.data_class,
                    made.schema,
                    scope_.category_retired(id),
                    !scope_.category_standing(id)};
  std::vector<Node> updates;
  for (const Node node : index.updates) {
    if (scope_.standing(node)) updates.push_back(node);
  }
  if (const auto last = best(updates, true)) {
    const auto& update = *state_.at(*last).as<CategoryUpdate>();
    info.name = update.name;
    info.purpose = update.purpose;
    info.data_class = update.data_class;
    info.schema = update.schema;
  }
  view_.categories_[id] = std::move(info);
}

// Two own entries with one prev, or two without one, are a fork (State::check_prev).
void Folder::refresh_forks(const DeviceId& author) {
  std::map<Node, std::vector<EntryId>> after;  // by prev
  for (const auto b : state_.device(author)->branches) {
    for (const Node node : state_.branch(b)) {
      if (scope_.has(node)) after[state_.at(node).prev].push_back(state_.at(node).in.id);
    }
  }
  auto& forks = view_.forks_;
  std::erase_if(forks, [&](const ForkInfo& fork) { return fork.author == author; });
  for (auto& [prev, ids] : after) {
    std::sort(ids.begin(), ids.end());
    for (std::size_t i = 1; i < ids.size(); ++i) forks.push_back({author, ids[0], ids[i]});
  }
  std::sort(forks.begin(), forks.end(), [](const ForkInfo& a, const ForkInfo& b) {
    return std::tie(a.author, a.first, a.second) < std::tie(b.author, b.first, b.second);
  });
}

void Folder::refresh_singles() {
  view_.policy_ = scope_.policy();
  view_.unknown_critical_.clear();
  for (const Node node : state_.index().opaque) {
    if (scope_.standing(node) && state_.at(node).in.body.critical) {
      view_.unknown_critical_.insert(state_.at(node).in.id);
    }
  }
  view_.checkpoints_.clear();
  for (const Node node : state_.index().checkpoints) {
    if (scope_.standing(node)) view_.checkpoints_.push_back(state_.at(node).in.id);
  }
  std::sort(view_.checkpoints_.begin(), view_.checkpoints_.end());
  view_.forked_.clear();
  for (const Node node : state_.index().fork_proofs) {
    if (!scope_.standing(node)) continue;
    const Node first = state_.find(state_.at(node).as<ForkProof>()->first);
    view_.forked_.insert(state_.at(first).author());
  }
}

}  // namespace troth::circle
