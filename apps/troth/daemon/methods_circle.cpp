// Methods about the circle: pairing, devices, categories.
#include <algorithm>

#include "apps/troth/daemon/methods.hpp"
#include "base/limits.hpp"
#include "shell/texts/durations.hpp"

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
  if (!shell::parse_host_port(r.text("address"))) return r.failed(Errc::usage, "bad_address");
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
  for (const auto& one : d.book().devices) {
    if (one.device == *device && one.is_self) return r.failed(Errc::usage, "remove_self");
  }
  if (!d.has_presence(r)) return;
  RemoveDevice command;
  command.device = *device;
  command.lost = flag_at(r.params(), "lost");
  command.revert_since_ms = number_at(r.params(), "revert_since_ms");
  const std::string name = d.book().device_name(*device);
  d.submit(r, std::move(command), [name, id = hex(*device)](const Done&) {
    return Json{{"v", 1}, {"removed", id}, {"name", name}};
  });
}

void leave(Daemon& d, const Request& r) {
  if (d.has_presence(r)) d.submit(r, LeaveCircle{});
}

void undo(Daemon& d, const Request& r) {
  const auto self = d.ask(r, IdentityQuery{});
  if (!self) return;
  const std::uint64_t now = d.pump().now().wall.ms;
  const auto& all = d.book().devices;
  const bool any = std::any_of(all.begin(), all.end(), [&](const DeviceInfo& one) {
    return one.added_by == self->device && !one.is_self && one.state == DeviceState::live &&
           one.added_ms + limits::kDay > now;
  });
  if (!any && !self->circle.is_zero()) return r.failed(Errc::not_found, "nothing_to_undo");
  if (d.has_presence(r)) d.submit(r, UndoPairing{});
}

void categories(Daemon& d, const Request& r) {
  const auto all = d.ask(r, CategoriesQuery{});
  if (!all) return;
  Json rows = Json::array();
  for (const auto& category : *all) rows.push_back(category_json(category));
  r.done(Json{{"rows", std::move(rows)}});
}

void category_show(Daemon& d, const Request& r) {
  const auto wanted = d.category(r, r.text("category"));
  if (!wanted) return;
  const auto all = d.ask(r, CategoriesQuery{});
  if (!all) return;
  for (const auto& category : *all) {
    if (category.category == *wanted) return r.done(category_json(category));
  }
  r.failed(Errc::unknown_category);
}

void category_create(Daemon& d, const Request& r) {
  const std::string name = r.text("name");
  if (name.empty()) return r.failed(Errc::usage, "name_empty");
  for (const auto& category : d.book().categories) {
    if (category.name == name && category.state != "retired") return r.failed(Errc::exists);
  }
  if (!d.has_presence(r)) return;
  d.submit(r, CreateCategory{name, r.text("purpose"), r.text("class")}, [name](const Done& done) {
    return Json{{"v", 1}, {"category", hex(done.id)}, {"name", name}};
  });
}

void category_update(Daemon& d, const Request& r) {
  const auto category = d.category(r, r.text("category"));
  if (!category || !d.has_presence(r)) return;
  UpdateCategory command;
  command.category = *category;
  for (const auto& one : d.book().categories) {
    if (one.category != *category) continue;
    command.name = string_at(r.params(), "name").value_or(one.name);
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
