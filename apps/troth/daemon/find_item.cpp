#include "apps/troth/daemon/find_item.hpp"

#include <algorithm>
#include <set>

#include "apps/troth/daemon/methods.hpp"
#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "crypto/hash.hpp"
#include "crypto/labels.hpp"

namespace troth::app {

namespace {

constexpr std::size_t kPrefixToWrite = 8;  // a short word could look like a prefix by accident
constexpr std::size_t kLooked = 4096;      // deleted items of a prefix are looked for among so many
constexpr std::uint32_t kCandidates = 8;   // of an ambiguous prefix, shown

std::string lowered(std::string_view prefix) {
  std::string out(prefix);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; });
  return out;
}

}  // namespace

std::optional<ItemId> full_id(std::string_view text) {
  if (text.size() != 2 * ItemId::kSize) return std::nullopt;
  const auto bytes = from_hex(text);
  if (!bytes) return std::nullopt;
  auto id = id_from<ItemId>(*bytes);
  return id ? std::optional(*id) : std::nullopt;
}

// Items come in id order, so those of a prefix stand together. Gives a few when more than one fits.
Result<std::vector<ItemId>> by_prefix(Daemon& daemon, const CategoryId& category,
                                      std::string_view begins) {
  const std::string prefix = lowered(begins);
  std::string least = prefix + std::string(2 * ItemId::kSize - prefix.size(), '0');
  ListQuery query;
  query.category = category;
  query.limit = kCandidates;
  ItemId before = *full_id(least);
  // "after" is exclusive: step to the id just below the first possible one.
  std::size_t i = ItemId::kSize;
  while (i-- > 0 && before.bytes[i]-- == 0) {
  }
  if (!full_id(least)->is_zero()) query.after = before;
  std::vector<ItemId> out;
  for (bool more = true; more;) {
    TROTH_TRY(const auto rows, daemon.pump().query(query));
    more = false;
    for (const auto& row : rows) {
      if (!hex(row.item).starts_with(prefix)) return out;
      query.after = row.item;
      more = row.deleted && out.size() < kCandidates;  // it ends a long walk, not the items
      if (!row.deleted) out.push_back(row.item);
    }
  }
  return out;
}

namespace {

ItemId fresh_id(Daemon& daemon) {
  ItemId id = random_id<ItemId>(daemon.rng());
  const std::uint64_t ms = daemon.pump().now().wall.ms;
  for (std::size_t i = 0; i < 6; ++i) {
    id.bytes[i] = static_cast<std::uint8_t>(ms >> (8 * (5 - i)));
  }
  return id;
}

}  // namespace

ItemId item_of_name(const CategoryId& category, std::string_view name) {
  return id_prefix<ItemId>(
      crypto::sha256({as_bytes(crypto::labels::kItemName), category.view(), as_bytes(name)}));
}

bool is_there(Daemon& daemon, const CategoryId& category, const ItemId& item) {
  return daemon.pump().query(ItemQuery{category, item}).has_value();
}

// Deleted items count: they can be looked back at and brought back.
bool was_there(Daemon& daemon, const CategoryId& category, const ItemId& item) {
  const auto past = daemon.pump().query(HistoryQuery{category, item});
  return past && !past->empty();
}

bool counts(Daemon& d, const CategoryId& category, const ItemId& item, Which which) {
  const bool there = is_there(d, category, item);
  if (which == Which::live || (there && which == Which::both)) return there;
  return !there && was_there(d, category, item);
}

namespace {

// Deleted items stand in no list: they are found among what ever changed.
std::vector<ItemId> deleted_by_prefix(Daemon& daemon, const CategoryId& category,
                                      const std::string& prefix) {
  std::set<ItemId> seen;
  std::vector<ItemId> out;
  ChangesQuery query{category};
  while (out.size() < kCandidates) {
    const auto page = daemon.pump().query(query);
    if (!page || page->empty()) break;
    for (const auto& change : *page) {
      if (!hex(change.item).starts_with(prefix) || seen.size() >= kLooked) continue;
      if (!seen.insert(change.item).second) continue;
      if (counts(daemon, category, change.item, Which::deleted)) out.push_back(change.item);
    }
    query.since = page->back().cursor;
  }
  return out;
}

}  // namespace

std::vector<ItemId> find_items(Daemon& daemon, const CategoryId& category, std::string_view text,
                               Which which) {
  if (text.empty()) return {};
  if (const auto id = full_id(text)) return {*id};
  const ItemId named = item_of_name(category, text);
  const bool prefix = shell::is_hex_prefix(text) && text.size() < 2 * ItemId::kSize;
  if (!prefix || is_there(daemon, category, named) || was_there(daemon, category, named)) {
    return {named};
  }
  std::vector<ItemId> out;
  if (which != Which::deleted)
    out = by_prefix(daemon, category, text).value_or(std::vector<ItemId>{});
  if (which == Which::live) return out;
  for (const auto& item : deleted_by_prefix(daemon, category, lowered(text))) out.push_back(item);
  return out;
}

Result<FoundItem> item_to_write(Daemon& daemon, const CategoryId& category, std::string_view text) {
  if (text.empty() || text.size() > limits::kNameBytes) return fail(Errc::bad_name);
  if (text == "-") return FoundItem{fresh_id(daemon)};
  if (const auto id = full_id(text)) return FoundItem{*id};
  const ItemId named = item_of_name(category, text);
  if (daemon.pump().query(ItemQuery{category, named})) return FoundItem{named};
  if (text.size() >= kPrefixToWrite && shell::is_hex_prefix(text) && text.size() < 32) {
    const auto found = by_prefix(daemon, category, text);
    if (found && found->size() > 1) return fail(Errc::ambiguous);
    if (found && found->size() == 1) return FoundItem{found->front()};
  }
  return FoundItem{named, true};
}

}  // namespace troth::app
