// Peers, whom to dial and when: addresses that the user or a peer told, and addresses that were
// found on the local network (spec 15 §5), each with its own back-off.
#include <algorithm>

#include "device/pair_flow.hpp"
#include "device/peers.hpp"

namespace troth::device {

using channel::ConnectKind;

void Peers::dial_ended(DialState& dial, bool found, ConnectKind next) {
  dial.attempt = 0;
  auto& retry = found ? dial.seen : dial.told;
  retry.kind = next;
  back_off(retry);
  if (found)
    std::erase_if(dial.found, [](const Found& f) { return f.tries >= limits::kFoundTries; });
}

void Peers::back_off(Retry& retry) {
  std::uint8_t jitter = 0;
  core_.rng_->fill({&jitter, 1});
  const auto step = std::min<std::uint32_t>(retry.failures, 6);
  const std::uint64_t wait = (limits::kDialFirstMs << step) + jitter * 2;
  retry.next = MonoMs{core_.now_.mono.ms + wait};
  ++retry.failures;
}

void Peers::dial_failed(std::uint64_t attempt) {
  if (pairing_attempts_.erase(attempt) > 0) return pairing_->dial_failed(attempt);
  const auto at = attempts_.find(attempt);
  if (at == attempts_.end()) return;
  const auto [device, found] = at->second;
  attempts_.erase(at);
  const auto dial = dials_.find(device);
  if (dial == dials_.end()) return;
  // Nobody was there: that says nothing about our keys.
  dial_ended(dial->second, found, (found ? dial->second.seen : dial->second.told).kind);
}

// When this device may be dialled next; absent: there is no way to it, or it is being dialled.
std::optional<MonoMs> Peers::dial_at(const DeviceId& device, const DialState& dial) const {
  if (dial.attempt != 0 || connected_to(device) || !core_.view().live(device)) return std::nullopt;
  if (dial.address.empty() && dial.found.empty()) return std::nullopt;
  if (dial.address.empty()) return dial.seen.next;
  if (dial.found.empty()) return dial.told.next;
  return std::min(dial.told.next, dial.seen.next);
}

void Peers::dial_due() {
  if (!core_.alive()) return;
  const auto now = core_.now_.mono;
  for (auto& [device, dial] : dials_) {
    const auto at = dial_at(device, dial);
    if (!at || now < *at) continue;
    const bool told = !dial.address.empty() && now >= dial.told.next;
    const bool seen = !dial.found.empty() && now >= dial.seen.next;
    const bool found = seen && (!told || !dial.found_last);
    dial.found_last = found;
    dial.attempt = core_.next_ticket();
    attempts_[dial.attempt] = {device, found};
    if (!found) {
      core_.out_.request(Dial{dial.attempt, dial.address});
      continue;
    }
    auto& route = dial.found[dial.turn++ % dial.found.size()];
    ++route.tries;
    core_.out_.request(Dial{dial.attempt, route.address});
  }
}

void Peers::found_address(const DeviceId& device, const std::string& address) {
  if (device == core_.self_ || address.empty() || address.size() > limits::kAddressBytes) return;
  auto& dial = dials_[device];
  auto& found = dial.found;
  const bool known =
      std::any_of(found.begin(), found.end(), [&](const Found& f) { return f.address == address; });
  if (known) return;
  if (found.size() >= limits::kFoundAddresses) {
    // One that was tried in vain makes room; addresses that wait for their first turn do not.
    const auto worst = std::max_element(
        found.begin(), found.end(), [](const auto& a, const auto& b) { return a.tries < b.tries; });
    if (worst->tries == 0) return;
    found.erase(worst);
  }
  found.push_back({address, 0});
  // The newest is tried first: the next turn is its own.
  dial.turn = found.size() - 1;
  dial_due();
}

std::uint64_t Peers::dial_for_pairing(std::string address) {
  const auto attempt = core_.next_ticket();
  pairing_attempts_[attempt] = core_.now_.mono;
  core_.out_.request(Dial{attempt, std::move(address)});
  return attempt;
}

}  // namespace troth::device
