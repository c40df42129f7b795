// What a device says about the log itself: proofs of forks (rule 4.5), and the checkpoint of
// whoever is left alone (rule 4.7).
#include <algorithm>

#include "circle/log_impl.hpp"

namespace troth::circle {
namespace {

// The entry of the log that stands where a held one would.
std::optional<EntryId> beside(const State& state, const EntryBody& held) {
  const auto* device = state.device(held.author);
  if (device == nullptr) return std::nullopt;
  std::optional<EntryId> out;
  for (const auto b : device->branches) {
    for (std::uint32_t i = 0; i < state.log.count(b); ++i) {
      const auto& in = state.at(state.branch(b)[i]).in;
      if (in.body.prev == held.prev && (!out || in.id < *out)) out = in.id;
    }
  }
  return out;
}

// No proof of a proof, and none too long to be carried.
std::optional<ForkProof> carried(const State& state, const EntryId& id, const EntryBody& body,
                                 const Entry& entry) {
  if (body.kind == Kind::fork_proof) return std::nullopt;
  const auto first = beside(state, body);
  Bytes bytes = wire::encode(entry);
  if (!first || bytes.size() > limits::kForkEntryBytes) return std::nullopt;
  return ForkProof{*first, id, std::move(bytes)};
}

}  // namespace

std::vector<ForkProof> Log::unproven_forks() const {
  std::map<DeviceId, ForkProof> found;
  const auto wanted = [&](const DeviceId& author) {
    return view().live(author) && !view().proven_forked().contains(author) &&
           !found.contains(author);
  };
  for (const auto& fork : view().forks()) {
    if (wanted(fork.author)) found.emplace(fork.author, ForkProof{fork.first, fork.second, {}});
  }
  for (const auto& id : impl_->held_order) {
    const auto& held = impl_->held.at(id);
    const auto body = held.reason == Reason::fork ? decode_body(held.entry.body) : fail(Errc::fork);
    if (!body || !wanted(body->author)) continue;
    auto proof = carried(impl_->state, id, *body, held.entry);
    if (proof) found.emplace(body->author, std::move(*proof));
  }
  std::vector<ForkProof> out;
  for (auto& [author, proof] : found) out.push_back(std::move(proof));
  return out;
}

std::optional<Checkpoint> Log::checkpoint_due() const {
  if (view().live_devices().size() != 1) return std::nullopt;
  Checkpoint out;
  for (const auto& [id, device] : view().devices()) {
    for (const auto& removal : device.removals) out.removals.push_back(removal.entry);
    if (view().live(id)) continue;
    const auto& keys = device.descriptor;
    for (const auto* key : {&keys.sign, &keys.agree, &keys.approve})
      out.dead_keys.push_back(crypto::sha256(key->view()));
  }
  const auto told = [&](const EntryId& checkpoint) {
    return std::all_of(out.removals.begin(), out.removals.end(),
                       [&](const EntryId& id) { return is_ancestor(id, checkpoint); });
  };
  const auto& before = view().checkpoints();
  if (out.removals.empty() || std::any_of(before.begin(), before.end(), told)) return std::nullopt;
  std::sort(out.removals.begin(), out.removals.end());
  std::sort(out.dead_keys.begin(), out.dead_keys.end());
  out.removals.resize(std::min(out.removals.size(), limits::kDevices));
  out.dead_keys.resize(std::min(out.dead_keys.size(), 3 * limits::kDevices));
  return out;
}

}  // namespace troth::circle
