#include "apps/troth/daemon/book.hpp"

#include <algorithm>

#include "apps/troth/values.hpp"
#include "base/assert.hpp"
#include "base/bytes.hpp"
#include "shell/keystore/keystore.hpp"

namespace troth::app {

std::string hex(ByteView bytes) { return to_hex(bytes); }

std::string Book::device_name(const DeviceId& id) const {
  const auto found = std::find_if(devices.begin(), devices.end(),
                                  [&](const DeviceInfo& d) { return d.device == id; });
  return found == devices.end() ? hex(id) : found->name;
}

std::string Book::category_name(const CategoryId& id) const {
  const auto found = std::find_if(categories.begin(), categories.end(),
                                  [&](const CategoryInfo& c) { return c.category == id; });
  return found == categories.end() ? hex(id) : found->name;
}

std::vector<shell::Named> Book::device_names() const {
  std::vector<shell::Named> out;
  for (const auto& device : devices) out.push_back({hex(device.device), device.name});
  return out;
}

std::vector<shell::Named> Book::category_names() const {
  std::vector<shell::Named> out;
  for (const auto& category : categories) out.push_back({hex(category.category), category.name});
  return out;
}

shell::Resolved Book::find_category(std::string_view wanted) const {
  auto found = shell::resolve(category_names(), wanted);
  std::vector<std::size_t> live;
  for (const auto i : found.candidates) {
    if (categories[i].name != categories[found.candidates.front()].name) return found;
    if (categories[i].state != "retired") live.push_back(i);
  }
  if (live.size() == 1) return {live.front(), {}};
  if (!live.empty()) found.candidates = std::move(live);
  return found;
}

std::string_view direction_word(Direction direction) {
  switch (direction) {
    case Direction::send:
      return "send";
    case Direction::receive:
      return "receive";
    case Direction::both:
      return "both";
  }
  TROTH_UNREACHABLE();
}

std::optional<Direction> direction_from(std::string_view word) {
  for (const auto one : {Direction::send, Direction::receive, Direction::both}) {
    if (direction_word(one) == word) return one;
  }
  return std::nullopt;
}

std::string_view history_word(History history) {
  return history == History::from_now ? "from_now" : "all";
}

std::string_view state_word(EngineState state) {
  switch (state) {
    case EngineState::ok:
      return "ok";
    case EngineState::new_device:
    case EngineState::waiting_to_join:
    case EngineState::needs_action:
    case EngineState::removed:
      return "needs_action";
    case EngineState::frozen:
      return "frozen";
    case EngineState::damaged:
      return "damaged";
  }
  TROTH_UNREACHABLE();
}

std::string_view state_word(DeviceState state) {
  switch (state) {
    case DeviceState::live:
      return "live";
    case DeviceState::removed:
      return "removed";
    case DeviceState::unaccepted:
      return "unaccepted";
  }
  TROTH_UNREACHABLE();
}

std::string_view state_word(GrantState state) {
  switch (state) {
    case GrantState::active:
      return "active";
    case GrantState::offered:
      return "offered";
    case GrantState::declined:
      return "declined";
    case GrantState::withdrawn:
      return "withdrawn";
    case GrantState::expired:
      return "expired";
    case GrantState::void_grant:
      return "void";
    case GrantState::waiting_for_key:
      return "waiting_for_key";
  }
  TROTH_UNREACHABLE();
}

Json until_json(std::uint64_t until_ms) { return until_ms == 0 ? Json(nullptr) : Json(until_ms); }

Json device_json(const DeviceInfo& device, const Book& book) {
  return Json{{"v", 1},
              {"device", hex(device.device)},
              {"name", device.name},
              {"state", state_word(device.state)},
              {"protection", shell::protection_name(device.protection)},
              {"added_ms", device.added_ms},
              {"model", device.model},
              {"os", device.os},
              {"added_by",
               device.added_by.is_zero() ? Json(nullptr) : Json(book.device_name(device.added_by))},
              {"key_words", device.key_words},
              {"self", device.is_self},
              {"connected", device.connected},
              {"address", device.address.empty() ? Json(nullptr) : Json(device.address)}};
}

Json category_json(const CategoryInfo& category) {
  return Json{{"v", 1},
              {"category", hex(category.category)},
              {"name", category.name},
              {"purpose", category.purpose},
              {"class", category.data_class},
              {"items", category.items},
              {"state", category.state},
              {"holds_key", category.holds_key},
              {"held", {{"count", category.held}, {"reason", category.held_reason}}}};
}

Json offered_json(const OfferedCategory& offered) {
  return Json{{"category", offered.name},
              {"category_id", hex(offered.category)},
              {"purpose", offered.purpose},
              {"direction", direction_word(offered.direction)},
              {"history", history_word(offered.history)},
              {"until_ms", until_json(offered.until_ms)},
              {"items", offered.items},
              {"bytes", offered.bytes}};
}

Json grant_json(const GrantInfo& grant, const Book& book) {
  return Json{{"v", 1},
              {"id", hex(grant.entry) + "." + std::to_string(grant.index)},
              {"category", book.category_name(grant.category)},
              {"device", book.device_name(grant.device)},
              {"device_id", hex(grant.device)},
              {"direction", direction_word(grant.direction)},
              {"history", history_word(grant.history)},
              {"purpose", grant.purpose},
              {"given_ms", grant.given_ms},
              {"until_ms", until_json(grant.until_ms)},
              {"given_by", book.device_name(grant.given_by)},
              {"state", state_word(grant.state)},
              {"notice_hash", hex(grant.notice_hash)}};
}

Json item_json(const ItemInfo& item, const Book& book) {
  Json fields = Json::object();
  Json name;
  bool brought_back = false;
  for (const auto& field : item.fields) {
    if (field.name == kNameField) {
      name = value_to_json(field.value);
    } else if (field.name == kAliveField) {
      brought_back = !item.deleted;  // one step of an item's history
    } else if (!field.name.starts_with('.')) {
      fields[field.name] = value_to_json(field.value);
    }
  }
  Json out{{"v", 1}, {"item", hex(item.item)}};
  if (name.is_string()) out["name"] = name;
  out["category"] = book.category_name(item.category);
  out["fields"] = std::move(fields);
  if (item.deleted) out["deleted"] = true;
  if (brought_back) out["brought_back"] = true;
  out["changed_ms"] = item.changed_ms;
  out["changed_by"] = book.device_name(item.changed_by);
  return out;
}

Json set_aside_json(const SetAsideInfo& aside, const Book& book) {
  Json items = Json::array();
  for (const auto& item : aside.items) items.push_back(item_json(item, book));
  return Json{{"v", 1},
              {"id", aside.id},
              {"category", book.category_name(aside.category)},
              {"device", hex(aside.device)},
              {"name", book.device_name(aside.device)},
              {"reason", aside.reason},
              {"changes", aside.changes},
              {"left", aside.left},
              {"items", std::move(items)}};
}

namespace {

Json peer_json(const PeerInfo& peer) {
  return Json{{"device", hex(peer.device)},
              {"name", peer.name},
              {"connected", peer.connected},
              {"behind_items", or_null(peer.behind_items)},
              {"behind_bytes", or_null(peer.behind_bytes)},
              {"last_seen_ms", or_null(peer.last_seen_ms)},
              {"last_equal_ms", or_null(peer.last_equal_ms)},
              {"reason", peer.reason.empty() ? Json(nullptr) : Json(peer.reason)}};
}

Json category_status(const CategoryInfo& category) {
  return Json{
      {"name", category.name},
      {"category", hex(category.category)},
      {"items", category.items},
      {"state", category.state},
      {"reason", category.state == "ready" ? Json(nullptr) : Json(category.state)},
      {"set_aside", category.set_aside},
      {"held",
       {{"count", category.held},
        {"reason", category.held_reason.empty() ? Json(nullptr) : Json(category.held_reason)}}}};
}

template <class Range, class F>
Json rows(const Range& range, F&& row) {
  Json out = Json::array();
  for (const auto& one : range) out.push_back(row(one));
  return out;
}

Json folder_status(const FolderInfo& folder, const Book& book, const FolderTrouble& trouble) {
  const auto found = trouble.find(folder.path);
  const auto left = [](const LeftAlone& one) {
    return Json{{"path", one.path}, {"reason", one.reason}};
  };
  return Json{{"path", folder.path},
              {"category", book.category_name(folder.category)},
              {"files", folder.files},
              {"waiting", folder.waiting},
              {"left_alone", folder.left_alone},
              {"left", rows(folder.left, left)},
              {"scanned", folder.scanned},
              {"reason", found == trouble.end() ? Json(nullptr) : Json(found->second)}};
}

}  // namespace

Json status_json(const StatusQuery::Answer& status, const IdentityQuery::Answer& self,
                 const Book& book, const FolderTrouble& trouble) {
  return Json{
      {"v", 1},
      {"device", hex(self.device)},
      {"name", self.name},
      {"circle", self.circle.is_zero() ? Json(nullptr) : Json(hex(self.circle))},
      {"circle_words", self.circle_words.empty() ? Json(nullptr) : Json(self.circle_words)},
      {"protection", shell::protection_name(self.protection)},
      {"state", state_word(status.state)},
      {"reason", status.reason.empty() ? Json(nullptr) : Json(status.reason)},
      {"peers", rows(status.peers, peer_json)},
      {"categories", rows(status.categories, category_status)},
      {"queue",
       {{"items", status.queue_items}, {"bytes", status.queue_bytes}, {"by_class", nullptr}}},
      {"folders",
       rows(status.folders, [&](const auto& f) { return folder_status(f, book, trouble); })},
      {"paused", status.paused},
      {"clock_offset_ms", or_null(status.clock_offset_ms)},
      {"pending", rows(status.pending, [](const auto& id) { return Json(hex(id)); })},
      {"expiring", rows(status.expiring, [&](const auto& g) { return grant_json(g, book); })},
      {"alerts", status.alerts}};
}

}  // namespace troth::app
