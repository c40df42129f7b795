// PairFlow, a join without an address: whoever shows the nameplate on the local network is tried,
// one after the other, because anybody may show it (spec 15 §5).
#include <algorithm>

#include "device/pair_flow.hpp"

namespace troth::device {

std::optional<std::string> PairFlow::shows() const {
  if (!invitation_) return std::nullopt;
  return invitation_->code.nameplate;
}

std::optional<std::string> PairFlow::looks_for() const {
  const bool idle = joining_ && joining_->search && !joining_->run && joining_->attempt == 0;
  if (!idle || !joining_->code) return std::nullopt;
  return joining_->code->nameplate;
}

void PairFlow::found(const std::string& nameplate, const std::string& address) {
  if (!joining_ || !joining_->search || !joining_->code) return;
  if (joining_->code->nameplate != nameplate) return;
  auto& all = joining_->search->candidates;
  if (all.size() >= limits::kJoinCandidates) return;
  if (std::find(all.begin(), all.end(), address) != all.end()) return;
  all.push_back(address);
  try_next();
}

void PairFlow::try_next() {
  auto& search = *joining_->search;
  if (joining_->attempt != 0 || joining_->run) return;
  if (search.tried < search.candidates.size()) {
    joining_->address = search.candidates[search.tried++];
    joining_->attempt = peers_.dial_for_pairing(joining_->address);
  } else if (search.tried >= limits::kJoinCandidates) {
    end_search();
  }
}

// True when the run ended before its other side had proven to know the code, so that somebody else
// may still be the right one. The user's own no, and a keystore that says no, end the join.
bool PairFlow::search_on(const pairing::Ended& ended) {
  auto& run = *joining_;
  if (!run.search || !run.code || ended.why == Errc::cancelled || ended.why == Errc::locked)
    return false;
  let_go(std::exchange(run.wire, {}));
  run.run.reset();
  run.attempt = 0;
  run.search->last = ended;
  run.search->ends = {};
  search_longer();
  return true;
}

// However long this one took: whoever is the right one has a moment from now on.
void PairFlow::search_longer() {
  auto& ends = joining_->search->ends;
  ends = std::max(ends, MonoMs{core_.now_.mono.ms + limits::kJoinMoreMs});
  try_next();
}

void PairFlow::end_search() {
  const auto done = std::move(*joining_);
  joining_.reset();
  const auto& last = done.search->last;
  if (!last) {
    return core_.out_.emit(PairingFailed{done.ticket, Errc::timed_out, "not_found_nearby", 0});
  }
  core_.audit(audit::FactKind::pairing_failed, core_.self_.view(),
              static_cast<std::uint64_t>(last->why));
  core_.out_.emit(
      PairingFailed{done.ticket, last->why, last->by_peer ? "by_peer" : "here", last->tries_left});
}

}  // namespace troth::device
