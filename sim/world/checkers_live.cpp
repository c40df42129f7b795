// Checkers of liveness: what must hold once faults have stopped and people are done.
#include <algorithm>

#include "sim/world/checkers.hpp"
#include "sim/world/explain.hpp"

namespace troth::sim {

namespace {

// Added by a device, or through one, that the other has removed without having seen it: it is to
// pair again, and nobody there listens to it (rule 4.6).
bool to_pair_again(SimDevice& device, SimDevice& other) {
  const auto& view = device.core().view();
  const auto& theirs = other.core().view();
  if (theirs.live(device.id)) return false;
  const auto unseen = [&theirs](const circle::DeviceInfo& added) {
    const auto* adder = theirs.device(added.added_by);
    return adder != nullptr &&
           std::any_of(adder->removals.begin(), adder->removals.end(), [&](const auto& removal) {
             return !theirs.is_ancestor(added.entry, removal.entry);
           });
  };
  const auto* at = view.device(device.id);
  for (std::size_t i = 0; at != nullptr && i < limits::kAddChain; ++i) {
    if (unseen(*at)) return true;
    if (at->added_by == at->id) return false;
    at = view.device(at->added_by);
  }
  return false;
}

}  // namespace

// Those that are in the circle in everybody's eyes, and live once.
std::vector<SimDevice*> Checkers::staying() {
  std::vector<SimDevice*> all;
  for (auto* device : up_members()) {
    const bool out_somewhere =
        ever_removed_.contains(device->id) || world_.twinned().contains(device->id);
    if (device->core().alive() && !out_somewhere) all.push_back(device);
  }
  std::vector<SimDevice*> out;
  std::copy_if(all.begin(), all.end(), std::back_inserter(out), [&](SimDevice* device) {
    return std::none_of(all.begin(), all.end(),
                        [&](SimDevice* other) { return to_pair_again(*device, *other); });
  });
  disputed_ = disputed_ || out.size() < all.size();
  return out;
}

// Removals that met in a partition: each side holds what the other says late (rule 4.4), and both
// show it to their users. Such logs differ on purpose, but in nothing else: what a device that
// stays signs carries its past to everybody.
bool Checkers::apart_by_right(SimDevice& a, SimDevice& b) const {
  const auto only = [&](SimDevice& one, SimDevice& other) {
    const auto& log = *one.core().log_;
    const auto order = log.order();
    return std::all_of(order.begin(), order.end(), [&](const EntryId& id) {
      if (other.core().log_->contains(id)) return true;
      const auto& author = log.body(id)->author;
      return may_fork(author) || !one.core().view().live(author) ||
             !other.core().view().live(author);
    });
  };
  return only(a, b) && only(b, a);
}

void Checkers::logs() {
  const auto live = staying();
  for (auto* device : live) {
    if (device == live.front()) continue;
    const bool equal = device->core().view().heads() == live.front()->core().view().heads();
    if (!equal && apart_by_right(*device, *live.front())) {
      disputed_ = true;
      continue;
    }
    require(equal, Check::logs_equal,
            device->name + " and " + live.front()->name + " hold different logs" +
                (equal ? "" : log_differences(*device, *live.front())));
  }
}

namespace {

std::vector<AuthorId> differing(const sync::Vector& a, const sync::Vector& b) {
  std::set<AuthorId> out;
  for (const auto& [author, entry] : a) {
    const auto it = b.find(author);
    if (it == b.end() || it->second != entry) out.insert(author);
  }
  for (const auto& [author, entry] : b) {
    if (!a.contains(author)) out.insert(author);
  }
  return {out.begin(), out.end()};
}

// A device with gaps serves nothing over them, and what is in them may be lost with its author:
// then nobody can bring the other one further (spec 07 §11, limits).
bool out_of_reach(const AuthorId& author, const CategoryId& category,
                  const std::vector<SimDevice*>& members, SimDevice& low) {
  const auto held = [&](SimDevice& device, bool whole) {
    const auto& replica = *device.core().replica_;
    const auto vector = whole ? replica.whole(category) : replica.vector(category);
    const auto it = vector.find(author);
    return it == vector.end() ? std::uint64_t{0} : it->second.counter;
  };
  const auto have = held(low, true);
  return std::none_of(members.begin(), members.end(), [&](SimDevice* other) {
    return other->core().alive() && other->core().replica_ && held(*other, true) > have;
  });
}

}  // namespace

// What each holds for the other, less what nobody can bring to the one that lacks it.
Checkers::Both Checkers::hold(SimDevice& a, SimDevice& b, const CategoryId& category) {
  Both out{a.core().claimed_for(b.id, category), b.core().claimed_for(a.id, category), false};
  if (!a.core().from_now(category) && !b.core().from_now(category)) return out;
  const auto members = up_members();
  for (const auto& author : differing(out.at_a, out.at_b)) {
    auto& low = out.at_a[author].counter < out.at_b[author].counter ? a : b;
    if (!out_of_reach(author, category, members, low)) continue;
    out.at_a.erase(author), out.at_b.erase(author);
    out.lost = true;
  }
  return out;
}

// Consent from now on: each holds what is for both; what they show differs by right.
void Checkers::compare(SimDevice& a, SimDevice& b, const CategoryId& category) {
  const auto both = hold(a, b, category);
  const bool vectors = both.at_a == both.at_b;
  const bool look =
      a.core().from_now(category) || b.core().from_now(category) ||
      shown(a, category, a.at(world_.now())) == shown(b, category, b.at(world_.now()));
  require(vectors && look, Check::data_equal,
          a.name + " and " + b.name + " differ in " +
              (vectors ? "what they show" : "what they hold") + differences(a, b, category));
}

// Is the category for this device both to show and to write?
bool Checkers::in_full(SimDevice& device, const CategoryId& category) {
  const auto& core = device.core();
  return core.keyring_->holds(category) &&
         core.view().granted(device.id, category, Direction::both) &&
         core.permits(consent::Action::show, category, device.id);
}

// Whose logs differ is judged by logs(): data moves only where they agree.
void Checkers::pair(SimDevice& a, SimDevice& b) {
  if (b.core().view().heads() != a.core().view().heads()) return;
  bool compared = false;
  bool lost = false;
  for (const auto& category : users_.categories()) {
    lost = lost || hold(a, b, category).lost;
    if (!in_full(a, category) || !in_full(b, category)) continue;
    compare(a, b, category);
    compared = true;
  }
  const auto* session = EngineInspector::look(*a.engine).peers.session_of(b.id);
  if (compared && !lost && session != nullptr)
    require(session->equal(), Check::says_equal,
            a.name + " does not know that " + b.name + " is equal");
}

void Checkers::queues(SimDevice& device) {
  auto& core = device.core();
  // A device that was put back waits for a level log before it writes keys by itself (rule 4.5),
  // for a day where an entry that it may not take keeps the logs apart.
  for (auto* other : staying()) {
    const bool level = other->core().view().heads() == core.view().heads();
    if (!core.behind() || level || !apart_by_right(device, *other)) continue;
    disputed_ = true;
    return;
  }
  for (const auto& category : users_.categories()) {
    if (!core.permits(consent::Action::show, category, device.id) ||
        !core.keyring_->holds(category) ||
        !core.view().granted(device.id, category, Direction::send))
      continue;
    const auto queue = core.replica_->queue(category);
    std::uint64_t drafts = 0;
    if (queue) {
      for (const auto& cls : *queue) drafts += cls.drafts;
    }
    require(drafts == 0, Check::queues_empty,
            device.name + " still has changes to send: " +
                EngineInspector::look(*device.engine).sealing.waiting(category));
  }
}

void Checkers::data() {
  const auto members = staying();
  for (std::size_t i = 0; i < members.size(); ++i) {
    queues(*members[i]);
    for (std::size_t j = i + 1; j < members.size(); ++j) pair(*members[i], *members[j]);
  }
}

// Who wrote in one life and in the next had not heard of it met somebody who had: now they know.
void Checkers::twins() {
  const auto members = up_members();
  for (auto& device : world_.devices()) {
    if (!device->twin || !device->up() || !device->core().alive()) continue;
    std::string met;
    for (auto* other : members) {
      const auto witness = device->witnesses.find(other->id);
      if (witness != device->witnesses.end() && other->core().alive() &&
          !world_.twinned().contains(other->id))
        met += "; " + witness->second;
    }
    if (met.empty()) continue;
    const bool told = std::any_of(members.begin(), members.end(), [&](SimDevice* other) {
      return World::warns(*other, device->id);
    });
    require(told || device->twin->warned, Check::clone_told,
            device->name + " lives twice and nobody says so" + met);
  }
}

void Checkers::liveness() {
  safety();
  logs();
  data();
  folders();
}

bool Checkers::settled() {
  const auto evaluated = evaluated_;
  const auto kept = std::exchange(violation_, std::nullopt);
  const bool disputed = disputed_;
  logs();
  data();
  folders();
  const bool ok = !violation_;
  violation_ = kept;
  evaluated_ = evaluated;
  disputed_ = disputed;
  return ok;
}

}  // namespace troth::sim
