// Which indexes an entry stands in. One list serves both directions: putting and taking back.
#include <algorithm>
#include <set>

#include "circle/state.hpp"

namespace troth::circle {
namespace {

using Slots = std::vector<std::vector<Node>*>;

void keys_slots(Indexes& index, const NodeData& node, const Keys& keys, Slots& out) {
  std::set<CategoryId> defined;
  std::set<std::pair<DeviceId, CategoryId>> holdings;
  for (const auto& epoch : keys.epochs) {
    out.push_back(&index.epochs[{epoch.category, epoch.id()}].defs);
    defined.insert(epoch.category);
    holdings.emplace(node.author(), epoch.category);
  }
  for (const auto& category : defined) out.push_back(&index.categories[category].epochs);
  std::set<EpochName> boxed;
  for (const auto& box : keys.boxes) {
    out.push_back(&index.boxes[box.device]);
    for (const auto& key : box.keys) {
      const EpochName name = epoch_at(keys, key.epoch);
      boxed.insert(name);
      holdings.emplace(box.device, name.category);
    }
  }
  for (const auto& name : boxed) out.push_back(&index.epochs[name].boxes);
  for (const auto& pair : holdings) out.push_back(&index.holdings[pair]);
}

void remove_slots(Indexes& index, const DeviceRemove& remove, Slots& out) {
  out.push_back(&index.devices[remove.device].removals);
  const std::set<EntryId> reverted(remove.revert.begin(), remove.revert.end());
  for (const auto& id : reverted) out.push_back(&index.reverts[id]);
}

void device_slots(Indexes& index, const DeviceDescriptor& device, Slots& out) {
  out.push_back(&index.devices[device_id(device)].adds);
  out.push_back(&index.keys[device.sign]);
  out.push_back(&index.keys[device.agree]);
  out.push_back(&index.keys[device.approve]);
}

void ack_slots(Indexes& index, const Ack& ack, Slots& out) {
  std::set<EntryId> ends;
  for (const auto& raise : ack.raised) ends.insert(raise.end);
  for (const auto& end : ends) out.push_back(&index.raises[end]);
}

void consent_slots(Indexes& index, const NodeData& node, const std::vector<GrantTerms>& terms,
                   Slots& out) {
  for (const auto& term : terms) out.push_back(&index.grants[{term.subject, term.category}]);
  if (const auto* accept = node.as<Accept>()) out.push_back(&index.accepts[accept->entry]);
  if (const auto* w = node.as<Withdraw>()) {
    out.push_back(&index.withdrawals[{w->device, w->category}]);
  }
  if (const auto* expire = node.as<Expire>()) {
    for (const auto& ref : expire->grants) out.push_back(&index.expiries[ref]);
  }
}

}  // namespace

EpochName epoch_at(const Keys& keys, std::size_t index) {
  if (index < keys.epochs.size()) {
    return {keys.epochs[index].category, keys.epochs[index].id()};
  }
  return keys.wraps[index - keys.epochs.size()];
}

std::vector<std::vector<Node>*> State::slots(const NodeData& node) {
  Slots out;
  auto& index = index_;
  if (const auto* genesis = node.as<Genesis>()) {
    device_slots(index, genesis->device, out);
    out.push_back(&index.members[genesis->device.member]);
  }
  if (const auto* add = node.as<DeviceAdd>()) device_slots(index, add->device, out);
  if (const auto* member = node.as<MemberAdd>()) out.push_back(&index.members[member->member]);
  if (const auto* remove = node.as<DeviceRemove>()) remove_slots(index, *remove, out);
  if (const auto* rename = node.as<DeviceRename>()) {
    out.push_back(&index.devices[rename->device].renames);
  }
  if (node.as<CategoryCreate>()) {
    out.push_back(&index.categories[category_id(node.in.id)].creates);
  }
  if (const auto* update = node.as<CategoryUpdate>()) {
    out.push_back(&index.categories[update->category].updates);
  }
  if (const auto* retire = node.as<CategoryRetire>()) {
    out.push_back(&index.categories[retire->category].retires);
  }
  consent_slots(index, node, terms_of(node), out);
  if (const auto* keys = node.as<Keys>()) keys_slots(index, node, *keys, out);
  if (const auto* ack = node.as<Ack>()) ack_slots(index, *ack, out);
  if (node.as<PolicySet>()) out.push_back(&index.policies);
  if (node.as<Checkpoint>()) out.push_back(&index.checkpoints);
  if (node.as<ForkProof>()) out.push_back(&index.fork_proofs);
  if (node.as<Opaque>()) out.push_back(&index.opaque);
  return out;
}

}  // namespace troth::circle
