#include "sim/world/checkers.hpp"

#include <algorithm>

#include "sim/world/explain.hpp"
#include "sim/world/past.hpp"

namespace troth::sim {

namespace {

// What a device shows of a category, as one comparable value.
std::map<ItemId, std::map<std::string, Bytes>> shown(SimDevice& device, const CategoryId& category,
                                                     Now now) {
  std::map<ItemId, std::map<std::string, Bytes>> out;
  std::optional<ItemId> after;
  while (true) {
    const auto page = device.engine->query(ListQuery{category, after, 256}, now);
    if (!page || page->empty()) return out;
    for (const auto& item : *page) {
      for (const auto& field : item.fields) out[item.item][field.name] = field.value;
      after = item.item;
    }
  }
}

// Was the device given the category again between the end and these heads?
bool given_again(const circle::CircleView& view, const circle::EndInfo& end,
                 const CategoryId& category, const std::vector<EntryId>& heads) {
  for (const auto* grant : view.grants_of(end.device, category)) {
    if (grant->receives) return true;  // another consent, which this end did not name
    if (!grant->accepted || !view.is_ancestor(end.entry, *grant->accepted)) continue;
    if (grant->terms.history == History::all)
      return true;  // what was sealed in between comes with it
    const bool seen = std::any_of(heads.begin(), heads.end(), [&](const EntryId& head) {
      return head == *grant->accepted || view.is_ancestor(*grant->accepted, head);
    });
    if (seen) return true;
  }
  return false;
}

// Another consent that the end did not name held when the batch was sealed.
bool entitled_then(const circle::Log& log, const circle::EndInfo& end, const CategoryId& category,
                   const std::vector<EntryId>& heads) {
  const auto then = log_at(log, heads);
  return then && then->view().granted(end.device, category, Direction::receive);
}

}  // namespace

const char* name_of(Check check) {
  static constexpr const char* kNames[] = {"same_log_same_view",
                                           "removed_stays_removed",
                                           "no_fork",
                                           "claims_are_durable",
                                           "nothing_invented",
                                           "salts_unique",
                                           "clean_seal",
                                           "consent_shown",
                                           "attempts_counted",
                                           "logs_equal",
                                           "data_equal",
                                           "queues_empty",
                                           "says_equal",
                                           "log_admission",
                                           "links_need_history",
                                           "clean_wraps",
                                           "keys_once",
                                           "check_number",
                                           "kept",
                                           "rollback_told",
                                           "sums_right"};
  return kNames[static_cast<std::size_t>(check)];
}

bool Checkers::require(bool ok, Check check, const std::string& what) {
  ++evaluated_[static_cast<std::size_t>(check)];
  if (!ok && !violation_ && !quiet_) violation_ = Violation{check, what};
  return ok;
}

std::vector<SimDevice*> Checkers::up_members() {
  std::vector<SimDevice*> out;
  for (auto& device : world_.devices()) {
    if (device->up() && device->core().in_circle()) out.push_back(device.get());
  }
  return out;
}

void Checkers::safety() {
  views();
  claims();
  values();
  batches();
  keepsakes();
  sums();
  require(!users_.fooled(), Check::check_number, "paired over a wrong check number");
  require(!users_.reused(), Check::keys_once, "a device was added under keys that were known");
}

void Checkers::views() {
  const auto members = up_members();
  for (auto* device : members) {
    const auto& view = device->core().view();
    const bool forked =
        std::any_of(view.forks().begin(), view.forks().end(),
                    [&](const circle::ForkInfo& fork) { return !may_fork(fork.author); });
    require(!forked, Check::no_fork, device->name + " sees a fork" + fork_of(device->core()));
    for (const auto& [id, info] : view.devices()) {
      if (!info.removals.empty()) {
        ever_removed_.insert(id);
        require(!view.live(id), Check::removed_stays_removed,
                device->name + " sees a removed device live");
      }
    }
    attempts(*device);
    put_back(*device);
    admissions(*device);
    same_keys(*device);
    links(*device);
    wraps(*device);
    for (auto* other : members) {
      if (other == device || other->core().view().heads() != view.heads()) continue;
      const auto& theirs = other->core().view();
      require(theirs.live_devices() == view.live_devices(), Check::same_log_same_view,
              "live devices differ");
      bool grants = theirs.grants().size() == view.grants().size();
      for (const auto& [ref, grant] : view.grants()) {
        const auto* found = theirs.grant(ref);
        grants = grants && found != nullptr && found->sends == grant.sends &&
                 found->receives == grant.receives;
      }
      require(grants, Check::same_log_same_view, "grants differ");
    }
  }
}

// What a device knows of tries at its code stands on its disk: a crash gives nobody new tries.
void Checkers::attempts(SimDevice& device) {
  const auto stored = device.core().meta_->get("pairing/attempts");
  if (!stored) return;
  pairing::AttemptBook book;
  if (*stored) {
    const auto decoded = wire::decode<pairing::AttemptBook>(**stored);
    if (!require(decoded.has_value(), Check::attempts_counted, device.name + " lost its attempts"))
      return;
    book = *decoded;
  }
  const auto& known = EngineInspector::look(*device.engine).pairing.attempts();
  require(book.runs >= known.runs && book.streak >= known.streak, Check::attempts_counted,
          device.name + " did not write down a try");
}

// A claim that left must stand after every crash: peers build on it.
void Checkers::claims() {
  for (auto* device : up_members()) {
    require(device->lost.empty(), Check::claims_are_durable,
            device->name + " told of what it lost: " + device->lost);
    auto& core = device->core();
    if (!core.replica_) continue;
    for (const auto& [category, claimed] : device->claims) {
      if (!core.keyring_->holds(category)) continue;  // erased with its consent
      const auto holds = core.replica_->vector(category);
      for (const auto& [author, entry] : claimed) {
        const auto found = holds.find(author);
        const bool cut = !core.view().ends(category).empty() || !ever_removed_.empty();
        const bool ok = cut || (found != holds.end() && found->second.counter >= entry.counter);
        require(ok, Check::claims_are_durable, device->name + " claimed more than it holds");
      }
    }
  }
}

void Checkers::values() {
  for (auto* device : up_members()) {
    for (const auto& category : users_.categories()) {
      const auto now = device->at(world_.now());
      if (!device->core().alive()) continue;  // what a removed device still shows is its own affair
      const auto self = device->core().self_;
      const bool may = device->core().permits(consent::Action::show, category, self) &&
                       device->core().view().granted(self, category, Direction::receive);
      const auto items = shown(*device, category, now);
      if (!may)
        require(items.empty(), Check::consent_shown, device->name + " shows data without consent");
      for (const auto& [item, fields] : items) {
        for (const auto& [name, value] : fields) {
          const auto written = users_.written().find({category, item, name});
          const bool known = written != users_.written().end() && written->second.contains(value);
          require(known, Check::nothing_invented,
                  device->name + " shows a value that nobody wrote");
        }
      }
    }
  }
}

// Every batch that some device holds: its salt is its own, and who had been shut out before it was
// sealed has no key that opens it (rule 0, T2).
void Checkers::batches() {
  std::map<Bytes, Bytes> salts;
  for (auto* device : up_members()) {
    auto& core = device->core();
    if (!core.replica_) continue;
    for (const auto& category : users_.categories()) {
      auto cursor = core.replica_->ranges_for(category, {});
      while (true) {
        auto sealed = core.replica_->next_batch(cursor);
        if (!sealed || !*sealed) break;
        const auto header = sync::parse_header(**sealed);
        if (!header) continue;
        const Bytes salt(header->salt.begin(), header->salt.end());
        const auto [at, fresh] = salts.emplace(salt, **sealed);
        require(fresh || at->second == **sealed, Check::salts_unique, "two batches under one salt");
        const auto key = core.key_of(header->mailbox);
        if (!key) continue;
        const auto open = sync::unseal(**sealed, core.log_->circle(), *key);
        if (!open) continue;
        for (const auto& end : core.view().ends(category)) {
          const bool knew = std::any_of(
              open->core.heads.begin(), open->core.heads.end(), [&](const EntryId& head) {
                return head == end.entry || core.view().is_ancestor(end.entry, head);
              });
          if (!knew || !overlaps(end.direction, Direction::receive)) continue;
          if (given_again(core.view(), end, category, open->core.heads)) continue;
          for (auto& target : world_.devices()) {
            if (target->id != end.device || !target->up() || !target->core().in_circle()) continue;
            // The target may know of a consent that this device has not heard of yet.
            if (given_again(target->core().view(), end, category, open->core.heads)) continue;
            const bool shut = !target->held.contains(keyring::MailboxId{header->mailbox.bytes}) ||
                              entitled_then(*core.log_, end, category, open->core.heads);
            std::string what = target->name + " held what opens a batch sealed after its end";
            if (!shut) what += ": " + describe(core, end, *open);
            require(shut, Check::clean_seal, what);
          }
        }
      }
    }
  }
}

// ---- liveness
// ------------------------------------------------------------------------------------

void Checkers::logs() {
  std::vector<SimDevice*> live;
  for (auto* device : up_members()) {
    if (device->core().alive() && !ever_removed_.contains(device->id)) live.push_back(device);
  }
  // Removals that met in a partition: each side holds what the other says late (rule 4.4), and both
  // show it to their users. Logs then differ on purpose.
  const bool disputed = std::any_of(live.begin(), live.end(), [](SimDevice* device) {
    return !device->core().log_->held().empty() || !device->core().view().forks().empty();
  });
  if (disputed) return;
  for (auto* device : live) {
    require(device->core().view().heads() == live.front()->core().view().heads(), Check::logs_equal,
            device->name + " and " + live.front()->name + " hold different logs" +
                log_differences(*device, *live.front()));
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
  // A device that was put back waits for a level log before it writes keys by itself (rule 4.5), for
  // a day where an entry that it may not take keeps the logs apart.
  if (core.behind() && !core.log_->held().empty()) return;
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
  std::vector<SimDevice*> members;
  for (auto* device : up_members()) {
    if (device->core().alive() && !ever_removed_.contains(device->id)) members.push_back(device);
  }
  for (auto* a : members) {
    queues(*a);
    for (auto* b : members) {
      if (b > a) pair(*a, *b);
    }
  }
}

void Checkers::liveness() {
  safety();
  logs();
  data();
}

bool Checkers::settled() {
  quiet_ = true;
  const auto before = evaluated_;
  const auto kept = violation_;
  violation_.reset();
  quiet_ = false;
  logs();
  data();
  const bool ok = !violation_;
  violation_ = kept;
  evaluated_ = before;
  return ok;
}

}  // namespace troth::sim
