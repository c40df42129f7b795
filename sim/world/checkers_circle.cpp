// Checkers of the circle log and its keys: what was taken, who was given what.
#include <algorithm>

#include "keyring/survey.hpp"
#include "sim/world/checkers.hpp"
#include "sim/world/explain.hpp"
#include "sim/world/past.hpp"

namespace troth::sim {

bool Checkers::may_fork(const DeviceId& author) const {
  if (users_.reborn().contains(author) || world_.twinned().contains(author)) return true;
  const auto& all = world_.devices();
  return std::any_of(all.begin(), all.end(), [&](const auto& device) {
    return device->id == author && device->wrote_alone;
  });
}

void Checkers::put_back(SimDevice& device) {
  if (!device.put_back || !device.core().replica_) return;
  const auto alerts = device.core().alerts();
  const bool told = alerts && std::any_of(alerts->begin(), alerts->end(), [](const auto& alert) {
                      return alert.kind == "rolled_back";
                    });
  require(told, Check::rollback_told, device.name + " was put back and does not say so");
  require(device.core().replica_->author() != device.author_before, Check::rollback_told,
          device.name + " was put back and goes on as the same author");
}

// Rule 4.4: what a removed device says outside its removal's past enters after the removal only as
// an ancestor of what somebody else says, and both come together: nobody was there to carry it
// before. What came with the removal was judged against the log before both.
void Checkers::admissions(SimDevice& device) {
  const auto& log = *device.core().log_;
  const auto& view = log.view();
  const auto order = log.order();
  std::map<EntryId, std::size_t> place;
  for (const auto& id : order) place.emplace(id, place.size());
  const auto together = [&](std::size_t at) {  // the end of the step in which it came
    const auto end = std::upper_bound(device.arrived.begin(), device.arrived.end(), at);
    return end == device.arrived.end() ? order.size() : *end;
  };
  for (const auto& [id, info] : view.devices()) {
    for (const auto& removal : info.removals) {
      const std::size_t after = together(place.at(removal.entry));
      if (after < order.size())
        ++evaluated_[static_cast<std::size_t>(Check::log_admission)];  // all of it is looked at
      for (std::size_t at = after; at < order.size(); ++at) {
        const auto* body = log.body(order[at]);
        if (body == nullptr || body->author != id || view.is_ancestor(order[at], removal.entry))
          continue;
        bool carried = false;
        for (std::size_t other = at + 1; other < together(at) && !carried; ++other) {
          const auto* child = log.body(order[other]);
          carried =
              child != nullptr && child->author != id && view.is_ancestor(order[at], order[other]);
        }
        require(carried, Check::log_admission,
                device.name + " took a late entry of a removed device");
      }
    }
  }
}

// Rule 11: no add that counts has a key of one that it knew, whatever became of that one.
void Checkers::same_keys(SimDevice& device) {
  if (!users_.came_again()) return;
  const auto& log = *device.core().log_;
  std::map<crypto::P256Public, std::vector<EntryId>> seen;
  for (const auto& id : log.order()) {
    const auto* add = std::get_if<circle::DeviceAdd>(log.payload(id));
    if (add == nullptr) continue;
    for (const auto* key : {&add->device.sign, &add->device.agree, &add->device.approve}) {
      auto& before = seen[*key];
      const bool again = std::any_of(before.begin(), before.end(),
                                     [&](const auto& old) { return log.is_ancestor(old, id); });
      require(!again || !log.valid(id), Check::keys_once,
              device.name + " took a device with keys that it knew");
      before.push_back(id);
    }
  }
}

// Whoever was given the key of an epoch without its history key gets no further back.
void Checkers::links(SimDevice& device) {
  const auto& core = device.core();
  for (const auto& category : core.keyring_->categories()) {
    const auto& epochs = core.view().epochs(category);
    for (const auto& [id, info] : epochs) {
      const auto* to = core.keyring_->find(category, id);
      if (to == nullptr) continue;
      const keyring::EpochSecret bare(core.log_->circle(), category, id.number, to->carry(false));
      for (const auto& link : info.links) {
        const auto from = epochs.find(link.from);
        if (from == epochs.end()) continue;
        const auto opened = keyring::open_link(core.log_->circle(), bare, link.from,
                                               from->second.commitment, link.sealed);
        require(!opened, Check::links_need_history,
                device.name + " would open an earlier epoch without the history key");
      }
    }
  }
}

// An author judges with its whole log, which its entry names as its past. Clocks are left out: an
// end that only a clock knows of excuses nobody here, and accuses nobody.
void Checkers::wraps(SimDevice& device) {
  const auto& log = *device.core().log_;
  for (const auto& id : log.order()) {
    const auto* payload = log.payload(id);
    const auto* made = payload != nullptr ? std::get_if<circle::Keys>(payload) : nullptr;
    if (made == nullptr || made->wraps.empty() || !seen_wraps_.insert(id).second) continue;
    const auto then = log_at(log, log.body(id)->parents);
    if (!then) continue;
    for (const auto& name : made->wraps) {
      const auto survey = keyring::survey(then->view(), name.category, WallMs{0});
      const auto epoch = survey.epochs->find(name.epoch);
      if (epoch == survey.epochs->end()) continue;
      require(keyring::cleanness(survey, epoch->second) == keyring::Cleanness::clean,
              Check::clean_wraps, "a key was given of an epoch that was not clean");
    }
  }
}

// What an app was told is written stays, on the device that wrote it, until somebody changes it;
// nobody changes these. Whoever's consent ended, or who was removed, may lose what it had.
void Checkers::keepsakes() {
  for (const auto& kept : users_.keepsakes()) {
    auto& device = *kept.device;
    if (!device.up() || device.id != kept.author || !device.core().alive()) continue;
    if (device.twin) continue;  // its other life knows nothing of it
    // It forgot the category with its consent, which came back: an end may turn out void later.
    if (!device.core().replica_ || device.core().replica_->author() != kept.writer) continue;
    const auto& view = device.core().view();
    const auto ends = view.ends(kept.category);
    const bool ended = std::any_of(ends.begin(), ends.end(), [&](const circle::EndInfo& end) {
      return end.device == device.core().self_;
    });
    const auto now = device.at(world_.now());
    if (ended || !device.core().permits(consent::Action::show, kept.category, device.core().self_))
      continue;
    const auto item = device.engine->query(ItemQuery{kept.category, kept.item}, now);
    const bool there = item && std::any_of(item->fields.begin(), item->fields.end(),
                                           [&](const auto& f) { return f.value == kept.value; });
    std::string what = device.name + " lost what it had said is written";
    if (!there) what += " " + to_hex(kept.item.bytes).substr(0, 6) + stands(device, kept.category);
    require(there, Check::kept, what);
  }
}

}  // namespace troth::sim
