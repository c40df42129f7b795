// The parts of the view about grants and epochs.
#include <algorithm>

#include "circle/folder.hpp"

namespace troth::circle {

Reason Folder::grant_reason(Node node, std::uint32_t index, const GrantTerms& terms) const {
  if (!scope_.standing(node) || !scope_.category_standing(terms.category))
    return Reason::void_entry;
  if (!scope_.live(terms.subject)) return Reason::subject_not_live;
  if (!scope_.accepted(node, index)) {
    // Of an offer that was taken back nothing is left to take.
    const auto gone = [&](Direction half) {
      return !covers(terms.direction, half) || scope_.withdrawn(node, terms, half);
    };
    const bool back = gone(Direction::send) && gone(Direction::receive);
    return back ? Reason::withdrawn : Reason::not_accepted;
  }
  return scope_.expired({state_.at(node).in.id, index}) ? Reason::expired : Reason::withdrawn;
}

GrantInfo Folder::grant_info(Node node, std::uint32_t index, const GrantTerms& terms) const {
  const auto& data = state_.at(node);
  GrantInfo info;
  info.ref = {data.in.id, index};
  info.terms = terms;
  info.by = data.author();
  info.at = data.in.body.at;
  if (const auto accept = scope_.accepted(node, index)) info.accepted = state_.at(*accept).in.id;
  info.answered = scope_.answered(node);
  const bool live = scope_.live(terms.subject);
  info.sends = live && scope_.active(node, index, terms, Direction::send);
  info.receives = live && scope_.active(node, index, terms, Direction::receive);
  if (!info.active()) info.reason = grant_reason(node, index, terms);
  return info;
}

void Folder::refresh_grants(Node node) {
  const auto& data = state_.at(node);
  if (data.birth != Reason::ok) return;  // it grants nothing, now or later
  const auto terms = state_.terms(node);
  for (std::uint32_t i = 0; i < terms.size(); ++i) {
    view_.grants_[{data.in.id, i}] = grant_info(node, i, terms[i]);
  }
}

void Folder::refresh_grants_of(const DeviceId& device, const CategoryId& category) {
  const auto at = state_.index().grants.find({device, category});
  if (at == state_.index().grants.end()) return;
  for (const Node node : at->second) {
    if (scope_.has(node)) refresh_grants(node);
  }
}

// Terms that a withdrawal did not know of are ended by it, so it may take something after all.
void Folder::forget_idle(Node grants) {
  for (const auto& terms : state_.terms(grants)) {
    const auto at = state_.index().withdrawals.find({terms.subject, terms.category});
    if (at == state_.index().withdrawals.end()) continue;
    for (const Node withdrawal : at->second) {
      if (!state_.in_past(withdrawal, grants)) state_.idle.erase(withdrawal);
    }
  }
}

void Folder::add_recipients(EpochInfo& info, Node node, const EpochName& name) const {
  const auto& data = state_.at(node);
  // A box of a key that its maker had is a fact even where its entry is not valid: it has left.
  const bool held = std::find(data.held.begin(), data.held.end(), name) != data.held.end();
  if (!scope_.has(node) || (data.birth != Reason::ok && !held)) return;
  const auto& keys = *data.as<Keys>();
  for (const auto& box : keys.boxes) {
    for (const auto& key : box.keys) {
      if (epoch_at(keys, key.epoch) != name) continue;
      auto what = key.history ? Given::history : Given::key;
      if (data.birth != Reason::ok) what = Given::leaked;
      auto& given = info.recipients.emplace(box.device, what).first->second;
      given = std::max(given, what);
    }
  }
}

void Folder::refresh_epoch(const EpochName& name) {
  const auto& index = state_.index().epochs.at(name);
  std::vector<Node> valid;
  std::vector<Node> standing;
  for (const Node def : index.defs) {
    if (scope_.valid(def)) valid.push_back(def);
    if (scope_.standing(def)) standing.push_back(def);
  }
  const auto def = best(standing.empty() ? valid : standing, false);
  if (!def) return;
  EpochInfo info;
  info.category = name.category;
  info.id = name.epoch;
  info.entry = state_.at(*def).in.id;
  info.author = state_.at(*def).author();
  info.at = state_.at(*def).in.body.at;
  info.is_void = standing.empty();
  for (const auto& epoch : state_.at(*def).as<Keys>()->epochs) {
    if (epoch.category != name.category || epoch.id() != name.epoch) continue;
    info.commitment = epoch.commitment;
    info.history = epoch.history;
    info.prev = epoch.prev;
    info.links = epoch.links;
  }
  for (const Node node : valid) {
    info.recipients[state_.at(node).author()] = info.history ? Given::history : Given::key;
  }
  for (const Node node : index.boxes) add_recipients(info, node, name);
  view_.epochs_[name.category][name.epoch] = std::move(info);
}

}  // namespace troth::circle
