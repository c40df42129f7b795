#include "apps/troth/daemon/consent_news.hpp"

#include "shell/texts/texts.hpp"

namespace troth::app {

namespace {

// Whether the key is there already is no matter of consent.
GrantState agreed(GrantState state) {
  return state == GrantState::waiting_for_key ? GrantState::active : state;
}

}  // namespace

Json consent_event(const GrantInfo& grant, const Book& book) {
  const std::string_view state = state_word(agreed(grant.state));
  Json out{{"event", "consent_changed"},
           {"category", book.category_name(grant.category)},
           {"device", nullptr},
           {"device_id", hex(grant.device)},
           {"state", state},
           {"until_ms", until_json(grant.until_ms)},
           {"message", shell::say("grant." + std::string(state))}};
  book.put_device(out, "device", grant.device);
  return out;
}

void ConsentNews::forget() {
  known_.clear();
  first_ = look_ = true;
  next_end_ms_.reset();
}

std::vector<GrantInfo> ConsentNews::news(WallMs now, shell::Pump& pump) {
  std::vector<GrantInfo> out;
  const bool ended = next_end_ms_ && *next_end_ms_ <= now.ms;
  if (!look_ && !ended) return out;
  const auto all = pump.query(ConsentQuery{true});
  if (!all) return out;
  next_end_ms_.reset();
  for (const auto& grant : *all) {
    const GrantState state = agreed(grant.state);
    const auto [known, fresh] = known_.try_emplace(grant_id(grant), state);
    if (!first_ && (fresh || known->second != state)) out.push_back(grant);
    known->second = state;
    const bool ends = grant.until_ms != 0 && state == GrantState::active;
    if (ends && (!next_end_ms_ || grant.until_ms < *next_end_ms_)) next_end_ms_ = grant.until_ms;
  }
  first_ = look_ = false;
  return out;
}

}  // namespace troth::app
