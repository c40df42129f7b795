// Where an ended device's data stops (rules 10 and 23): what a removal states, raises and takes
// back.
#include <algorithm>

#include "device/core.hpp"

namespace troth::device {

namespace {

bool bound(const std::vector<circle::CutInfo>& cuts, const EntryId& end) {
  return std::any_of(cuts.begin(), cuts.end(), [&](const auto& cut) { return cut.end == end; });
}

}  // namespace

std::vector<AuthorId> Core::authors_of(const DeviceId& device, const CategoryId& category) const {
  std::vector<AuthorId> out;
  for (const auto& [author, entry] : replica_->vector(category)) {
    if (author == replica_->author() && device == self_) {
      out.push_back(author);
      continue;
    }
    const auto* certificate = replica_->certificates().newest(author);
    if (certificate != nullptr && certificate->body.device == device) out.push_back(author);
  }
  return out;
}

void Core::append_cuts(const DeviceId& device, const CategoryId& category,
                       std::vector<circle::Cut>& out) const {
  const auto vector = replica_->vector(category);
  for (const auto& author : authors_of(device, category)) {
    if (out.size() >= limits::kCutsPerEntry) return;
    const auto& entry = vector.at(author);
    out.push_back({category, author, entry.counter, entry.chain});
  }
}

namespace {

// Of what was raised as high as the highest, and of what the end states where nothing was: the one
// that is held here. A raise is one device's word, and several may say different things of one
// place.
sync::VectorEntry cut_of(const circle::CutInfo& cut, const sync::VectorEntry& held) {
  std::optional<sync::VectorEntry> out;
  const auto consider = [&](std::uint64_t counter, const ChainHash& chain) {
    const sync::VectorEntry at{counter, chain};
    if (counter == cut.counter() && (!out || at == held)) out = at;
  };
  for (const auto& raise : cut.raises) consider(raise.counter, raise.chain);
  consider(cut.stated.counter, cut.stated.chain);
  return *out;
}

}  // namespace

// Batches that already know the end are not bound by it: a consent that was given later covers
// them.
std::vector<Core::AboveCut> Core::above(const circle::EndInfo& end) {
  std::vector<AboveCut> out;
  for (const auto& [category, info] : view().categories()) {
    if (end.category != CategoryId{} && end.category != category) continue;
    const auto vector = replica_->vector(category);
    for (const auto& author : authors_of(end.device, category)) {
      for (const auto& cut : view().cuts(category, end.device, author, {})) {
        if (cut.end != end.entry) continue;
        const auto& held = vector.at(author);
        const auto at = cut_of(cut, held);
        if (held.counter < at.counter || held == at) continue;
        const auto before = held.counter == at.counter ? at.counter - 1 : at.counter;
        const auto heads = watched(category, replica_->heads_after(category, author, before));
        if (!heads || !bound(view().cuts(category, end.device, author, *heads), end.entry))
          continue;
        out.push_back({category, author, at, {cut.stated.counter, cut.stated.chain}, cut.strict});
      }
    }
  }
  return out;
}

void Core::append_raises(const circle::EndInfo& end, std::vector<circle::Raise>& out) {
  for (const auto& one : above(end)) {
    if (one.strict || end.device == self_ || out.size() >= limits::kRaisesWritten) continue;
    // Only what goes on from the chain that the end names is more of the same.
    const auto same =
        watched(one.category, replica_->runs_through(one.category, one.author, one.stated));
    if (!same || *same != sync::OneChain::same) continue;
    const auto entry = replica_->vector(one.category).at(one.author);  // of a temporary: a copy
    out.push_back({end.entry, {one.category, one.author, entry.counter, entry.chain}});
  }
}

// Where the chain that is held here can be cut for an end: where live holders raised it to, else
// where the end itself says. On neither: what it names is one device's word.
std::optional<sync::VectorEntry> Core::place_of(const AboveCut& one) {
  for (const auto& at : {one.cut, one.stated}) {
    const auto held = replica_->vector(one.category).at(one.author);
    if (held.counter < at.counter || held == at) continue;
    const auto ours = watched(one.category, replica_->runs_through(one.category, one.author, at));
    if (!ours && ours.error().code != Errc::damaged) note(ours.error());
    // Where a row is missing nobody can tell; it is looked at again once that is mended.
    if (!ours || *ours == sync::OneChain::unknown) return std::nullopt;
    if (*ours == sync::OneChain::same) return at;
  }
  return std::nullopt;
}

bool Core::can_cut(const std::vector<AboveCut>& all) {
  return std::any_of(all.begin(), all.end(),
                     [this](const auto& one) { return place_of(one).has_value(); });
}

void Core::apply_end(const circle::EndInfo& end) {
  for (const auto& one : above(end)) {
    if (in_doubt(one.category)) continue;
    touch(store::Durability::full);
    if (const auto at = place_of(one)) apply_cut(end, one, *at);
  }
}

void Core::apply_cut(const circle::EndInfo& end, const AboveCut& one, const sync::VectorEntry& at) {
  const auto changed = replica_->cut(one.category, one.author, at, Errc::above_cut);
  if (!good_in(one.category, changed)) return;
  data_touched(one.category);
  auto& back = taken_back_[one.category];
  back.insert(back.end(), changed->begin(), changed->end());
  // What we go on with stands beside what was parked, not in its place.
  if (end.device == self_) be_new_author();
}

// The end names another chain than the one held here. Nothing is given up for that: it may be made
// up. If it is true, others hold it, so they are asked for all of the author; two batches in one
// place and then the one that the end names are evidence (spec 07 §7).
void Core::names_another(const circle::EndInfo& end, const std::vector<AboveCut>& all) {
  for (const auto& one : all) {
    if (end.device != self_) {
      seek_from(one.category, one.author);
    } else if (one.author == replica_->author()) {
      // Elsewhere what we wrote may be parked: what we go on with must not wait behind it.
      alert("bad_cut", end.device);
      be_new_author();
    }
  }
}

// The batch that a cut names counts against what is held of its author only where two batches of
// the author in one place were seen. An end is one device's word, and it can make up a batch for
// it: until its certificate is known, nothing says who sealed that.
std::optional<sync::VectorEntry> Core::decisive(const sync::BatchClaims& claims,
                                                const sync::VectorEntry& cut) const {
  if (cut != sync::VectorEntry{claims.last, claims.chain}) return cut;
  const auto vector = replica_->vector(claims.epoch.category);
  const auto held = vector.find(claims.author);
  const bool next = held == vector.end() ||
                    (claims.first == held->second.counter + 1 && claims.prev == held->second.chain);
  if (next || replica_->frozen(claims.epoch.category, claims.author)) return cut;
  seek_from(claims.epoch.category, claims.author);
  return std::nullopt;
}

// Once a run begins it; after that the times of seek() hold.
void Core::seek_from(const CategoryId& category, const AuthorId& author) const {
  if (!sought_[category].insert(author).second) return;
  seeking_ = false;  // with this one among them
  seek_at_ = now_.mono;
}

// Asked a few times a run, because who holds it may not be here. While it is asked for, this device
// does not claim to hold anything of the author.
std::optional<MonoMs> Core::seek() {
  if (sought_.empty() || !seek_at_) return std::nullopt;
  if (now_.mono < *seek_at_) return seek_at_;
  seeking_ = !seeking_;
  for (const auto& [category, authors] : sought_) {
    data_touched(category);
    if (seeking_) fetch_anew_.insert(category);
  }
  if (seeking_) {
    seek_at_ = MonoMs{now_.mono.ms + limits::kSeekMs};
  } else if (++sought_times_ < limits::kSeekTimes) {
    seek_at_ = MonoMs{now_.mono.ms + (limits::kSeekAgainMs << sought_times_)};
  } else {
    seek_at_.reset();
  }
  return seek_at_;
}

// Another chain was held here than the one that the device's end names, and that one came: once it
// is durable that ours was given up,
// the others are asked for all of it.
void Core::disowned(const CategoryId& category, const DeviceId& device,
                    const Result<std::vector<ItemId>>& changed) {
  if (!good_in(category, changed)) return;
  touch(store::Durability::full);
  alert("forked", device);
  data_touched(category);
  fetch_anew_.insert(category);
  if (const auto sought = sought_.find(category); sought != sought_.end()) {
    const auto vector = replica_->vector(category);  // says nothing of that author any more
    std::erase_if(sought->second, [&](const auto& author) { return !vector.contains(author); });
    if (sought->second.empty()) sought_.erase(sought);
  }
  auto& back = taken_back_[category];
  back.insert(back.end(), changed->begin(), changed->end());
}

namespace {

// What widens, and what stops others: a retired category, and what no device here understands.
bool can_be_reverted(const circle::EntryBody& body) {
  using circle::Kind;
  const auto payload = circle::decode_payload(body.kind, body.payload);
  const bool unknown = payload && std::holds_alternative<circle::Opaque>(*payload);
  return body.kind == Kind::device_add || body.kind == Kind::grant ||
         body.kind == Kind::policy_set || body.kind == Kind::category_retire ||
         (unknown && body.critical);
}

}  // namespace

// Whose device has been stolen sets its clock as it likes. So what it signed is from before only if
// its time says so and somebody else had built on it by then: this device, one that does not owe
// its being here to the stolen one, or one whose addition is from before itself.
std::set<EntryId> Core::from_before(const DeviceId& device, std::uint64_t since_ms) const {
  std::map<EntryId, DeviceId> adds;    // of the stolen device
  std::set<DeviceId> brought{device};  // by it, or by whom it brought in
  std::map<DeviceId, EntryId> latest;  // by then; a device's entry has all its earlier ones behind
  std::vector<EntryId> open;
  for (const auto& id : log_->order()) {
    const auto* body = log_->body(id);
    if (body->at.ms <= since_ms) latest[body->author] = id;
    if (!brought.contains(body->author)) continue;
    const bool claims = body->author == device && body->at.ms < since_ms;
    if (claims && can_be_reverted(*body)) open.push_back(id);
    const auto* add = std::get_if<circle::DeviceAdd>(log_->payload(id));
    if (add == nullptr) continue;
    const auto added = circle::device_id(add->device);
    if (body->author == device) adds.emplace(id, added);
    if (added != self_) brought.insert(added);
  }
  std::set<EntryId> before;
  const auto confirmed = [&](const EntryId& id) {
    return std::any_of(latest.begin(), latest.end(), [&](const auto& one) {
      return !brought.contains(one.first) && log_->is_ancestor(id, one.second);
    });
  };
  for (bool more = true; more;) {
    more = false;
    for (const auto& id : open) {
      if (before.contains(id) || !confirmed(id)) continue;
      before.insert(id);
      const auto add = adds.find(id);
      more = (add != adds.end() && brought.erase(add->second) > 0) || more;
    }
  }
  return before;
}

// Devices first, and the newest first, so that a thief cannot fill the list with trifles.
void Core::append_reverts(const DeviceId& device, std::uint64_t since_ms,
                          std::vector<EntryId>& out) const {
  const auto before = from_before(device, since_ms);
  const auto& order = log_->order();
  for (const bool adds : {true, false}) {
    for (auto id = order.rbegin(); id != order.rend(); ++id) {
      const auto* body = log_->body(*id);
      const bool wanted = body->author == device && can_be_reverted(*body) &&
                          (body->kind == circle::Kind::device_add) == adds && !before.contains(*id);
      if (wanted && out.size() < limits::kRevertsWritten) out.push_back(*id);
    }
  }
}

}  // namespace troth::device
