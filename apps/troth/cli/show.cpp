#include "apps/troth/cli/show.hpp"

#include <algorithm>

#include "apps/troth/cli/terminal.hpp"
#include "shell/texts/durations.hpp"
#include "shell/texts/safe_text.hpp"
#include "shell/texts/texts.hpp"

namespace troth::app {

namespace {

using shell::safe_quoted;
using shell::safe_text;
using shell::say;

std::string text_at(const Json& json, std::string_view key) {
  return safe_text(string_at(json, key).value_or(""), 300);
}
std::string name_at(const Json& json, std::string_view key) {
  return safe_quoted(string_at(json, key).value_or(""));
}
// With the short id where another device has that name too.
std::string device_at(const Json& json, std::string_view key) {
  const auto id = string_at(json, std::string(key) + "_short");
  return id ? name_at(json, key) + " (" + safe_text(*id) + ")" : name_at(json, key);
}
std::string count_at(const Json& json, std::string_view key) {
  const auto number = number_at(json, key);
  return number ? std::to_string(*number) : say("unknown");
}
std::string short_id(const Json& json, std::string_view key) {
  return string_at(json, key).value_or("").substr(0, 12);
}
// The beginning of its entry, and which one of that.
std::string short_grant(const Json& json) {
  const std::string id = string_at(json, "id").value_or("");
  return id.substr(0, 12) + id.substr(std::min(id.find('.'), id.size()));
}
std::string moment_at(const Json& json, std::string_view key) {
  const auto ms = number_at(json, key);
  return ms && *ms > 0 ? shell::moment_words(*ms) : say("never");
}
std::string until_at(const Json& json) {
  const auto until = number_at(json, "until_ms");
  const std::string from = string_at(json, "history") == "from_now" ? say("until.from_now") : "";
  return (until ? say("until.time", {shell::moment_words(*until)}) : say("until.withdrawn")) + from;
}
std::string reason_at(const Json& json, std::string_view key) {
  return shell::reason_words(string_at(json, key).value_or(""));
}

// Why it may not be shown here says more than that it may not.
std::string category_words(const Json& category) {
  return reason_at(category, member(category, "reason").is_null() ? "state" : "reason");
}

// What a kept folder says about a file is for machines (spec 10 §2).
bool is_manifest(const std::string& name, const Json& value) {
  return name == "manifest" && string_at(value, "@base64").has_value();
}

std::string file_line(const Json& json) {
  const Json& file = member(json, "file");
  return say("item.file_of",
             {name_at(file, "path"), shell::bytes_words(number_at(file, "size").value_or(0))});
}

std::string value_text(const Json& value) {
  if (value.is_string()) return shell::safe_block(value.text(), 64 * 1024);
  return safe_text(to_line(value), 64 * 1024);
}

// A line break in a value could show what looks like the next field: what goes on is set in.
std::string value_block(const Json& value) {
  std::string out;
  for (const char c : value_text(value)) {
    out.push_back(c);
    if (c == '\n') out += "    ";
  }
  return out;
}

void show_peer(const Output& out, const Json& peer) {
  const bool said = !flag_at(peer, "connected") && string_at(peer, "reason") == "not_connected";
  const std::string key = member(peer, "reason").is_null() ? "status.peer_equal"
                          : said                           ? "status.peer_away"
                                                           : "status.peer";
  const std::string way = flag_at(peer, "connected") ? "status.connected" : "status.away";
  if (string_at(peer, "reason") == "files_on_their_way") {
    std::uint64_t files = 0, bytes = 0;
    for (const Json& one : member(peer, "files_left")) {
      files += number_at(one, "files").value_or(0);
      bytes += number_at(one, "bytes").value_or(0);
    }
    const std::string size = shell::bytes_words(bytes);
    return out.line(say(files > 0 ? "status.peer_files" : "status.peer_folder",
                        {device_at(peer, "name"), say(way), std::to_string(files), size}));
  }
  out.line(say(key, {device_at(peer, "name"), say(way), reason_at(peer, "reason"),
                     count_at(peer, "behind_items"), moment_at(peer, "last_seen_ms")}));
}

// Which devices and categories are paused, unless it is everything there is.
void show_pauses(const Output& out, const Json& json) {
  std::string what;
  bool all = true;
  for (const char* list : {"peers", "categories"}) {
    for (const Json& one : member(json, list)) {
      const std::string reason = string_at(one, "reason").value_or("");
      const std::string state = string_at(one, "state").value_or("");
      if (reason == "paused") what += (what.empty() ? "" : ", ") + device_at(one, "name");
      const bool never = state == "retired" || state == "no_consent";
      all = all && (reason == "paused" || never);
    }
  }
  if (!all && what.empty()) return out.line(say("status.paused_some"));
  out.line(say("status.paused", {all ? "" : say("status.paused_with", {what})}));
}

std::string transfer_line(const Json& json) {
  if (string_at(json, "direction") == "send") {
    const bool unread = number_at(json, "files_left") == 0u;
    return say(unread ? "transfer.to_unread" : "transfer.to",
               {name_at(json, "category"), name_at(json, "device"), count_at(json, "files_left"),
                shell::bytes_words(number_at(json, "bytes_left").value_or(0))});
  }
  return say("transfer.line", {name_at(json, "category"), count_at(json, "files_done"),
                               count_at(json, "files_total"),
                               shell::bytes_words(number_at(json, "bytes_done").value_or(0)),
                               shell::bytes_words(number_at(json, "bytes_total").value_or(0))});
}

}  // namespace

void show_id(const Output& out, const Json& json) {
  out.line(say("id.device", {name_at(json, "name"), text_at(json, "device")}));
  out.line(say("id.protection", {say("protection." + text_at(json, "protection"))}));
  if (member(json, "circle").is_null()) return out.line(say("id.no_circle"));
  out.line(say("id.circle", {text_at(json, "circle_words"), text_at(json, "circle")}));
}

void show_device(const Output& out, const Json& json) {
  const bool self = flag_at(json, "self");
  const std::string state = self                                  ? say("device.self")
                            : text_at(json, "state") == "removed" ? say("device.removed")
                            : flag_at(json, "connected")          ? say("status.connected")
                                                                  : say("status.away");
  out.line(say("device.line",
               {name_at(json, "name"), short_id(json, "device"), state,
                say("protection." + text_at(json, "protection")), moment_at(json, "added_ms")}));
}

void show_category(const Output& out, const Json& json) {
  out.line(say("category.line", {name_at(json, "name"), count_at(json, "items"),
                                 category_words(json), text_at(json, "purpose")}));
}

void show_consent(const Output& out, const Json& json) {
  out.line(
      say("consent.line",
          {device_at(json, "device"), say("direction." + text_at(json, "direction")),
           name_at(json, "category"), until_at(json), say("grant." + text_at(json, "state"))}));
  out.line(say("consent.by", {device_at(json, "given_by"), moment_at(json, "given_ms"),
                              text_at(json, "purpose"), short_grant(json)}));
}

void show_receipt(const Output& out, const Json& json) {
  show_consent(out, json);
  out.line(say("receipt.circle", {text_at(json, "circle_words"), text_at(json, "circle")}));
  const bool checked = member(json, "proof").is_null();
  out.line(checked ? say("receipt.proven", {moment_at(json, "at_ms")})
                   : say("receipt.keep", {short_grant(json)}));
}

// One that ends soon, and what makes it last longer.
void show_expiring(const Output& out, const Json& json) {
  const std::string reason = string_at(json, "reason").value_or("renew.here");
  const bool own = flag_at(json, "for_this_device");
  const std::string who = own ? say("device.self") : device_at(json, "device");
  out.line(say("status.expiring", {name_at(json, "category"), who, moment_at(json, "until_ms"),
                                   say(reason, {device_at(json, "given_by")})}));
}

void show_renewal(const Output& out, const Json& json) {
  if (!flag_at(json, "renewed")) return show_expiring(out, json);
  out.line(say("renew.done", {name_at(json, "category"), device_at(json, "device"),
                              moment_at(json, "until_ms")}));
}

void show_offer(const Output& out, const Json& json) {
  out.line(say("offer.from", {device_at(json, "from"), short_id(json, "offer")}));
  for (const Json& one : member(json, "share")) {
    const bool counted = number_at(one, "items").has_value();
    out.line(say(counted ? "offer.line" : "offer.line_uncounted",
                 {name_at(one, "category"), say("direction." + text_at(one, "direction")),
                  until_at(one), count_at(one, "items"), text_at(one, "purpose")}));
  }
}

void show_item(const Output& out, const Json& json) {
  if (flag_at(json, "deleted")) out.line(say("item.deleted"));
  if (flag_at(json, "brought_back")) out.line(say("item.brought_back"));
  if (json.contains("file")) out.line(file_line(json));
  for (const auto& [name, value] : member(json, "fields").items()) {
    if (json.contains("file") && (name == "path" || name == "manifest")) continue;
    out.line(is_manifest(name, value) ? say("item.file")
                                      : safe_text(name) + ": " + value_block(value));
  }
}

void show_item_line(const Output& out, const Json& json) {
  const bool file = json.contains("file");
  std::string line = file                    ? file_line(json)
                     : json.contains("name") ? name_at(json, "name")
                                             : text_at(json, "item");
  for (const auto& [name, value] : member(json, "fields").items()) {
    if (file && (name == "path" || name == "manifest")) continue;
    line += is_manifest(name, value)
                ? "  " + say("item.file")
                : "  " + safe_text(name) + "=" + safe_text(value_text(value), 60);
  }
  out.line(line);
}

void show_history(const Output& out, const Json& json) {
  out.line(say("history.line", {moment_at(json, "changed_ms"), device_at(json, "changed_by")}));
  if (json.contains("name")) out.line(say("item.named", {name_at(json, "name")}));
  show_item(out, json);
}

void show_set_aside(const Output& out, const Json& json) {
  out.line(say("review.line", {count_at(json, "id"), device_at(json, "name"),
                               name_at(json, "category"), count_at(json, "changes")}));
  out.line(say("review.why", {reason_at(json, "reason")}));
  for (const Json& item : member(json, "items")) {
    if (item.contains("name")) out.line(say("item.named", {name_at(item, "name")}));
    show_item(out, item);
  }
  if (number_at(json, "left").value_or(0) > 0)
    out.line(say("review.next", {count_at(json, "id"), count_at(json, "left")}));
}

void show_adopted(const Output& out, const Json& json) {
  out.line(say("done.review", {count_at(json, "changes")}));
}

void show_inspect(const Output& out, const Json& json) {
  out.line(say("inspect.line",
               {name_at(json, "field"), device_at(json, "author"), count_at(json, "counter"),
                count_at(json, "epoch"), count_at(json, "suite"), short_id(json, "batch")}));
  out.line(say(flag_at(json, "proof") ? "inspect.proven" : "inspect.not_proven"));
}

void show_folder(const Output& out, const Json& json) {
  out.line(
      say("folder.line", {text_at(json, "path"), name_at(json, "category"), count_at(json, "files"),
                          count_at(json, "waiting"), count_at(json, "left_alone")}));
  if (const auto reason = string_at(json, "reason"))
    return out.line(say("folder.trouble", {shell::reason_words(*reason)}));
  if (!flag_at(json, "scanned")) out.line(say("folder.reading"));
}

// With the files that were left alone, and why.
void show_folder_whole(const Output& out, const Json& json) {
  show_folder(out, json);
  const Json& left = member(json, "left");
  for (const Json& one : left)
    out.line(say("folder.left", {name_at(one, "path"), reason_at(one, "reason")}));
  const auto all = number_at(json, "left_alone").value_or(0);
  if (all > left.size()) out.line(say("folder.left_more", {std::to_string(all - left.size())}));
}

void show_folder_added(const Output& out, const Json& json) {
  out.line(say("folder.added", {text_at(json, "path"), name_at(json, "category")}));
}

void show_folder_removed(const Output& out, const Json& json) {
  out.line(say("folder.removed", {text_at(json, "path")}));
}

namespace {
// What a device that is out of its circle kept is never sent.
bool is_out(const Json& status) {
  const auto reason = string_at(status, "reason");
  return reason == "removed" || reason == "left" || reason == "sponsor_removed";
}
}  // namespace

void show_status(const Output& out, const Json& json) {
  const std::string state = text_at(json, "state");
  if (state == "locked") return out.line(say("status.locked"));
  const bool alone = member(json, "circle").is_null();
  if (alone) {
    out.line(say("status.alone", {name_at(json, "name")}));
  } else {
    out.line(say("status.self", {name_at(json, "name"), text_at(json, "circle_words")}));
  }
  if (!alone || state != "needs_action")
    out.line(say("status.state." + state, {reason_at(json, "reason")}));
  if (flag_at(json, "paused")) show_pauses(out, json);
  for (const Json& peer : member(json, "peers")) show_peer(out, peer);
  for (const Json& category : member(json, "categories")) {
    out.line(say("status.category", {name_at(category, "name"), count_at(category, "items"),
                                     category_words(category)}));
    const Json& held = member(category, "held");
    if (number_at(held, "count").value_or(0) > 0) {
      out.line(say("status.held", {count_at(held, "count"), reason_at(held, "reason")}));
    }
    if (number_at(category, "set_aside").value_or(0) > 0)
      out.line(say("status.set_aside", {count_at(category, "set_aside")}));
  }
  for (const Json& folder : member(json, "folders")) show_folder(out, folder);
  const Json& queue = member(json, "queue");
  if (number_at(queue, "items").value_or(0) > 0) {
    if (is_out(json)) {
      out.line(say("status.never_sent", {count_at(queue, "items")}));
    } else {
      show_queue(out, queue);
    }
  }
  for (const Json& one : member(json, "expiring")) show_expiring(out, one);
  if (const auto count = member(json, "pending").size(); count > 0) {
    out.line(say("status.pending", {std::to_string(count)}));
  }
  if (const auto alerts = number_at(json, "alerts").value_or(0); alerts > 0) {
    out.line(say("status.alerts", {std::to_string(alerts)}));
  }
}

void show_transfers(const Output& out, const Json& json) {
  for (const Json& one : member(json, "transfers")) out.line(transfer_line(one));
  if (member(json, "transfers").empty()) out.line(say("transfer.none"));
}

void show_progress(const Output& out, const Json& json) {
  if (!terminal_out()) return out.line(transfer_line(json));
  const bool ended = number_at(json, "files_done") == number_at(json, "files_total");
  out.progress(transfer_line(json), ended);
}

void show_queue(const Output& out, const Json& json) {
  const auto bytes = number_at(json, "bytes");
  out.line(say(bytes ? "queue.line" : "queue.line_unsized",
               {count_at(json, "items"), shell::bytes_words(bytes.value_or(0))}));
}

void show_alert(const Output& out, const Json& json) {
  out.line(say("alert.line",
               {count_at(json, "id"), moment_at(json, "at_ms"), text_at(json, "message"),
                json.contains("name_short") ? device_at(json, "name") : text_at(json, "name")}));
}

void show_fact(const Output& out, const Json& json) {
  const bool named = string_at(json, "name").has_value();
  out.line(
      say(named ? "audit.line_of" : "audit.line",
          {count_at(json, "index"), moment_at(json, "at_ms"), say("fact." + text_at(json, "kind")),
           named ? name_at(json, "name") : short_id(json, "subject")}));
}

void show_event(const Output& out, const Json& json) {
  const std::string message = json.contains("message") ? text_at(json, "message") : "";
  std::string about;
  for (const char* key : {"name", "category", "about", "item", "offer"}) {
    if (json.contains(key)) about += " " + device_at(json, key);
  }
  // Elsewhere `device` is an id, and the name stands beside it.
  if (!json.contains("name") && json.contains("device")) about += " " + device_at(json, "device");
  out.line(say("event.line",
               {moment_at(json, "at_ms"), say("event." + text_at(json, "event")), about, message}));
}

void show_change(const Output& out, const Json& json) {
  if (flag_at(json, "deleted")) return out.line(say("change.deleted", {text_at(json, "item")}));
  show_item_line(out, json);
}

}  // namespace troth::app
