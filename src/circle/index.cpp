// Which indexes an entry stands in. One list serves both directions: putting and taking back.
#include <algorithm>
#include <set>

#include "circle/state.hpp"

namespace troth::circle {
namespace {

using Nodes = std::vector<Node>;

Nodes& itself(Nodes& row) { return row; }
Nodes& adds(DeviceIndex& row) { return row.adds; }
Nodes& removals(DeviceIndex& row) { return row.removals; }
Nodes& renames(DeviceIndex& row) { return row.renames; }
Nodes& creates(CategoryIndex& row) { return row.creates; }
Nodes& updates(CategoryIndex& row) { return row.updates; }
Nodes& retires(CategoryIndex& row) { return row.retires; }
Nodes& epochs(CategoryIndex& row) { return row.epochs; }
Nodes& defs(EpochIndex& row) { return row.defs; }
Nodes& boxes(EpochIndex& row) { return row.boxes; }

bool empty(const Nodes& row) { return row.empty(); }
bool empty(const DeviceIndex& row) {
  return row.branches.empty() && row.adds.empty() && row.removals.empty() && row.renames.empty();
}
bool empty(const CategoryIndex& row) {
  return row.creates.empty() && row.updates.empty() && row.retires.empty() && row.epochs.empty();
}
bool empty(const EpochIndex& row) { return row.defs.empty() && row.boxes.empty(); }

// Each of these tells fn the rows of an entry: a map, the key in it, and which list of the row.
template <class Fn>
void keys_rows(Indexes& index, const NodeData& node, const Keys& keys, Fn&& fn) {
  std::set<CategoryId> defined;
  std::set<std::pair<DeviceId, CategoryId>> holdings;
  for (const auto& epoch : keys.epochs) {
    fn(index.epochs, EpochName{epoch.category, epoch.id()}, defs);
    defined.insert(epoch.category);
    holdings.emplace(node.author(), epoch.category);
  }
  for (const auto& category : defined) fn(index.categories, category, epochs);
  std::set<EpochName> boxed;
  for (const auto& box : keys.boxes) {
    fn(index.boxes, box.device, itself);
    for (const auto& key : box.keys) {
      const EpochName name = epoch_at(keys, key.epoch);
      boxed.insert(name);
      holdings.emplace(box.device, name.category);
    }
  }
  for (const auto& name : boxed) fn(index.epochs, name, boxes);
  for (const auto& pair : holdings) fn(index.holdings, pair, itself);
}

template <class Fn>
void remove_rows(Indexes& index, const DeviceRemove& remove, Fn&& fn) {
  fn(index.devices, remove.device, removals);
  const std::set<EntryId> reverted(remove.revert.begin(), remove.revert.end());
  for (const auto& id : reverted) fn(index.reverts, id, itself);
}

template <class Fn>
void device_rows(Indexes& index, const DeviceDescriptor& device, Fn&& fn) {
  fn(index.devices, device_id(device), adds);
  fn(index.keys, device.sign, itself);
  fn(index.keys, device.agree, itself);
  fn(index.keys, device.approve, itself);
}

template <class Fn>
void ack_rows(Indexes& index, const Ack& ack, Fn&& fn) {
  std::set<EntryId> ends;
  for (const auto& raise : ack.raised) ends.insert(raise.end);
  for (const auto& end : ends) fn(index.raises, end, itself);
}

template <class Fn>
void consent_rows(Indexes& index, const NodeData& node, const std::vector<GrantTerms>& terms,
                  Fn&& fn) {
  for (const auto& term : terms) fn(index.grants, std::pair(term.subject, term.category), itself);
  if (const auto* accept = node.as<Accept>()) fn(index.accepts, accept->entry, itself);
  if (const auto* w = node.as<Withdraw>())
    fn(index.withdrawals, std::pair(w->device, w->category), itself);
  if (const auto* expire = node.as<Expire>()) {
    for (const auto& ref : expire->grants) fn(index.expiries, ref, itself);
  }
}

template <class Fn>
void each_row(Indexes& index, const NodeData& node, Fn&& fn) {
  if (const auto* genesis = node.as<Genesis>()) {
    device_rows(index, genesis->device, fn);
    fn(index.members, genesis->device.member, itself);
  }
  if (const auto* add = node.as<DeviceAdd>()) device_rows(index, add->device, fn);
  if (const auto* member = node.as<MemberAdd>()) fn(index.members, member->member, itself);
  if (const auto* remove = node.as<DeviceRemove>()) remove_rows(index, *remove, fn);
  if (const auto* rename = node.as<DeviceRename>()) fn(index.devices, rename->device, renames);
  if (node.as<CategoryCreate>()) fn(index.categories, category_id(node.in.id), creates);
  if (const auto* update = node.as<CategoryUpdate>())
    fn(index.categories, update->category, updates);
  if (const auto* retire = node.as<CategoryRetire>())
    fn(index.categories, retire->category, retires);
  consent_rows(index, node, terms_of(node), fn);
  if (const auto* keys = node.as<Keys>()) keys_rows(index, node, *keys, fn);
  if (const auto* ack = node.as<Ack>()) ack_rows(index, *ack, fn);
}

template <class Map, class Key>
void erase_empty(Map& map, const Key& key) {
  const auto at = map.find(key);
  if (at != map.end() && empty(at->second)) map.erase(at);
}

}  // namespace

EpochName epoch_at(const Keys& keys, std::size_t index) {
  if (index < keys.epochs.size()) {
    return {keys.epochs[index].category, keys.epochs[index].id()};
  }
  return keys.wraps[index - keys.epochs.size()];
}

std::vector<std::vector<Node>*> State::slots(const NodeData& node) {
  std::vector<Nodes*> out;
  each_row(index_, node,
           [&out](auto& map, const auto& key, auto list) { out.push_back(&list(map[key])); });
  if (node.as<PolicySet>()) out.push_back(&index_.policies);
  if (node.as<Checkpoint>()) out.push_back(&index_.checkpoints);
  if (node.as<ForkProof>()) out.push_back(&index_.fork_proofs);
  if (node.as<Opaque>()) out.push_back(&index_.opaque);
  return out;
}

// What is only judged may name anybody and anything: no row of it stays.
void State::forget_rows(const NodeData& node) {
  each_row(index_, node, [](auto& map, const auto& key, auto) { erase_empty(map, key); });
  erase_empty(index_.devices, node.author());
}

}  // namespace troth::circle
