// Names and ids of the circle as the daemon last saw them, and how they become JSON.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "apps/troth/json.hpp"
#include "shell/texts/names.hpp"
#include "troth/query.hpp"

namespace troth::app {

struct Book {
  std::vector<DeviceInfo> devices;
  std::vector<CategoryInfo> categories;
  std::map<CategoryId, std::string> reasons;  // text key: why this device may not show one

  [[nodiscard]] std::string device_name(const DeviceId& id) const;  // the id when unknown
  [[nodiscard]] std::string category_name(const CategoryId& id) const;
  [[nodiscard]] std::vector<shell::Named> device_names() const;
  [[nodiscard]] std::vector<shell::Named> category_names() const;
  // What is in use is meant before what is closed or removed and has the same name.
  [[nodiscard]] shell::Resolved find_category(std::string_view wanted) const;
  [[nodiscard]] shell::Resolved find_device(std::string_view wanted) const;
  [[nodiscard]] bool is_self(const DeviceId& id) const;
  [[nodiscard]] bool has_closed() const;  // a category that this device may not use
  // Fills in reasons: how the newest grant to this device stands, or that it is out.
  void explain(const DeviceId& self, bool removed, const std::vector<GrantInfo>& grants);
  [[nodiscard]] std::string reason_of(const CategoryInfo& category) const;  // "" when ready
  // Does another device have that name too, now or before?
  [[nodiscard]] bool name_twice(const DeviceId& id) const;
  // Puts the name at key and, where the name alone does not say who it is, `key`_short beside it.
  void put_device(Json& row, std::string_view key, const DeviceId& id) const;
};
// "Phone (a309760ef8bc)": enough to say which one is meant.
[[nodiscard]] std::vector<std::string> candidate_texts(const std::vector<shell::Named>& all,
                                                       const std::vector<std::size_t>& which);

[[nodiscard]] std::string hex(ByteView bytes);
template <class Tag, std::size_t N>
[[nodiscard]] std::string hex(const Id<Tag, N>& id) {
  return hex(id.view());
}

// Words of the contract.
[[nodiscard]] std::string_view direction_word(Direction direction);
[[nodiscard]] std::optional<Direction> direction_from(std::string_view word);
[[nodiscard]] std::string_view history_word(History history);
[[nodiscard]] std::string_view state_word(EngineState state);
[[nodiscard]] std::string_view state_word(DeviceState state);
[[nodiscard]] std::string_view state_word(GrantState state);
[[nodiscard]] Json until_json(std::uint64_t until_ms);  // null = until withdrawn
template <class T>
[[nodiscard]] Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

[[nodiscard]] Json device_json(const DeviceInfo& device, const Book& book);
[[nodiscard]] Json category_json(const CategoryInfo& category, const Book& book);
[[nodiscard]] Json offered_json(const OfferedCategory& offered);
[[nodiscard]] std::string grant_id(const GrantInfo& grant);
[[nodiscard]] Json grant_json(const GrantInfo& grant, const Book& book);
[[nodiscard]] Json item_json(const ItemInfo& item, const Book& book);
[[nodiscard]] Json queue_json(const StatusQuery::Answer& status);
[[nodiscard]] Json set_aside_json(const SetAsideInfo& aside, const Book& book);
// What keeps a folder from being kept equal: a text key by path.
using FolderTrouble = std::map<std::string, std::string>;
[[nodiscard]] Json status_json(const StatusQuery::Answer& status, const IdentityQuery::Answer& self,
                               const Book& book, const FolderTrouble& trouble = {});

}  // namespace troth::app
