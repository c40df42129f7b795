// Items by id, name or the beginning of an id (spec 13 §6).
#pragma once

#include "apps/troth/daemon/daemon.hpp"

namespace troth::app {

enum class Which : std::uint8_t { live, deleted, both };  // items that a command is about

[[nodiscard]] std::optional<ItemId> full_id(std::string_view text);
[[nodiscard]] bool is_there(Daemon& daemon, const CategoryId& category, const ItemId& item);
[[nodiscard]] bool was_there(Daemon& daemon, const CategoryId& category, const ItemId& item);
[[nodiscard]] bool counts(Daemon& daemon, const CategoryId& category, const ItemId& item,
                          Which which);
// A few of those that begin so, of what is there.
[[nodiscard]] Result<std::vector<ItemId>> by_prefix(Daemon& daemon, const CategoryId& category,
                                                    std::string_view prefix);
// Those that text may mean; whether anything stands there is for the caller to ask.
[[nodiscard]] std::vector<ItemId> find_items(Daemon& daemon, const CategoryId& category,
                                             std::string_view text, Which which);

}  // namespace troth::app
