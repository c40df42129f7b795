#include "keyring/coverage.hpp"

#include <algorithm>

namespace troth::keyring {
namespace {

using circle::CircleView;
using circle::EpochId;
using circle::EpochInfo;
using circle::GrantInfo;

std::vector<const GrantInfo*> receiving(const CircleView& view, const CategoryId& category,
                                        const DeviceId& device) {
  auto grants = view.grants_of(device, category);
  std::erase_if(grants, [](const auto* grant) { return !grant->receives || !grant->accepted; });
  return grants;
}

// Did the device lose consent before it gave this one? Then boxes from before do not count.
bool given_anew(const CircleView& view, const CategoryId& category, const DeviceId& device,
                const EntryId& accepted) {
  const auto ends = view.ends(category);
  return std::any_of(ends.begin(), ends.end(), [&](const auto& end) {
    return end.device == device && overlaps(end.direction, Direction::receive) &&
           view.is_ancestor(end.entry, accepted);
  });
}

// Older epochs whose keys come with the history key of this one, by the links that the log holds.
void follow_links(const std::map<EpochId, EpochInfo>& epochs, std::vector<EpochId> at,
                  std::set<EpochId>& out) {
  while (!at.empty()) {
    const auto epoch = epochs.find(at.back());
    at.pop_back();
    if (epoch == epochs.end()) continue;
    for (const auto& link : epoch->second.links) {
      if (out.insert(link.from).second) at.push_back(link.from);
    }
  }
}

}  // namespace

bool Coverage::includes(const Coverage& other) const {
  if (all || other.all) return all;
  return std::includes(epochs.begin(), epochs.end(), other.epochs.begin(), other.epochs.end());
}

Coverage coverage(const CircleView& view, const CategoryId& category, const DeviceId& device) {
  const auto grants = receiving(view, category, device);
  Coverage out;
  out.all = category == circle::kControl || grants.empty() ||
            std::any_of(grants.begin(), grants.end(),
                        [](const auto* grant) { return grant->terms.history == History::all; });
  if (out.all) return out;
  const bool unbroken = std::any_of(grants.begin(), grants.end(), [&](const auto* grant) {
    return !given_anew(view, category, device, *grant->accepted);
  });
  const auto& epochs = view.epochs(category);
  std::vector<EpochId> with_history;
  for (const auto& [id, epoch] : epochs) {
    const auto given = epoch.given(device);
    if (!given) continue;
    const bool after = std::any_of(grants.begin(), grants.end(), [&, &made = epoch](const auto* g) {
      return view.is_ancestor(*g->accepted, made.entry);
    });
    if (!after && !unbroken) continue;
    out.epochs.insert(id);
    if (*given == circle::Given::history) with_history.push_back(id);
  }
  follow_links(epochs, std::move(with_history), out.epochs);
  return out;
}

}  // namespace troth::keyring
