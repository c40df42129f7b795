// Status as JSON: what cli.md promises, and what only some of it can know as null.
#include "apps/troth/daemon/book.hpp"
#include "shell/keystore/keystore.hpp"

namespace troth::app {

namespace {

Json text_or_null(std::string text) { return text.empty() ? Json(nullptr) : Json(std::move(text)); }

template <class Range, class F>
Json rows(const Range& range, F&& row) {
  Json out = Json::array();
  for (const auto& one : range) out.push_back(row(one));
  return out;
}

Json peer_json(const PeerInfo& peer, const Book& book) {
  const auto left = [&](const FilesOnTheWay& one) {
    return Json{
        {"category", book.category_name(one.category)}, {"files", one.files}, {"bytes", one.bytes}};
  };
  Json out{{"device", hex(peer.device)},
           {"name", peer.name},
           {"connected", peer.connected},
           {"behind_items", or_null(peer.behind_items)},
           {"behind_bytes", or_null(peer.behind_bytes)},
           {"last_seen_ms", or_null(peer.last_seen_ms)},
           {"last_equal_ms", or_null(peer.last_equal_ms)},
           {"reason", text_or_null(peer.reason)},
           {"files_left", rows(peer.files, left)}};
  book.put_device(out, "name", peer.device);
  return out;
}

Json category_status(const CategoryInfo& category, const Book& book) {
  return Json{{"name", category.name},
              {"category", hex(category.category)},
              {"items", category.items},
              {"state", category.state},
              {"reason", text_or_null(book.reason_of(category))},
              {"set_aside", category.set_aside},
              {"held", {{"count", category.held}, {"reason", text_or_null(category.held_reason)}}}};
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

// by_class says of the edits that are not sealed; what other devices lack has no class any more.
Json queue_json(const StatusQuery::Answer& status) {
  Json classes = Json::object();
  for (const auto& cls : status.drafts)
    classes[cls.name] = Json{{"items", cls.items}, {"bytes", cls.bytes}};
  return Json{{"items", or_null(status.queue_items)},
              {"bytes", or_null(status.queue_bytes)},
              {"by_class", std::move(classes)}};
}

Json status_json(const StatusQuery::Answer& status, const IdentityQuery::Answer& self,
                 const Book& book, const FolderTrouble& trouble) {
  return Json{{"v", 1},
              {"device", hex(self.device)},
              {"name", self.name},
              {"circle", self.circle.is_zero() ? Json(nullptr) : Json(hex(self.circle))},
              {"circle_words", text_or_null(self.circle_words)},
              {"protection", shell::protection_name(self.protection)},
              {"state", state_word(status.state)},
              {"reason", text_or_null(status.reason)},
              {"peers", rows(status.peers, [&](const auto& p) { return peer_json(p, book); })},
              {"categories",
               rows(status.categories, [&](const auto& c) { return category_status(c, book); })},
              {"queue", queue_json(status)},
              {"folders", rows(status.folders,
                               [&](const auto& f) { return folder_status(f, book, trouble); })},
              {"paused", status.paused},
              {"clock_offset_ms", or_null(status.clock_offset_ms)},
              {"pending", rows(status.pending, [](const auto& id) { return Json(hex(id)); })},
              {"expiring", Json::array()},
              {"alerts", status.alerts}};
}

}  // namespace troth::app
