// Methods about the circle: pairing, devices, categories.
#include <algorithm>

#include "apps/troth/daemon/methods.hpp"
#include "base/limits.hpp"
#include "shell/texts/durations.hpp"
#include "shell/texts/names.hpp"

namespace troth::app {

namespace {

void pair(Daemon& d, const Request& r) { d.dialogues().start_pair(r); }
void pair_answer(Daemon& d, const Request& r) { d.dialogues().answer_pair(r); }
void pair_check(Daemon& d, const Request& r) { d.dialogues().check_share(r); }
void join(Daemon& d, const Request& r) { d.dialogues().start_join(r); }
void join_answer(Daemon& d, const Request& r) { d.dialogues().answer_join(r); }

void connect(Daemon& d, const Request& r) {
  const auto device = d.device(r, r.text("device"));
  if (!device) return;
  if (d.book().is_self(*device)) return r.failed(Errc::usage, "connect_self");
  if (!shell::parse_peer_address(r.text("address"))) return r.failed(Errc::usage, "bad_address");
  d.submit(r, ConnectDevice{*device, r.text("address")});
}

void devices(Daemon& d, const Request& r) {
  const auto all = d.ask(r, DevicesQuery{});
  if (!all) return;
  Json rows = Json::array();
  for (const auto& device : *all) rows.push_back(device_json(device, d.book()));
  r.done(Json{{"rows", std::move(rows)}});
}

void device_show(Daemon& d, const Request& r) {
  const auto wanted = d.device(r, r.text("device"));
  if (!wanted) return;
  for (const auto& device : d.book().devices) {
    if (device.device == *wanted) return r.done(device_json(device, d.book()));
  }
  r.failed(Errc::unknown_device);
}

void device_rename(Daemon& d, const Request& r) {
  const auto device = d.device(r, r.text("device"));
  if (!device) return;
  const std::string name = r.text("name");
  if (name.empty() || name.size() > limits::kNameBytes) return r.failed(Errc::usage, "name_limits");
  if (!shell::is_good_name(name)) return r.failed(Errc::usage, "name_characters");
  for (const auto& one : d.book().devices) {
    // Two of one name could not be told apart in consent.
    if (one.device != *device && one.state == DeviceState::live && one.name == name)
      return r.failed(Errc::exists, "device_name_taken");
  }
  if (d.has_presence(r)) d.submit(r, RenameDevice{*device, name});
}

void device_remove(Daemon& d, const Request& r) {
  const auto device = d.device(r, r.text("device"));
  if (!device) return;
  if (d.book().is_self(*device)) return r.failed(Errc::usage, "remove_self");
  const std::string name = d.book().device_name(*device);
  if (!d.has_presence(r, name)) return;
  RemoveDevice command;
  command.device = *device;
  command.lost = flag_at(r.params(), "lost");
  command.revert_since_ms = number_at(r.params(), "revert_since_ms");
  d.submit(r, std::move(command), [name, id = hex(*device)](const Done&) {
    return Json{{"v", 1}, {"removed", id}, {"name", name}};
  });
}

void leave(Daemon& d, const Request& r) {
  if (d.has_presence(r)) d.submit(r, LeaveCircle{});
}

// Of the devices that this one added in the last 24 hours, those that are still in. tried: also one
// that is out again, so that a second undo in a row cannot take the next one out unasked.
struct LatelyAdded {
  std::vector<shell::Named> names;
  std::vector<DeviceId> ids;
  std::size_t newest = 0;
  bool tried = false;
};
LatelyAdded lately_added(Daemon& d, const DeviceId& self) {
  LatelyAdded out;
  const std::uint64_t now = d.pump().now().wall.ms;
  for (const auto& one : d.book().devices) {  // the oldest first
    if (one.added_by != self || one.is_self || one.added_ms + limits::kDay <= now) continue;
    if (one.state != DeviceState::live) {
      out.tried = true;
      continue;
    }
    out.newest = out.ids.size();
    out.names.push_back({hex(one.device), one.name});
    out.ids.push_back(one.device);
  }
  return out;
}

std::optional<std::size_t> meant_by_undo(const Request& r, const LatelyAdded& added) {
  shell::Resolved found;
  if (r.params().contains("device")) {
    found = shell::resolve(added.names, r.text("device"));
  } else if (added.ids.size() == 1 && !added.tried) {
    found.index = 0;
  } else {
    for (std::size_t i = 0; i < added.ids.size(); ++i) found.candidates.push_back(i);
  }
  if (found.index) return found.index;
  if (found.candidates.empty()) {
    r.failed(Errc::not_found, "nothing_to_undo");
  } else {
    r.failed(Errc::ambiguous, "undo_which", candidate_texts(added.names, found.candidates));
  }
  return std::nullopt;
}

void undo(Daemon& d, const Request& r) {
  const auto self = d.ask(r, IdentityQuery{});
  if (!self) return;
  if (self->circle.is_zero()) return r.failed(Errc::not_live, "no_circle");
  const auto added = lately_added(d, self->device);
  const auto meant = meant_by_undo(r, added);
  if (!meant) return;
  const auto& name = added.names[*meant];
  if (!d.has_presence(r, name.name)) return;
  const auto answer = [name](const Done&) {
    return Json{{"v", 1}, {"removed", name.id}, {"name", name.name}};
  };
  if (*meant == added.newest) return d.submit(r, UndoPairing{}, answer);
  RemoveDevice command;
  command.device = added.ids[*meant];
  d.submit(r, std::move(command), answer);
}

void categories(Daemon& d, const Request& r) {
  const auto all = d.ask(r, CategoriesQuery{});
  if (!all) return;
  Json rows = Json::array();
  for (const auto& category : *all) rows.push_back(category_json(category, d.book()));
  r.done(Json{{"rows", std::move(rows)}});
}

void category_show(Daemon& d, const Request& r) {
  const auto wanted = d.category(r, r.text("category"));
  if (!wanted) return;
  const auto all = d.ask(r, CategoriesQuery{});
  if (!all) return;
  for (const auto& category : *all) {
    if (category.category == *wanted) return r.done(category_json(category, d.book()));
  }
  r.failed(Errc::unknown_category);
}

// By a category in use other than that one.
bool is_taken(const Book& book, std::string_view name, const CategoryId& but) {
  return std::any_of(book.categories.begin(), book.categories.end(), [&](const auto& one) {
    return one.name == name && one.state != "retired" && one.category != but;
  });
}

void category_create(Daemon& d, const Request& r) {
  const std::string name = r.text("name");
  if (name.empty()) return r.failed(Errc::usage, "name_empty");
  if (!shell::is_good_name(name)) return r.failed(Errc::usage, "name_characters");
  if (is_taken(d.book(), name, {})) return r.failed(Errc::exists);
  if (!d.has_presence(r)) return;
  d.submit(r, CreateCategory{name, r.text("purpose"), r.text("class")}, [name](const Done& done) {
    return Json{{"v", 1}, {"category", hex(done.id)}, {"name", name}};
  });
}

void category_update(Daemon& d, const Request& r) {
  const auto category = d.category(r, r.text("category"));
  if (!category) return;
  const auto name = string_at(r.params(), "name");
  if (!name && !r.params().contains("purpose")) return r.failed(Errc::usage, "nothing_to_change");
  if (name && !shell::is_good_name(*name)) return r.failed(Errc::usage, "name_characters");
  if (name && is_taken(d.book(), *name, *category)) return r.failed(Errc::exists);
  if (!d.has_presence(r)) return;
  UpdateCategory command;
  command.category = *category;
  for (const auto& one : d.book().categories) {
    if (one.category != *category) continue;
    command.name = name.value_or(one.name);
    command.purpose = string_at(r.params(), "purpose").value_or(one.purpose);
  }
  d.submit(r, std::move(command));
}

void category_retire(Daemon& d, const Request& r) {
  const auto category = d.category(r, r.text("category"));
  if (category && d.has_presence(r)) d.submit(r, RetireCategory{*category});
}

void rotate(Daemon& d, const Request& r) {
  RotateKeys command;
  if (r.params().contains("category")) {
    command.category = d.category(r, r.text("category"));
    if (!command.category) return;
  }
  d.submit(r, std::move(command));
}

}  // namespace

std::span<const MethodRow> circle_methods() {
  static constexpr MethodRow kRows[] = {{"pair", pair},
                                        {"pair.answer", pair_answer},
                                        {"pair.check", pair_check},
                                        {"join", join},
                                        {"join.answer", join_answer},
                                        {"connect", connect},
                                        {"devices", devices},
                                        {"device.show", device_show},
                                        {"device.rename", device_rename},
                                        {"device.remove", device_remove},
                                        {"leave", leave},
                                        {"undo", undo},
                                        {"categories", categories},
                                        {"category.show", category_show},
                                        {"category.create", category_create},
                                        {"category.update", category_update},
                                        {"category.retire", category_retire},
                                        {"rotate", rotate}};
  return kRows;
}

}  // namespace troth::app
