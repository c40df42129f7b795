#include "apps/troth-thief/sealed.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace troth::thief {

namespace {

std::vector<EntryId> removals_of(const Loot& loot, const DeviceId& device) {
  std::vector<EntryId> out;
  const auto* info = loot.core->view().device(device);
  if (info == nullptr) return out;
  for (const auto& removal : info->removals) out.push_back(removal.entry);
  return out;
}

bool knew(const Loot& loot, const std::vector<EntryId>& removals, const EntryId& head) {
  return std::any_of(removals.begin(), removals.end(), [&](const EntryId& removal) {
    return removal == head || loot.core->view().is_ancestor(removal, head);
  });
}

}  // namespace

bool holds_marker(ByteView bytes, const std::vector<std::string>& markers) {
  const auto text = as_text(bytes);
  return std::any_of(markers.begin(), markers.end(), [&](const std::string& marker) {
    return text.find(marker) != std::string_view::npos;
  });
}

bool after_removal(const Homes& homes, const std::vector<EntryId>& heads) {
  const DeviceId thief = homes.front()->core->self_;
  for (const auto& head : heads) {
    bool known = false;
    for (const auto& loot : homes) {
      if (!loot->core->log_->contains(head)) continue;
      known = true;
      if (knew(*loot, removals_of(*loot, thief), head)) return true;
    }
    if (!known) return true;
  }
  return false;
}

void try_batch(const Homes& homes, const std::vector<sync::EpochKey>& keys, ByteView sealed,
               const std::vector<std::string>& markers, SealedCount& count) {
  ++count.batches;
  const auto header = sync::parse_header(sealed);
  if (!header) return;
  const bool foreign = std::none_of(keys.begin(), keys.end(), [&](const sync::EpochKey& key) {
    return key.mailbox == header->mailbox;
  });
  if (foreign) ++count.unknown_mailbox;
  const auto& circle = homes.front()->core->view().circle();
  for (sync::EpochKey key : keys) {
    // A label that could lie: the key is tried all the same.
    key.mailbox = header->mailbox;
    const auto batch = sync::unseal(sealed, circle, key, true);
    if (!batch) continue;
    ++count.opened;
    if (foreign) ++count.unknown_mailbox_opened;
    if (after_removal(homes, batch->core.heads)) ++count.opened_after;
    if (holds_marker(batch->bodies, markers)) ++count.opened_markers;
    return;
  }
}

Result<SealedCount> try_database(store::Db& db, const Homes& homes,
                                 const std::vector<std::string>& markers) {
  const auto keys = epoch_keys(homes);
  SealedCount count;
  const auto each = [&](store::Query query) {
    return query.each([&]() -> Result<> {
      try_batch(homes, keys, query.blob(0), markers, count);
      return {};
    });
  };
  TROTH_TRY(auto batches, db.prepare("SELECT sealed FROM batch ORDER BY seq"));
  TROTH_CHECK(each(std::move(batches)));
  TROTH_TRY(auto side, db.prepare("SELECT sealed FROM side ORDER BY id"));
  TROTH_CHECK(each(std::move(side)));
  return count;
}

}  // namespace troth::thief
