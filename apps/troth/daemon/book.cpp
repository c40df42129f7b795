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

namespace {

// Of several of one name, those that are in use; all of them when none is.
template <class Rows, class InUse>
shell::Resolved prefer(shell::Resolved found, const Rows& rows, InUse&& in_use) {
  std::vector<std::size_t> live;
  for (const auto i : found.candidates) {
    if (rows[i].name != rows[found.candidates.front()].name) return found;
    if (in_use(rows[i])) live.push_back(i);
  }
  if (live.size() == 1) return {live.front(), {}};
  if (!live.empty()) found.candidates = std::move(live);
  return found;
}

}  // namespace

shell::Resolved Book::find_category(std::string_view wanted) const {
  return prefer(shell::resolve(category_names(), wanted), categories,
                [](const auto& one) { return one.state != "retired"; });
}

shell::Resolved Book::find_device(std::string_view wanted) const {
  return prefer(shell::resolve(device_names(), wanted), devices,
                [](const auto& one) { return one.state == DeviceState::live; });
}

namespace {

std::string_view reason_of_grant(GrantState state) {
  if (state == GrantState::withdrawn) return "consent.withdrawn";
  if (state == GrantState::expired) return "consent.ended";
  const bool open = state == GrantState::offered || state == GrantState::declined;
  return open ? "consent.not_accepted" : "consent.no_consent";
}

}  // namespace

bool Book::is_self(const DeviceId& id) const {
  return std::any_of(devices.begin(), devices.end(),
                     [&](const DeviceInfo& one) { return one.device == id && one.is_self; });
}

bool Book::has_closed() const {
  return std::any_of(categories.begin(), categories.end(), [](const CategoryInfo& one) {
    return one.state == "no_consent" || one.state == "removed";
  });
}

void Book::explain(const DeviceId& self, bool removed, const std::vector<GrantInfo>& grants) {
  for (const auto& category : categories) {
    if (category.state == "removed") reasons[category.category] = "removed_readable";
    if (category.state != "no_consent") continue;
    const GrantInfo* newest = nullptr;
    for (const auto& grant : grants) {
      if (grant.device != self || grant.category != category.category) continue;
      if (newest == nullptr || grant.given_ms > newest->given_ms) newest = &grant;
    }
    reasons[category.category] = removed             ? "consent.device_removed"
                                 : newest == nullptr ? "consent.no_consent"
                                                     : reason_of_grant(newest->state);
  }
}

std::string Book::reason_of(const CategoryInfo& category) const {
  const auto found = reasons.find(category.category);
  if (found != reasons.end()) return found->second;
  return category.state == "ready" ? "" : category.state;
}

bool Book::name_twice(const DeviceId& id) const {
  const std::string name = device_name(id);
  return std::any_of(devices.begin(), devices.end(),
                     [&](const DeviceInfo& one) { return one.device != id && one.name == name; });
}

void Book::put_device(Json& row, std::string_view key, const DeviceId& id) const {
  row[key] = device_name(id);
  if (name_twice(id)) row[std::string(key) + "_short"] = hex(id).substr(0, 12);
}

std::vector<std::string> candidate_texts(const std::vector<shell::Named>& all,
                                         const std::vector<std::size_t>& which) {
  std::vector<std::string> out;
  for (const auto i : which) {
    const std::string id = all[i].id.substr(0, 12);
    out.push_back(all[i].name.empty() ? id : all[i].name + " (" + id + ")");
  }
  return out;
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

namespace {
Json text_or_null(std::string text) { return text.empty() ? Json(nullptr) : Json(std::move(text)); }
}  // namespace

Json until_json(std::uint64_t until_ms) { return until_ms == 0 ? Json(nullptr) : Json(until_ms); }

Json device_json(const DeviceInfo& device, const Book& book) {
  Json out{{"v", 1},
           {"device", hex(device.device)},
           {"name", device.name},
           {"state", state_word(device.state)},
           {"protection", shell::protection_name(device.protection)},
           {"added_ms", device.added_ms},
           {"model", text_or_null(device.model)},
           {"os", text_or_null(device.os)},
           {"added_by", nullptr},
           {"key_words", device.key_words},
           {"self", device.is_self},
           {"connected", device.connected},
           {"address", device.address.empty() ? Json(nullptr) : Json(device.address)}};
  if (!device.added_by.is_zero()) book.put_device(out, "added_by", device.added_by);
  return out;
}

Json category_json(const CategoryInfo& category, const Book& book) {
  return Json{{"v", 1},
              {"category", hex(category.category)},
              {"name", category.name},
              {"purpose", category.purpose},
              {"class", text_or_null(category.data_class)},
              {"items", category.items},
              {"state", category.state},
              {"reason", text_or_null(book.reason_of(category))},
              {"holds_key", category.holds_key},
              {"held", {{"count", category.held}, {"reason", text_or_null(category.held_reason)}}}};
}

Json offered_json(const OfferedCategory& offered) {
  return Json{{"category", offered.name},
              {"category_id", hex(offered.category)},
              {"purpose", offered.purpose},
              {"direction", direction_word(offered.direction)},
              {"history", history_word(offered.history)},
              {"until_ms", until_json(offered.until_ms)},
              {"items", or_null(offered.items)},
              {"bytes", or_null(offered.bytes)}};
}

std::string grant_id(const GrantInfo& grant) {
  return hex(grant.entry) + "." + std::to_string(grant.index);
}

Json grant_json(const GrantInfo& grant, const Book& book) {
  Json out{{"v", 1},
           {"id", grant_id(grant)},
           {"category", book.category_name(grant.category)},
           {"device", nullptr},
           {"device_id", hex(grant.device)},
           {"direction", direction_word(grant.direction)},
           {"history", history_word(grant.history)},
           {"purpose", grant.purpose},
           {"given_ms", grant.given_ms},
           {"until_ms", until_json(grant.until_ms)},
           {"given_by", nullptr},
           {"given_by_id", hex(grant.given_by)},
           {"state", state_word(grant.state)},
           {"notice_hash", hex(grant.notice_hash)}};
  book.put_device(out, "device", grant.device);
  book.put_device(out, "given_by", grant.given_by);
  return out;
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
  if (item.file) {
    out["file"] = Json{{"path", item.file->path},
                       {"size", item.file->size},
                       {"mtime_ms", item.file->mtime_ms},
                       {"executable", item.file->executable}};
  }
  out["fields"] = std::move(fields);
  if (item.deleted) out["deleted"] = true;
  if (brought_back) out["brought_back"] = true;
  out["changed_ms"] = item.changed_ms;
  book.put_device(out, "changed_by", item.changed_by);
  return out;
}

Json set_aside_json(const SetAsideInfo& aside, const Book& book) {
  Json items = Json::array();
  for (const auto& item : aside.items) items.push_back(item_json(item, book));
  Json out{{"v", 1},
           {"id", aside.id},
           {"category", book.category_name(aside.category)},
           {"device", hex(aside.device)},
           {"name", nullptr},
           {"reason", aside.reason},
           {"changes", aside.changes},
           {"left", aside.left},
           {"items", std::move(items)}};
  book.put_device(out, "name", aside.device);
  return out;
}

}  // namespace troth::app
