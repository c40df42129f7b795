#include "device/core.hpp"

#include <algorithm>

#include "consent/admits.hpp"

namespace troth::device {

namespace {

constexpr std::string_view kClock = "clock";

}  // namespace

Result<std::unique_ptr<Core>> Core::open(const Ports& ports, const Config& config, Now now) {
  if (ports.rng == nullptr || ports.at_rest_key.size() != 32 || config.suites.empty())
    return fail(Errc::usage);
  auto core = std::make_unique<Core>();
  core->rng_ = ports.rng;
  core->config_ = config;
  core->now_ = now;
  core->opened_at_ = now.wall;
  store::Db::Options options;
  options.path = config.database;
  options.vfs = config.vfs;
  TROTH_TRY(core->db_, store::Db::open(options));
  const Secret32 key(ports.at_rest_key);
  const store::HomeId home{config.home_id};
  auto vault = store::Vault::open(*core->db_, key, home);
  // The keystore's incarnation is zero only before the first run: then the file must be new.
  const bool first_run = config.incarnation == std::array<std::uint8_t, 16>{};
  if (!vault && vault.error().code == Errc::rolled_back && first_run) {
    vault = store::Vault::create(*core->db_, key, home);
  }
  if (!vault) return fail(vault.error());
  core->vault_ = std::move(*vault);
  core->meta_ = std::make_unique<store::MetaStore>(*core->vault_);
  core->log_store_ = std::make_unique<store::LogStore>(*core->vault_);
  core->key_store_ = std::make_unique<store::SealedKeyStore>(*core->vault_);
  core->sync_store_ = std::make_unique<store::SyncStore>(*core->db_, core->vault_->sealer(),
                                                         *core->rng_, core->vault_.get());
  core->audit_store_ = std::make_unique<store::SqlAuditStore>(*core->vault_, *core->rng_);
  TROTH_CHECK(core->load());
  return core;
}

Result<> Core::load() {
  TROTH_TRY(audit_log_, audit::AuditLog::open(*audit_store_));
  TROTH_TRY(const auto seen, meta_->get_u64(kClock));
  seen_clock_ = WallMs{seen.value_or(0)};
  TROTH_TRY(const auto own, meta_->get(kOwn));
  if (!own) return {};
  TROTH_TRY(own_, wire::decode<OwnRecord>(*own));
  self_ = circle::device_id(own_->descriptor);
  TROTH_TRY(const auto entries, log_store_->load());
  if (entries.empty()) return {};
  TROTH_TRY(log_, circle::Log::restore(entries));
  TROTH_TRY(const auto held, log_store_->load_held());
  for (const auto& row : held) log_->restore_held(row.entry, row.reason);
  keyring_.emplace(log_->circle());
  TROTH_TRY(auto secrets, key_store_->load(log_->circle()));
  for (auto& secret : secrets) keyring_->add(std::move(secret));
  TROTH_TRY(replica_,
            sync::Replica::open(*sync_store_, *this, {log_->circle(), self_, own_->incarnation}));
  for (const auto& category : replica_->categories()) durable_[category] = in_memory(category);
  log_grew_ = data_grew_ = true;
  return {};
}

// ---- the step

void Core::enter(Now now) { now_ = now; }

void Core::touch(store::Durability durability) {
  if (fatal_) return;
  if (!db_->in_step()) {
    good(db_->begin(durability));
  } else if (durability == store::Durability::full) {
    good(db_->require_durable());
  }
  if (durability == store::Durability::full) reserve_once();
}

void Core::note(const Error& error) {
  if (!fatal_) fatal_ = error;
  // A step that could not begin leaves the Db itself well, yet whatever follows in this input
  // would write outside a step: it gets this error instead (spec 11 §3).
  db_->poison(fatal_->code);
}

Result<> Core::commit() {
  // A row of another type than the schema poisons without a word to anybody here.
  if (const auto why = db_->poisoned(); why && !fatal_) note(Error{*why});
  if (db_->in_step() && !fatal_) {
    if (const auto done = db_->commit(); !done) note(done.error());
  }
  if (fatal_) {
    remember_doubts();
    if (db_->in_step()) db_->rollback();
    return fail(*fatal_);
  }
  if (db_->all_durable()) {
    for (const auto& category : touched_) {
      if (replica_) durable_[category] = in_memory(category);
      durable_changed_.insert(category);
    }
    touched_.clear();
  }
  out_.committed();
  return {};
}

bool Core::any_in_doubt() const {
  if (!replica_) return false;
  const auto all = replica_->categories();
  return std::any_of(all.begin(), all.end(), [this](const auto& one) { return in_doubt(one); });
}

// The home ends because of what stands in its rows, not because of its disk: so that it can be
// mended, whoever opens it next is told where.
void Core::remember_doubts() {
  if (fatal_->code != Errc::damaged || !replica_ || std::exchange(doubts_kept_, true)) return;
  if (!db_->lift()) return;
  if (db_->in_step()) db_->rollback();
  if (db_->begin(store::Durability::full)) {
    replica_->mark_doubts(doubts_);
    (void)db_->commit();
  }
  db_->poison(fatal_->code);
}

Result<> Core::make_durable() {
  if (const auto done = db_->make_durable(); !done) note(done.error());
  return commit();
}

std::set<CategoryId> Core::take_durable() {
  auto out = std::move(durable_changed_);
  durable_changed_.clear();
  return out;
}

// ---- this device

Result<> Core::begin_circle(const std::vector<circle::Entry>& entries) {
  touch(store::Durability::full);
  TROTH_TRY(log_, circle::Log::begin(entries.front()));
  TROTH_CHECK(log_store_->append(entries.front(), *rng_));
  const auto result = log_->offer({entries.data() + 1, entries.size() - 1});
  keep(result);
  keyring_.emplace(log_->circle());
  TROTH_TRY(replica_,
            sync::Replica::open(*sync_store_, *this, {log_->circle(), self_, own_->incarnation}));
  log_grew_ = true;
  return {};
}

bool Core::keep(const circle::OfferResult& result) {
  const auto fresh = [](const circle::HeldEntry& held) { return held.fresh; };
  const bool holds = std::any_of(result.held.begin(), result.held.end(), fresh);
  if (result.admitted.empty() && !holds && result.released.empty()) return false;
  touch(store::Durability::full);
  for (const auto& id : result.admitted) {
    good(log_store_->append(*log_->entry(id), *rng_));
    const auto* body = log_->body(id);
    if (body != nullptr) audit_entry(*body, id);
    tell_fork(id);
  }
  for (const auto& held : result.held) {
    const auto* entry = log_->held_entry(held.id);
    // Sent again, it is nothing new: who has no place here must not cause a write with it.
    if (entry == nullptr || !held.fresh) continue;
    good(log_store_->hold(*entry, held.reason, *rng_));
    alert_held(held);
  }
  for (const auto& id : result.released) good(log_store_->release(id));
  // What is held may be the other line of a fork, which somebody has to prove (rule 4.5).
  log_grew_ = true;
  if (result.admitted.empty()) return false;
  out_.emit(CircleChanged{});
  tell_offers(result.admitted);
  return true;
}

// Once an entry, however many categories it offers.
void Core::tell_offers(const std::vector<EntryId>& admitted) {
  std::optional<EntryId> told;
  for (const auto& ref : view().offers_to(self_)) {
    const bool fresh = std::find(admitted.begin(), admitted.end(), ref.entry) != admitted.end();
    if (fresh && told != ref.entry) out_.emit(OfferArrived{ref.entry});
    if (fresh) told = ref.entry;
  }
}

void Core::audit_entry(const circle::EntryBody& body, const EntryId& id) {
  static constexpr std::pair<circle::Kind, audit::FactKind> kFacts[] = {
      {circle::Kind::grant, audit::FactKind::grant},
      {circle::Kind::withdraw, audit::FactKind::withdraw},
      {circle::Kind::expire, audit::FactKind::expire},
      {circle::Kind::device_remove, audit::FactKind::removed}};
  for (const auto& [kind, fact] : kFacts) {
    if (body.kind == kind) audit(fact, id.view());
  }
  if (const auto* accept = std::get_if<circle::Accept>(log_->payload(id)))
    audit(accept->declines() ? audit::FactKind::decline : audit::FactKind::accept, id.view());
}

// Rule 4.5: somebody proved that a device writes two lines of entries.
void Core::tell_fork(const EntryId& id) {
  const auto* proof = std::get_if<circle::ForkProof>(log_->payload(id));
  if (proof == nullptr || !log_->valid(id)) return;
  const auto author = log_->body(proof->first)->author;
  audit(audit::FactKind::anomaly, author.view());
  alert("forked", author);
}

void Core::suite_refused() {
  if (!in_circle()) return;
  if (suite_refused_at_ && now_.mono.ms < suite_refused_at_->ms + limits::kHour) {
    if (++suites_refused_ == limits::kSuitesRefused) alert("suite_refused", self_);
    return;
  }
  suite_refused_at_ = now_.mono;
  suites_refused_ = 1;
  audit(audit::FactKind::suite_refused, self_.view());
}

Result<crypto::Suite> Core::suite() const {
  for (const auto id : config_.suites) {
    auto suite = crypto::usable_suite(id, view().policy().least_suite);
    if (suite) return suite;
  }
  return fail(Errc::suite_refused);
}

void Core::audit(audit::FactKind kind, ByteView subject, std::uint64_t number) {
  touch(store::Durability::full);
  audit::Fact fact;
  fact.kind = kind;
  fact.at_ms = now_.wall.ms;
  // Log entries name themselves; everything else is about a device or a category.
  static constexpr audit::FactKind kOfEntries[] = {
      audit::FactKind::grant,    audit::FactKind::accept, audit::FactKind::decline,
      audit::FactKind::withdraw, audit::FactKind::expire, audit::FactKind::removed,
      audit::FactKind::rotated};
  // Who is told that it was removed is not given the entry: that fact is about the device.
  const bool entry =
      std::find(std::begin(kOfEntries), std::end(kOfEntries), kind) != std::end(kOfEntries) &&
      !equal(subject, self_.view());
  if (subject.size() == CategoryId::kSize) {
    fact.category = *id_from<CategoryId>(subject);
  } else if (entry) {
    fact.entry = *id_from<EntryId>(subject);
  } else {
    fact.device = *id_from<DeviceId>(subject);
  }
  if (number != 0) fact.number = number;
  good(audit_log_->append(fact, *rng_));
}

// ---- consent

bool Core::permits(consent::Action action, const CategoryId& category,
                   const DeviceId& device) const {
  if (!alive()) return false;
  return consent::permits(action, category, device, view(), {}, expiry_clock()).allowed();
}

sync::Admission Core::admits(const sync::BatchClaims& claims) const {
  const consent::BatchClaims asked{
      claims.epoch.category,
      {claims.epoch.number, circle::CommitmentPrefix{claims.epoch.commit.bytes}},
      claims.author,
      claims.device,
      claims.heads,
      claims.first,
      claims.last,
      claims.chain};
  if (planted(Plant::apply_own_clock) && !consent::permits(consent::Action::seal, asked.category,
                                                           asked.device, view(), {}, expiry_clock())
                                              .allowed())
    return {sync::Admit::refuse, Errc::no_grant};
  const auto answer = consent::admits(asked, view());
  sync::Admission out{sync::Admit::refuse, answer.reason, {}};
  if (answer.bound) out.through = decisive(claims, {answer.bound->counter, answer.bound->chain});
  switch (answer.verdict) {
    case consent::Admit::accept:
      out.verdict = sync::Admit::accept;
      break;
    case consent::Admit::hold:
      out.verdict = sync::Admit::hold;
      break;
    case consent::Admit::park:
      out.verdict = sync::Admit::park;
      break;
    case consent::Admit::refuse:
      break;
  }
  return out;
}

consent::ClockState Core::clock() const {
  const auto newest = replica_ ? WallMs{replica_->clock().wall().ms} : WallMs{};
  // Against the monotonic clock: a wall clock that is set right does not count as wrong twice.
  auto offset = clock_ahead_;
  if (offset)
    *offset += static_cast<std::int64_t>(now_.mono.ms) - static_cast<std::int64_t>(now_.wall.ms);
  return {now_.wall, offset, seen_clock_, newest};
}
WallMs Core::expiry_clock() const { return consent::expiry_time(clock()); }

// Time for expiry never goes back: a clock that was set back must not lengthen consent.
void Core::keep_clock() {
  const auto at = consent::persisted_time(clock());
  if (at.ms < seen_clock_.ms + limits::kHour) return;
  seen_clock_ = at;
  touch(store::Durability::normal);
  good(meta_->put_u64(kClock, seen_clock_.ms, *rng_));
}

void Core::changed(const CategoryId& category, const ItemId& item, bool deleted) {
  out_.emit(ItemChanged{category, item, replica_->newest().value, deleted});
}

// ---- data

bool Core::is_deleted(const CategoryId& category, const ItemId& item) {
  const auto gone = watched(category, replica_->deleted(category, item, now_.wall));
  if (!gone && gone.error().code != Errc::damaged) note(gone.error());
  return gone && *gone;
}

void Core::retry_held(const ItemsChanged& changed) {
  if (!replica_ || !alive()) return;
  for (const auto& category : replica_->categories()) {
    if (in_doubt(category)) continue;
    // Parked ones too: an ack may have raised the cut that they stood above (rule 10).
    const auto held = replica_->side_count(category, sync::SideKind::held);
    const auto parked = replica_->side_count(category, sync::SideKind::parked);
    if (!good_in(category, held) || !good_in(category, parked)) return;
    if (held->batches == 0 && parked->batches == 0) continue;
    touch(store::Durability::normal);
    const auto retried = replica_->retry_held(
        category, [this](const sync::BatchClaims& claims) { return admits(claims); }, now_.wall,
        limits::kHeldPerStep);
    if (!good_in(category, retried)) return;
    if (retried->size() >= limits::kHeldPerStep) log_grew_ = true;  // there may be more
    for (const auto& applied : *retried) {
      if (applied.outcome != sync::Outcome::applied) continue;
      data_touched(category);
      changed(category, applied.items);
    }
  }
}

void Core::forget(const CategoryId& category) {
  touch(store::Durability::full);
  if (!good(replica_->erase(category, limits::kErasePerStep))) return;
  durable_.erase(category);
  data_touched(category);
  // Its counters begin again when consent comes back: under the same author that would be a fork.
  be_new_author();
}

// The first slice is durable with the decision, and all that follow can be done again.
bool Core::erase_more(const CategoryId& category) {
  touch(store::Durability::normal);
  const auto done = replica_->erase(category, limits::kErasePerStep);
  return good(done) && *done;
}

// ---- keys

sync::EpochName Core::epoch_name(const keyring::EpochRef& ref) {
  return {ref.category, ref.id.number, sync::EpochCommit{ref.id.prefix.bytes}};
}

std::optional<sync::EpochKey> Core::epoch_key(const keyring::EpochRef& ref) const {
  const auto* secret = keyring_->find(ref);
  if (secret == nullptr) return std::nullopt;
  return sync::EpochKey{epoch_name(ref), sync::MailboxId{secret->mailbox().bytes}, &secret->prk()};
}

std::optional<sync::EpochKey> Core::key_of(const sync::MailboxId& mailbox) const {
  if (!keyring_) return std::nullopt;
  const auto* secret = keyring_->by_mailbox(keyring::MailboxId{mailbox.bytes});
  return secret == nullptr ? std::nullopt : epoch_key(secret->ref());
}

std::optional<crypto::P256Public> Core::sign_key(const DeviceId& device) const {
  const auto* info = view().device(device);
  if (info == nullptr) return std::nullopt;
  return info->descriptor.sign;
}

}  // namespace troth::device
