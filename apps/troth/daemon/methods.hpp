// Tables of methods, by subject. Each entry is one method of the local API (spec 13 §5).
#pragma once

#include <span>
#include <string_view>

#include "apps/troth/daemon/daemon.hpp"

namespace troth::app {

struct MethodRow {
  std::string_view name;
  Method run;
};
[[nodiscard]] std::span<const MethodRow> home_methods();     // keystore, identity, status
[[nodiscard]] std::span<const MethodRow> circle_methods();   // devices, categories, pairing
[[nodiscard]] std::span<const MethodRow> consent_methods();  // grants, offers, receipts, audit
[[nodiscard]] std::span<const MethodRow> data_methods();     // items
[[nodiscard]] std::span<const MethodRow> folder_methods();

// What ends soon, and the same terms again from now on (renewals.cpp).
void renew(Daemon& daemon, const Request& request);       // params: id
void renew_list(Daemon& daemon, const Request& request);  // params: all
// Rows of what ends soon and is not held up by something that lasts longer.
[[nodiscard]] Json expiring_json(Daemon& daemon, const StatusQuery::Answer& status);

// An item of a category by id, name or prefix; see spec 13 §6.
struct FoundItem {
  ItemId item;
  bool named_new = false;  // made from a name, and nothing stands there yet
};
[[nodiscard]] ItemId item_of_name(const CategoryId& category, std::string_view name);
[[nodiscard]] Result<FoundItem> item_to_write(Daemon& daemon, const CategoryId& category,
                                              std::string_view text);

}  // namespace troth::app
