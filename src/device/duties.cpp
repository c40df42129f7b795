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
  write_ack();
}

void Duties::keep_secrets(std::vector<keyring::EpochSecret> secrets) {
  if (secrets.empty()) return;
  core_.touch(store::Durability::full);
  for (auto& secret : secrets) {
    core_.good(core_.key_store_->save(secret, *core_.rng_));
    core_.keyring_->add(std::move(secret));
  }
  close_links();
  core_.learn_epochs();
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
  core_.learn_epochs();
  peers_.keys_grew();
}

// One box at a time: its keys may already open the others by their links.
void Duties::open_boxes() {
  if (opening_) return;
  for (const auto& box : keyring::pending_boxes(core_.view(), *core_.keyring_, core_.self_)) {
    if (failed_boxes_.contains({box.entry, box.index})) continue;
    opening_ = true;
    keys_.ask(keyring::box_request(box.enc), {}, [this, box](Result<SecretBytes> shared) {
      opening_ = false;
      core_.log_grew_ = true;  // look for the next one
      if (!shared || shared->size() != 32 || !core_.in_circle()) return;
      auto opened =
          keyring::open_box_info(core_.view(), core_.self_, box, Secret32(shared->expose()));
      if (!opened) {
        // The author boxed something else than it published: its key is not used (rule 16).
        failed_boxes_.insert({box.entry, box.index});
        core_.audit(audit::FactKind::anomaly, box.author.view());
        core_.alert("bad_key", box.author);
        return;
      }
      keep_secrets(std::move(*opened));
    });
    return;
  }
}

void Duties::erase_withdrawn() {
  for (const auto& category : keyring::to_erase(core_.view(), *core_.keyring_, core_.self_)) {
    core_.touch(store::Durability::full);
    core_.good(core_.key_store_->erase(category));
    core_.keyring_->erase(category);
    core_.learn_epochs();
    forget_(category);
    core_.out_.emit(CircleChanged{});
  }
}

Result<keyring::PlanContext> Duties::plan_context() const {
  TROTH_TRY(const auto suite,
            crypto::usable_suite(core_.config_.suites.front(), core_.view().policy().least_suite));
  return keyring::PlanContext{core_.view(), *core_.keyring_, core_.self_, core_.expiry_clock(),
                              suite};
}

void Duties::rotate(std::vector<CategoryId> categories, Ticket command, Author::Done done) {
  writing_keys_ = true;
  author_.propose(
      [this, categories = std::move(categories)]() -> Result<circle::Payload> {
        TROTH_TRY(const auto context, plan_context());
        TROTH_TRY(plan_, categories.empty()
                             ? keyring::plan_wraps(context, *core_.rng_)
                             : keyring::plan_rotation(context, categories, *core_.rng_));
        if (plan_->empty()) return fail(Errc::not_found);
        return circle::Payload(plan_->payload);
      },
      command,
      [this, done = std::move(done)](Result<EntryId> entry) {
        writing_keys_ = false;
        if (entry && plan_) {
          core_.audit(audit::FactKind::rotated, entry->view(), plan_->payload.epochs.size());
          keep_secrets(std::move(plan_->secrets));
          core_.log_grew_ = true;
        }
        plan_.reset();
        if (done) done(std::move(entry));
      });
}

// Rules 0 and 2: rotate what has drafts but no clean key; box keys to who waits for them, in turn.
void Duties::write_keys() {
  if (writing_keys_ || core_.view().frozen()) return;
  const auto& wants = sealing_.wants_rotation();
  if (!wants.empty()) return rotate({wants.begin(), wants.end()}, {}, {});
  const auto context = plan_context();
  if (!context) return;
  std::vector<CategoryId> all{circle::kControl};
  for (const auto& [category, info] : core_.view().categories()) all.push_back(category);
  bool due = false;
  for (const auto& category : all) {
    const auto survey = keyring::survey(core_.view(), category, core_.expiry_clock());
    const bool first_key = survey.epochs->empty() && core_.creator_of(category) == core_.self_;
    const bool stale = keyring::clean_heads(survey).empty() && core_.keyring_->holds(category);
    if (first_key) return rotate({category}, {}, {});
    if (!stale && !keyring::wraps_needed(*context, category)) {
      wraps_due_.erase(category);
      continue;
    }
    const auto delay = keyring::wrap_delay(survey, core_.self_);
    if (!delay) continue;
    const auto at =
        wraps_due_.try_emplace(category, MonoMs{core_.now_.mono.ms + *delay}).first->second;
    if (core_.now_.mono < at) {
      wake_at(at);
      continue;
    }
    if (stale) return rotate({category}, {}, {});
    due = true;
  }
  if (due) rotate({}, {}, {});
}

void Duties::write_expiries() {
  if (expiring_) return;
  if (const auto end = consent::next_end(core_.view(), core_.expiry_clock())) {
    const auto ahead = end->ms > core_.now_.wall.ms ? end->ms - core_.now_.wall.ms : 0;
    wake_at(MonoMs{core_.now_.mono.ms + ahead + 1});
  }
  const auto due = consent::due_expiries(core_.view(), core_.self_, core_.clock());
  if (due.grants.empty()) {
    expiry_at_.reset();
    return;
  }
  if (!due.may_write) return;
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
        if (entry) core_.log_grew_ = true;
      });
}

// An end that this device has said nothing after, or above whose cut it holds something: an entry
// of another kind may have come between the end and its ack, and what came while this device's own
// withdrawal was being signed is not in that. Once nothing is held above a cut, admission keeps it
// so.
bool Duties::needs_ack(const circle::EndInfo& end) {
  if (settled_.contains(end.entry)) return false;
  if (!core_.view().acknowledged(core_.self_, end.entry)) return true;
  if (!core_.above(end).empty()) return true;
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
      const circle::EndInfo end{
          removal.entry, circle::Kind::device_remove, id, {}, Direction::both};
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
  if (acking_) return;
  auto ends = unacknowledged();
  if (ends.empty() && !ack_due_) return;
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
        if (!entry) return;
        core_.log_grew_ = true;
        for (const auto& end : ends) core_.apply_end(end);
      });
}

}  // namespace troth::device
