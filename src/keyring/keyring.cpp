#include "keyring/keyring.hpp"

#include <algorithm>

#include "base/plant.hpp"

namespace troth::keyring {

namespace {
bool may_open_links(const EpochSecret& to) {
  return to.has_history() || planted(Plant::link_under_k);
}
}  // namespace

bool Keyring::add(EpochSecret secret) {
  const auto ref = secret.ref();
  const auto at = secrets_.find(ref);
  if (at != secrets_.end()) {
    if (at->second.has_history() || !secret.has_history()) return false;
    secrets_.erase(at);  // the same K, now with the history key that it follows from
  }
  mailboxes_.emplace(secret.mailbox(), ref);
  secrets_.emplace(ref, std::move(secret));
  return true;
}

const EpochSecret* Keyring::find(const EpochRef& ref) const {
  const auto at = secrets_.find(ref);
  return at == secrets_.end() ? nullptr : &at->second;
}

const EpochSecret* Keyring::by_mailbox(const MailboxId& mailbox) const {
  const auto at = mailboxes_.find(mailbox);
  return at == mailboxes_.end() ? nullptr : find(at->second);
}

bool Keyring::holds(const CategoryId& category) const {
  const auto at = secrets_.lower_bound(EpochRef{category, {}});
  return at != secrets_.end() && at->first.category == category;
}

std::vector<const EpochSecret*> Keyring::newest(const CategoryId& category,
                                                std::size_t count) const {
  std::vector<const EpochSecret*> out;
  for (auto at = secrets_.lower_bound(EpochRef{category, {}});
       at != secrets_.end() && at->first.category == category; ++at) {
    out.push_back(&at->second);
  }
  std::reverse(out.begin(), out.end());
  if (out.size() > count) out.resize(count);
  return out;
}

std::vector<CategoryId> Keyring::categories() const {
  std::vector<CategoryId> out;
  for (const auto& [ref, secret] : secrets_) {
    if (out.empty() || out.back() != ref.category) out.push_back(ref.category);
  }
  return out;
}

// True when a key was learnt.
bool Keyring::open_one(const EpochSecret& to, const circle::EpochInfo& to_info,
                       const circle::EpochInfo& from, ByteView sealed, Closure& out) {
  const LinkKey key{to.ref(), from.id};
  if (links_.contains(key)) return false;
  auto opened = open_link(circle_, to, from.id, from.commitment, sealed);
  const bool whole = opened && (opened->has_history() || !from.history);
  links_.emplace(key, !opened ? LinkState::broken : whole ? LinkState::opens : LinkState::half);
  if (!opened) out.broken.push_back({to.ref(), from.id, to_info.author});
  if (!opened) return false;
  const auto ref = opened->ref();
  if (!add(std::move(*opened))) return false;
  out.learnt.push_back(ref);
  return true;
}

bool Keyring::close_epoch(const EpochMap& epochs, const circle::EpochInfo& to_info, Closure& out) {
  bool learnt = false;
  for (const auto& link : to_info.links) {
    const auto* to = find(to_info.category, to_info.id);
    if (to == nullptr || !may_open_links(*to)) return learnt;
    const auto from = epochs.find(link.from);
    if (from == epochs.end() || link.from == to_info.id) continue;
    learnt = open_one(*to, to_info, from->second, link.sealed, out) || learnt;
  }
  return learnt;
}

Closure Keyring::close(const EpochMap& epochs) {
  Closure out;
  for (bool again = true; again;) {
    again = false;
    for (auto at = epochs.rbegin(); at != epochs.rend(); ++at) {
      again = close_epoch(epochs, at->second, out) || again;
    }
  }
  return out;
}

void Keyring::extend(Reach& reach, const EpochRef& from, bool history) const {
  reach.keys.insert(from.id);
  if (!history || !reach.through.insert(from.id).second) return;
  std::vector<EpochId> open{from.id};
  while (!open.empty()) {
    const EpochRef to{from.category, open.back()};
    open.pop_back();
    for (auto at = links_.lower_bound(LinkKey{to, {}}); at != links_.end() && at->first.to == to;
         ++at) {
      if (at->second == LinkState::broken) continue;
      reach.keys.insert(at->first.from);
      if (at->second == LinkState::half) continue;
      if (reach.through.insert(at->first.from).second) open.push_back(at->first.from);
    }
  }
}

void Keyring::erase(const CategoryId& category) {
  std::erase_if(secrets_, [&](const auto& entry) { return entry.first.category == category; });
  std::erase_if(mailboxes_, [&](const auto& entry) { return entry.second.category == category; });
  std::erase_if(links_, [&](const auto& entry) { return entry.first.to.category == category; });
}

}  // namespace troth::keyring
