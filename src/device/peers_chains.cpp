// Peers, chains: what a peer says to hold of each author, and whether that is the chain held here.
#include <algorithm>

#include "device/peers.hpp"

namespace troth::device {

// A peer holds another chain of somebody than this device does. That is its word, so nothing is
// stopped for it here; it is shown this chain, with which it has the proof (rule 19).
void Peers::note_other_chains(const DeviceId& peer, const CategoryId& category,
                              const sync::Vector& theirs) {
  const auto others = core_.watched(category, core_.replica_->other_chains(category, theirs));
  if (!others && others.error().code == Errc::damaged) return;
  if (!core_.good(others)) return;
  for (const auto& other : *others) {
    core_.alert("contradicted", other.device);
    auto& shown = shown_[{peer, category, other.author}];
    if (shown.theirs == other.theirs) continue;
    // Ever new ends are only somebody's word: they must not draw the chain again and again.
    const auto now = core_.now_.mono;
    const auto last = proven_at_.find({peer, other.author});
    if (last != proven_at_.end() && now.ms < last->second.ms + limits::kProofAgainMs) continue;
    proven_at_[{peer, other.author}] = now;
    shown = {other.theirs, other.from, true};
  }
}

void Peers::add_proofs(const DeviceId& peer, sync::RangeCursor& cursor) {
  const auto vector = core_.replica_->vector(cursor.category);
  for (auto& [about, shown] : shown_) {
    const auto& to = std::get<0>(about);
    const auto& category = std::get<1>(about);
    const auto& author = std::get<2>(about);  // clang 14: no lambda may name a structured binding
    const auto ours = vector.find(author);
    if (to != peer || category != cursor.category || ours == vector.end()) continue;
    if (!std::exchange(shown.due, false)) continue;
    std::erase_if(cursor.ranges, [&](const auto& range) { return range.author == author; });
    cursor.ranges.push_back({author, shown.from, ours->second.counter});
  }
}

void Peers::told_vector(const DeviceId& peer, const CategoryId& category,
                        const sync::Vector& theirs) {
  if (!core_.replica_ || core_.in_doubt(category)) return;  // it is asked again once it is mended
  note_other_chains(peer, category, theirs);
  const auto found = theirs.find(core_.replica_->author());
  const auto entry = found == theirs.end() ? sync::VectorEntry{} : found->second;
  const bool news = entry.counter > 0 || !core_.replica_->may_seal(category);
  if (!news) return;
  core_.touch(store::Durability::normal);
  const auto confirmed = core_.replica_->confirm(category, entry);
  if (!core_.watched(category, confirmed) && confirmed.error().code == Errc::damaged) return;
  if (!core_.good(confirmed)) return;
  if (*confirmed == sync::Confirmed::rolled_back) {
    // Rule 19: a peer holds more of ours than we do. Nothing is reused.
    core_.rolled_back();
  }
  core_.data_grew_ = true;
}

// Equal digests say that the peer holds our own batches as we do: that is its word (rule 19).
void Peers::told_equal(const DeviceId& peer) {
  records_[peer].last_equal_ms = core_.now_.wall.ms;
  equal_.insert(peer);  // a session may find it out while a frame is pulled, outside any step
}

void Peers::hear_equal() {
  for (const auto& peer : std::exchange(equal_, {})) {
    for (const auto& category : shared(peer))
      told_vector(peer, category, core_.claimed_for(peer, category));
  }
}

}  // namespace troth::device
