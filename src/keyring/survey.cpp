#include "keyring/survey.hpp"

#include <algorithm>

namespace troth::keyring {
namespace {

using circle::CircleView;
using circle::EpochInfo;

// Devices with an active grant to receive that has not ended by the clock.
void add_granted(Survey& out, WallMs now) {
  for (const auto& [ref, grant] : out.view->grants()) {
    if (grant.terms.category != out.category || !grant.receives) continue;
    if (!out.view->entitled(grant.terms.subject, out.category)) continue;
    if (grant.terms.until) {
      if (*grant.terms.until <= now) continue;
      out.changes_at = std::min(out.changes_at, *grant.terms.until);
    }
    const bool full = grant.terms.history == History::all;
    const auto at = out.entitled.try_emplace(grant.terms.subject, full).first;
    at->second = at->second || full;
  }
}

bool matters(const Survey& survey, const circle::EndInfo& end) {
  return !end.idle && overlaps(end.direction, Direction::receive) &&
         !survey.is_entitled(end.device);
}

}  // namespace

bool Survey::full_history(const DeviceId& device) const {
  const auto at = entitled.find(device);
  return at != entitled.end() && at->second;
}

std::uint64_t Survey::next_number() const {
  return epochs->empty() ? 1 : epochs->rbegin()->first.number + 1;
}

Survey survey(const CircleView& view, const CategoryId& category, WallMs now) {
  Survey out;
  out.view = &view;
  out.category = category;
  out.epochs = &view.epochs(category);
  if (category == circle::kControl) {
    for (const auto& device : view.live_devices()) out.entitled.emplace(device, true);  // rule 13
  } else {
    add_granted(out, now);
  }
  for (const auto& end : view.ends(category)) {
    if (matters(out, end)) out.ends.push_back(end);
  }
  return out;
}

Cleanness cleanness(const Survey& survey, const EpochInfo& epoch) {
  if (epoch.is_void) return Cleanness::void_entry;
  for (const auto& [device, given] : epoch.recipients) {
    if (!survey.is_entitled(device)) return Cleanness::recipient_out;
  }
  for (const auto& end : survey.ends) {
    if (!survey.view->is_ancestor(end.entry, epoch.entry)) return Cleanness::end_unknown;
  }
  return Cleanness::clean;
}

std::vector<const EpochInfo*> heads(const Survey& survey) {
  std::set<EpochId> followed;
  for (const auto& [id, epoch] : *survey.epochs)
    followed.insert(epoch.prev.begin(), epoch.prev.end());
  std::vector<const EpochInfo*> out;
  for (const auto& [id, epoch] : *survey.epochs) {
    if (!followed.contains(id)) out.push_back(&epoch);
  }
  return out;
}

std::vector<const EpochInfo*> clean_heads(const Survey& survey) {
  auto out = heads(survey);
  std::erase_if(out,
                [&](const auto* epoch) { return cleanness(survey, *epoch) != Cleanness::clean; });
  return out;
}

}  // namespace troth::keyring
