#include "sim/world/checkers.hpp"

#include <algorithm>

#include "sim/world/explain.hpp"
#include "sim/world/past.hpp"

namespace troth::sim {

Shown shown(SimDevice& device, const CategoryId& category, Now now) {
  Shown out;
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

namespace {

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
                                           "sums_right",
                                           "clone_told",
                                           "folders_equal"};
  return kNames[static_cast<std::size_t>(check)];
}

bool Checkers::require(bool ok, Check check, const std::string& what) {
  ++evaluated_[static_cast<std::size_t>(check)];
  if (!ok && !violation_) violation_ = Violation{check, what};
  return ok;
}

Checkers::Checkers(World& world, Users& users) : world_(world), users_(users) {
  world_.on_opened([this](SimDevice& device) {
    if (device.core().in_circle() && device.core().replica_) claims_of(device);
  });
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
  learn_authors();
  claims();
  values();
  batches();
  keepsakes();
  sums();
  files_written();
  // Only where somebody typed a wrong number, or came with keys that were known.
  if (users_.acts(Act::type_wrong_number) > 0)
    require(!users_.fooled(), Check::check_number, "paired over a wrong check number");
  if (users_.came_again())
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

// May the device have given up what it held of the author? Where the author's device or its own
// consent ended, and where a home lived twice, whose other chain stands then.
bool Checkers::gave_up(SimDevice& device, const CategoryId& category,
                       const AuthorId& author) const {
  auto& core = device.core();
  std::set<DeviceId> whose{core.self_};
  const auto* certificate = core.replica_->certificates().newest(author);
  const auto by = authors_.find(author);
  if (certificate != nullptr) whose.insert(certificate->body.device);
  if (by != authors_.end()) whose.insert(by->second);
  const auto ends = core.view().ends(category);
  return std::any_of(whose.begin(), whose.end(),
                     [&](const DeviceId& id) { return world_.twinned().contains(id); }) ||
         std::any_of(ends.begin(), ends.end(),
                     [&](const circle::EndInfo& end) { return whose.contains(end.device); });
}

// Who lost an author's chain may have forgotten its certificate, too.
void Checkers::learn_authors() {
  for (auto* device : up_members()) {
    if (device->core().replica_) authors_.emplace(device->core().replica_->author(), device->id);
  }
}

// A claim that left must stand after every crash: peers build on it.
void Checkers::claims() {
  for (auto* device : up_members()) {
    require(device->lost.empty(), Check::claims_are_durable,
            device->name + " told of what it lost: " + device->lost);
    if (device->core().replica_) claims_of(*device);
  }
}

void Checkers::claims_of(SimDevice& device) {
  auto& core = device.core();
  for (const auto& [category, claimed] : device.claims) {
    if (!core.keyring_->holds(category)) continue;  // erased with its consent
    const auto holds = core.replica_->vector(category);
    for (const auto& [author, entry] : claimed) {
      if (gave_up(device, category, author)) continue;
      const auto found = holds.find(author);
      const bool ok = found != holds.end() && found->second.counter >= entry.counter;
      std::string what = device.name + " claimed more than it holds";
      if (!ok) {
        const auto by = authors_.find(author);
        what += ": " + std::to_string(entry.counter) + " of " + to_hex(author.bytes).substr(0, 6) +
                (by != authors_.end() ? " by " + to_hex(by->second.bytes).substr(0, 4) : "") +
                stands(device, category);
      }
      require(ok, Check::claims_are_durable, what);
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
            // What its other life took a consent for, this one cannot tell.
            if (world_.twinned().contains(target->id)) continue;
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

}  // namespace troth::sim
