#include "device/duties.hpp"

#include <algorithm>

#include "consent/expiry.hpp"
#include "keyring/key_state.hpp"

namespace troth::device {

void Duties::wake_at(MonoMs at) {
  if (!next_ || at < *next_) next_ = at;
}

void Duties::run() {
  next_.reset();
  if (!core_.alive()) return;
  close_links();
  open_boxes();
  erase_withdrawn();
  write_keys();
  write_expiries();
  join_forks();
  write_ack();
  write_proof();
  if (const auto at = core_.seek()) wake_at(*at);
}

void Duties::keep_secrets(std::vector<keyring::EpochSecret> secrets) {
  if (secrets.empty()) return;
  core_.touch(store::Durability::full);
  for (auto& secret : secrets) {
    core_.good(core_.key_store_->save(secret, *core_.rng_));
    core_.keyring_->add(std::move(secret));
  }
  close_links();
  core_.data_grew_ = true;
  peers_.keys_grew();
}

void Duties::close_links() {
  bool learnt = false;
  for (const auto& category : core_.keyring_->categories()) {
    const auto closure = core_.keyring_->close(core_.view().epochs(category));
    for (const auto& ref : closure.learnt) {
      core_.touch(store::Durability::full);
      core_.good(core_.key_store_->save(*core_.keyring_->find(ref), *core_.rng_));
      learnt = true;
    }
    for (const auto& broken : closure.broken) core_.alert("bad_key", broken.author);
  }
  if (!learnt) return;
  peers_.keys_grew();
}

// One box at a time: its keys may already open the others by their links. A keystore that is
// locked or fails says nothing about the box: it is asked again later.
void Duties::open_boxes() {
  if (opening_ || waits(boxes_wait_)) return;
  const auto boxes = keyring::pending_boxes(core_.view(), *core_.keyring_, core_.self_);
  if (boxes.empty()) return;
  opening_ = true;
  keys_.ask(keyring::box_request(boxes[0].enc), {}, [this, box = boxes[0]](const auto& shared) {
    opening_ = false;
    core_.log_grew_ = true;  // look for the next one
    if (!shared || shared->size() != 32) return boxes_wait_.failed(core_.now_.mono);
    boxes_wait_.worked();
    if (!core_.in_circle()) return;
    auto opened =
        keyring::open_box_info(core_.view(), core_.self_, box, Secret32(shared->expose()));
    if (!opened) return bad_box(box);
    keep_secrets(std::move(*opened));
  });
}

// The author boxed something else than it published (rule 16): none of the box is used, and it
// stands in nobody's way. What is sealed next gets a new epoch (spec 05 §6.4). After a restart it
// is tried once more, because a newer version may know its suite; it is told of only once.
void Duties::bad_box(const circle::BoxInfo& box) {
  core_.keyring_->mark_bad(box.entry);
  core_.data_grew_ = true;
  const auto name = "bad_box/" + to_hex(box.entry.bytes);
  const auto known = core_.meta_->get_u64(name);
  if (!core_.good(known) || *known) return;
  core_.touch(store::Durability::full);
  core_.good(core_.meta_->put_u64(name, core_.now_.wall.ms, *core_.rng_));
  core_.audit(audit::FactKind::anomaly, box.author.view());
  core_.alert("bad_key", box.author);
}

// True, and a wake-up is set, while it is too early to try again.
bool Duties::waits(const Backoff& backoff) {
  if (!backoff.waits(core_.now_.mono)) return false;
  wake_at(*backoff.at());
  return true;
}

// After an entry that nobody asked for. What could not be signed is tried again, but not at once.
void Duties::written(Backoff& backoff, const Result<EntryId>& entry) {
  if (entry) {
    backoff.worked();
    core_.log_grew_ = true;
  } else if (entry.error().code != Errc::not_found) {  // nothing was left to write
    backoff.failed(core_.now_.mono);
    wake_at(*backoff.at());
  }
}

void Duties::erase_withdrawn() {
  for (const auto& category : keyring::to_erase(core_.view(), *core_.keyring_, core_.self_)) {
    core_.touch(store::Durability::full);
    core_.good(core_.key_store_->erase(category));
    core_.keyring_->erase(category);
    forget_(category);
    core_.out_.emit(CircleChanged{});
  }
}

// In slices, so that no step is long, and from the rows alone: a restart goes on where it was.
void Duties::tick() {
  if (!core_.replica_ || core_.fatal()) return;
  const auto erasing = core_.replica_->erasing();
  if (!erasing.empty() && core_.erase_more(erasing.front())) core_.log_grew_ = true;
}

std::optional<MonoMs> Duties::deadline() const {
  if (core_.replica_ && !core_.replica_->erasing().empty()) return core_.now_.mono;
  const auto seek = core_.replica_ ? core_.seek_due() : std::nullopt;
  return seek && (!next_ || *seek < *next_) ? seek : next_;
}

Result<keyring::PlanContext> Duties::plan_context() const {
  TROTH_TRY(const auto suite, core_.suite());
  return keyring::PlanContext{core_.view(), *core_.keyring_, core_.self_, core_.expiry_clock(),
                              suite};
}

void Duties::rotate(std::vector<CategoryId> categories, Ticket command, Author::Done done) {
  writing_keys_ = true;
  author_.propose(
      [this, categories = std::move(categories), command]() -> Result<circle::Payload> {
        TROTH_TRY(const auto context, plan_context());
        auto wanted = categories;
        if (command.value != 0) {
          TROTH_TRY(wanted, less_those_of_late(categories));
        }
        TROTH_TRY(plan_, wanted.empty() ? keyring::plan_wraps(context, *core_.rng_)
                                        : keyring::plan_rotation(context, wanted, *core_.rng_));
        if (plan_->empty()) return fail(Errc::not_found);
        return circle::Payload(plan_->payload);
      },
      command,
      [this, command, done = std::move(done)](Result<EntryId> entry) {
        writing_keys_ = false;
        if (entry && plan_) {
          core_.audit(audit::FactKind::rotated, entry->view(), plan_->payload.epochs.size());
          keep_secrets(std::move(plan_->secrets));
        }
        plan_.reset();
        if (entry || command.value == 0) written(keys_wait_, entry);
        if (std::exchange(missed_, false)) core_.log_grew_ = true;
        if (done) done(std::move(entry));
      });
}

Result<std::vector<CategoryId>> Duties::less_those_of_late(
    const std::vector<CategoryId>& categories) const {
  std::vector<CategoryId> out;
  for (const auto& category : categories) {
    const auto survey = keyring::survey(core_.view(), category, core_.expiry_clock());
    // A category whose consent is over is left out where others are to be rotated with it.
    if (categories.size() > 1 && !survey.is_entitled(core_.self_)) continue;
    if (keyring::rotation_exempt(survey) ||
        keyring::may_rotate_unforced(survey, core_.expiry_clock()))
      out.push_back(category);
  }
  if (out.empty()) return fail(Errc::again);
  return out;
}

// How long this device leaves a category without a clean key where nobody seals; first the one that
// ranks lowest, so that not all of them make one. The control category's is its remover's, at once.
std::optional<std::uint64_t> Duties::stale_delay(const keyring::Survey& survey) const {
  if (survey.category != circle::kControl) {
    const auto delay = keyring::idle_rotation_delay(survey, *core_.keyring_, core_.self_);
    // By this device's clock alone a consent is over: who is behind gives the key again, which is
    // no reason to replace it again at once (spec 05 §7.3).
    const bool by_clock =
        !keyring::clean_heads(keyring::survey(core_.view(), survey.category, {})).empty();
    if (!delay || !by_clock || keyring::may_rotate_unforced(survey, core_.expiry_clock()))
      return delay;
    return std::max(*delay, limits::kUnforcedRotationMs);
  }
  const bool mine =
      std::any_of(survey.ends.begin(), survey.ends.end(), [&](const circle::EndInfo& end) {
        const auto* body = core_.log_->body(end.entry);
        return body != nullptr && body->author == core_.self_;
      });
  return mine ? 0 : keyring::wrap_delay(survey, core_.self_);
}

// When this device replaces a key because it is old (spec 05 §7.3), or looks again whether it is
// to. A device that is with nobody may only not have heard that another did so.
std::optional<MonoMs> Duties::scheduled(const keyring::Survey& survey) const {
  const auto at = keyring::scheduled_rotation(survey, *core_.keyring_, core_.self_);
  if (!at) return std::nullopt;
  const auto now = core_.expiry_clock();
  // Looked at now and then, because the clock that wakes us may stand still while a machine sleeps.
  if (*at > now) return MonoMs{core_.now_.mono.ms + std::min(at->ms - now.ms, limits::kHour)};
  const bool met = peers_.anybody_connected() || core_.view().live_devices().size() == 1;
  const bool may = met && core_.level() && keyring::may_rotate_unforced(survey, now) &&
                   keyring::holds_all_links(survey, *core_.keyring_, core_.self_);
  return MonoMs{core_.now_.mono.ms + (may ? 0 : limits::kUnforcedRotationMs)};
}

// A delay counts from when its reason was first seen; a reason that is more urgent shortens it.
MonoMs Duties::due(std::map<CategoryId, MonoMs>& dues, const CategoryId& category,
                   std::uint64_t delay) {
  const MonoMs at{core_.now_.mono.ms + delay};
  auto& kept = dues.try_emplace(category, at).first->second;
  return kept = std::min(kept, at);
}

// What this device has to do about the keys of a category by itself, and when.
std::optional<Duties::Turn> Duties::turn(const keyring::PlanContext& context,
                                         const CategoryId& category) {
  const auto survey = keyring::survey(core_.view(), category, core_.expiry_clock());
  if (survey.epochs->empty()) {
    if (core_.creator_of(category) == core_.self_) return Turn{true, core_.now_.mono};
    return std::nullopt;
  }
  std::optional<Turn> out;
  const auto earlier = [&out](bool rotate, MonoMs at) {
    if (!out || at < out->at) out = Turn{rotate, at};
  };
  const bool holds = core_.keyring_->holds(category);
  const bool stale = holds && keyring::clean_heads(survey).empty();
  const bool lacks = keyring::wraps_needed(context, category);
  const auto planned = holds && !stale ? scheduled(survey) : std::nullopt;
  const bool old = planned && *planned <= core_.now_.mono;
  if (!stale && !old) stale_due_.erase(category);
  if (!lacks) wraps_due_.erase(category);
  if (const auto delay = stale ? stale_delay(survey) : std::nullopt)
    earlier(true, due(stale_due_, category, *delay));
  if (auto delay = lacks ? keyring::wrap_delay(survey, core_.self_) : std::nullopt) {
    // Whoever is ahead would answer a key that is given again at once with a new one (spec 05
    // §7.3).
    if (keyring::lacks_by_clock(survey)) delay = std::max(*delay, limits::kUnforcedRotationMs);
    earlier(false, due(wraps_due_, category, *delay));
  }
  if (planned && !old) earlier(true, *planned);
  // Several may be late by more than a day: they go in the turns of giving, so that one is enough.
  if (const auto delay = old ? keyring::wrap_delay(survey, core_.self_) : std::nullopt)
    earlier(true, due(stale_due_, category, *delay));
  return out;
}

namespace {
// Sealing said so when it last ran; the key may have come since.
std::vector<CategoryId> unready_of(const Core& core, const std::set<CategoryId>& wants) {
  std::vector<CategoryId> out;
  for (const auto& category : wants) {
    const auto survey = keyring::survey(core.view(), category, core.expiry_clock());
    const auto keys = keyring::key_state(survey, *core.keyring_, core.self_);
    if (keys.state == keyring::KeyState::needs_rotation) out.push_back(category);
  }
  return out;
}
}  // namespace

// Rules 0 and 2: rotate what has drafts but no clean key; box keys to who waits for them, in turn;
// replace what is old.
void Duties::write_keys() {
  missed_ = writing_keys_;
  if (writing_keys_ || core_.view().frozen() || waits(keys_wait_)) return;
  const auto wants = unready_of(core_, sealing_.wants_rotation());
  if (!wants.empty()) return rotate(wants, {}, {});
  const auto context = plan_context();
  if (!context) return;
  std::vector<CategoryId> all{circle::kControl};
  for (const auto& [category, info] : core_.view().categories()) all.push_back(category);
  bool give = false;
  for (const auto& category : all) {
    const auto turn_ = turn(*context, category);
    if (!turn_) continue;
    if (core_.now_.mono < turn_->at) {
      wake_at(turn_->at);
      continue;
    }
    if (turn_->rotate) return rotate({category}, {}, {});
    give = true;
  }
  if (give) rotate({}, {}, {});
}

void Duties::write_expiries() {
  if (expiring_) return;
  // Two clocks: what this device takes pauses by the one that is ahead (rule 6), the entry is due
  // by the one that peers corrected. Woken by the first alone, it would find nothing due, and sleep
  // on.
  const auto corrected = consent::corrected_time(core_.clock());
  const auto wake_by = [this](WallMs seen, WallMs running) {
    const auto end = consent::next_end(core_.view(), seen);
    if (!end) return;
    const auto ahead = end->ms > running.ms ? end->ms - running.ms : 0;
    wake_at(MonoMs{core_.now_.mono.ms + ahead + 1});
  };
  wake_by(core_.expiry_clock(), WallMs{std::max(core_.now_.wall.ms, corrected.ms)});
  wake_by(corrected, corrected);
  const auto due = consent::due_expiries(core_.view(), core_.self_, core_.clock());
  if (due.grants.empty()) {
    expiry_at_.reset();
    return;
  }
  if (!due.may_write || waits(expiry_wait_)) return;
  if (!expiry_at_) expiry_at_ = MonoMs{core_.now_.mono.ms + due.delay_ms};
  if (core_.now_.mono < *expiry_at_) return wake_at(*expiry_at_);
  expiring_ = true;
  author_.propose(
      [this, due]() -> Result<circle::Payload> {
        circle::Expire expire;
        expire.grants = due.grants;
        for (const auto& [device, category] : due.cuts_for)
          core_.append_cuts(device, category, expire.cuts);
        return circle::Payload(std::move(expire));
      },
      {},
      [this](Result<EntryId> entry) {
        expiring_ = false;
        expiry_at_.reset();
        written(expiry_wait_, entry);
      });
}

// An end that this device has said nothing after, or above whose cut it holds something: an entry
// of another kind may have come between the end and its ack, and what came while this device's own
// withdrawal was being signed is not in that. Once nothing is held above a cut, admission keeps it
// so.
bool Duties::needs_ack(const circle::EndInfo& end) {
  if (settled_.contains(end.entry)) return false;
  // What ended nothing has nobody answer, or one device could have all others write without end.
  if (!core_.view().acknowledged(core_.self_, end.entry))
    return !end.idle || !core_.above(end).empty();
  const auto above = core_.above(end);
  if (core_.can_cut(above)) return true;
  if (core_.any_in_doubt()) return false;  // nobody can tell what is above it
  core_.names_another(end, above);
  settled_.insert(end.entry);
  return false;
}

// Ends of the right to send that are to be acknowledged.
std::vector<circle::EndInfo> Duties::unacknowledged() {
  std::map<EntryId, circle::EndInfo> found;
  for (const auto& [category, info] : core_.view().categories()) {
    for (const auto& end : core_.view().ends(category)) {
      if (overlaps(end.direction, Direction::send) && needs_ack(end)) found.emplace(end.entry, end);
    }
  }
  for (const auto& [id, device] : core_.view().devices()) {
    for (const auto& removal : device.removals) {
      const circle::EndInfo end{removal.entry, circle::Kind::device_remove, id, {}, Direction::both,
                                false};
      if (needs_ack(end)) found.emplace(end.entry, end);
    }
  }
  std::vector<circle::EndInfo> out;
  for (auto& [id, end] : found) out.push_back(std::move(end));
  return out;
}

// Rules 4.5 and 10: an end that was taken is acknowledged at once, with what had been applied
// before it; in the same step everything above the cut that now holds is taken back and parked.
void Duties::write_ack() {
  // A cut goes by the rows that stand above it.
  if (acking_ || core_.any_in_doubt()) return;
  auto ends = unacknowledged();
  if ((ends.empty() && !ack_due_) || waits(ack_wait_)) return;
  acking_ = true;
  ack_due_ = false;
  author_.propose(
      [this, ends]() -> Result<circle::Payload> {
        circle::Ack ack;
        for (const auto& end : ends) core_.append_raises(end, ack.raised);
        return circle::Payload(std::move(ack));
      },
      {},
      [this, ends](Result<EntryId> entry) {
        acking_ = false;
        written(ack_wait_, entry);
        if (!entry) return;
        for (const auto& end : ends) core_.apply_end(end);
      });
}

}  // namespace troth::device
