#include "device/finder.hpp"

#include <algorithm>

namespace troth::device {

std::vector<Secret32> Finder::keys() const {
  std::vector<Secret32> out;
  for (const auto* epoch : core_.keyring_->newest(circle::kControl, limits::kDiscoveryEpochs))
    out.push_back(epoch->discovery_key());
  return out;
}

Finder::Wanted Finder::wanted() const {
  Wanted out;
  out.nameplate = pairing_.looks_for();
  if (const auto shown = pairing_.shows()) out.say.push_back(discovery::invitation_stem(*shown));
  if (!core_.alive()) return out;
  for (const auto& device : core_.view().live_devices()) {
    if (device != core_.self_ && !peers_.connected_to(device)) out.missing.push_back(device);
  }
  const auto newest = core_.keyring_->newest(circle::kControl, 1);
  if (out.missing.empty() || newest.empty()) return out;
  const auto tag = discovery::make_tag(newest.front()->discovery_key(), core_.self_,
                                       discovery::slot_of(core_.now_.wall));
  out.say.push_back(discovery::stem_of(tag));
  return out;
}

// Nobody missing, nothing said: silence (spec 15 §4). Whenever somebody else is missing than
// before, names are asked for anew, because one that was of no use then may be of use now.
void Finder::follow() {
  if (!core_.config_.discovery.value_or(false)) return;
  auto wants = wanted();
  if (wants == now_wanted_) return;
  now_wanted_ = std::move(wants);
  ticket_ = Ticket{core_.next_ticket()};
  asked_.clear();
  recognise();
  core_.out_.request(Discover{ticket_, now_wanted_.say,
                              !now_wanted_.missing.empty() || now_wanted_.nameplate.has_value()});
}

void Finder::recognise() {
  if (now_wanted_.missing.empty()) return recogniser_.learn({}, {}, 0);
  recogniser_.learn(keys(), now_wanted_.missing, discovery::slot_of(core_.now_.wall));
}

bool Finder::may_ask() {
  const auto now = core_.now_.mono;
  if (now.ms >= asked_since_.ms + limits::kMinute) {
    asked_since_ = now;
    asks_ = 0;
  }
  if (asked_.size() >= limits::kLookUps || asks_ >= limits::kLookUpsPerMinute) return false;
  ++asks_;
  return true;
}

void Finder::heard(Ticket ticket, const Heard& heard) {
  if (ticket != ticket_) return;
  const auto said = discovery::parse_name(heard.name);
  if (!said) return;
  Asked asked;
  if (const auto* tag = std::get_if<discovery::Tag>(&*said)) {
    const auto* device = recogniser_.find(*tag);
    if (device == nullptr) return;
    asked.device = *device;
  } else {
    asked.nameplate = std::get<discovery::InvitationSaid>(*said).nameplate;
    if (now_wanted_.nameplate != asked.nameplate) return;
  }
  if (!may_ask()) return;
  const Ticket ask{core_.next_ticket()};
  asked_.emplace(ask.value, std::move(asked));
  core_.out_.request(LookUp{ask, heard.name});
}

void Finder::looked_up(Ticket ticket, const LookedUp& found) {
  const auto at = asked_.find(ticket.value);
  if (at == asked_.end()) return;
  const auto asked = std::move(at->second);
  asked_.erase(at);
  if (found.address.empty() || found.address.size() > limits::kAddressBytes) return;
  if (!asked.device) return pairing_.found(asked.nameplate, found.address);
  if (core_.alive() && core_.view().live(*asked.device))
    peers_.found_address(*asked.device, found.address);
}

// The end of the slot, while a tag is said or recognised.
std::optional<MonoMs> Finder::deadline() const {
  if (!core_.config_.discovery.value_or(false) || now_wanted_.missing.empty()) return std::nullopt;
  const auto wall = core_.now_.wall;
  const auto next = (discovery::slot_of(wall) + 1) * limits::kDiscoverySlotMs;
  return MonoMs{core_.now_.mono.ms + (next - wall.ms) + 1};
}

}  // namespace troth::device
