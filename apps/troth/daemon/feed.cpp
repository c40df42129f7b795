#include "apps/troth/daemon/feed.hpp"

#include <algorithm>

#include "apps/troth/daemon/daemon.hpp"
#include "shell/texts/texts.hpp"

namespace troth::app {

namespace {

constexpr std::size_t kRecent = 1024;
constexpr std::uint64_t kNumbersPerMs = 1024;  // no run makes more events than that
constexpr std::uint32_t kPage = 256;
// A watcher that reads slowly is not sent more than this ahead.
constexpr std::size_t kAhead = 4 * 1024 * 1024;

template <class List, class F>
void drop_if(List& list, F&& gone) {
  list.remove_if(gone);
}

Json transfer_json(const TransferProgress& t, const Book& book) {
  return Json{{"category", book.category_name(t.category)},
              {"files_done", t.files_done},
              {"files_total", t.files_total},
              {"bytes_done", t.bytes_done},
              {"bytes_total", t.bytes_total}};
}

bool is_equal(const PeerInfo& peer) {
  return peer.reason.empty() && peer.last_equal_ms.has_value();
}

bool has_drafts(const StatusQuery::Answer& status) {
  return std::any_of(status.drafts.begin(), status.drafts.end(),
                     [](const ClassQueue& cls) { return cls.items > 0; });
}

struct EventWriter {
  Daemon& daemon;
  const Book& book = daemon.book();
  using Out = std::optional<Json>;

  Json with_name(std::string_view event, const DeviceId& device) const {
    Json out{{"event", event}, {"device", hex(device)}, {"name", nullptr}};
    book.put_device(out, "name", device);
    return out;
  }
  Out operator()(const ItemChanged& e) const {
    return Json{{"event", e.deleted ? "item_deleted" : "item_changed"},
                {"category", book.category_name(e.category)},
                {"item", hex(e.item)}};
  }
  Out operator()(const OfferArrived& e) const {
    return Json{{"event", "offer_arrived"}, {"offer", hex(e.offer)}};
  }
  Out operator()(const ConsentNeeded& e) const {
    return Json{{"event", "consent_needed"},
                {"category", book.category_name(e.category)},
                {"device", book.device_name(e.device)},
                {"why", e.why},
                {"message", shell::reason_words(e.why)}};
  }
  Out operator()(const PeerChanged& e) const {
    return with_name(e.connected ? "device_connected" : "device_disconnected", e.device);
  }
  Out operator()(const CircleChanged&) const { return Json{{"event", "circle_changed"}}; }
  Out operator()(const AlertRaised& e) const { return Json{{"event", "alert"}, {"id", e.id}}; }
  Out operator()(const TransferProgress& e) const {
    Json out{{"event", "transfer"}};
    out.update(transfer_json(e, book));
    return out;
  }
  Out operator()(const Noticed& e) const {
    return Json{{"event", "notice"},
                {"reason", e.reason},
                {"message", shell::reason_words(e.reason)},
                {"about", e.about}};
  }
  Out operator()(const Paired& e) const { return with_name("device_paired", e.device); }
  Out operator()(const PairingFailed& e) const {
    const Json error = error_json(e.code, e.reason);
    return Json{
        {"event", "pairing_failed"}, {"reason", error["code"]}, {"message", error["message"]}};
  }
  template <class Other>
  Out operator()(const Other&) const {
    return std::nullopt;  // belongs to the command that waits for it
  }
};

}  // namespace

std::optional<Json> event_json(const Event& event, Daemon& daemon) {
  return std::visit(EventWriter{daemon}, event);
}

// Numbers do not come again in a later run: a place that was kept over a restart stays before all
// that is new.
void Feed::begin_numbers() {
  if (last_cursor_ == 0) last_cursor_ = gone_ = daemon_.pump().now().wall.ms * kNumbersPerMs;
}

// What was missed and is not kept is said, not passed over. 0 means all that is there.
void Feed::tell_gap(const Request& request, std::uint64_t since) const {
  const bool lost = since == 0 ? dropped_ : since < gone_;
  if (!lost) return;
  request.event(Json{{"v", 1},
                     {"cursor", gone_},
                     {"at_ms", daemon_.pump().now().wall.ms},
                     {"event", "gap"},
                     {"since", since},
                     {"message", shell::say("gap.message")}});
}

// What was told names devices and categories. Who comes back after it hears of a gap; a watcher
// reads what it was not shown again from what is stored.
void Feed::locked() {
  stopped();
  if (!recent_.empty()) {
    gone_ = last_cursor_;
    dropped_ = true;
    recent_.clear();
  }
  for (auto& watcher : watchers_) {
    watcher.rest.clear();
    watcher.late.clear();
  }
}

void Feed::follow_events(const Request& request) {
  if (!daemon_.pump().is_open()) return request.failed(daemon_.closed());
  begin_numbers();
  const auto since = number_at(request.params(), "since");
  if (since) tell_gap(request, *since);
  for (const Json& one : recent_) {
    if (since && number_at(one, "cursor").value_or(0) > *since) request.event(one);
  }
  followers_.push_back(request);
}

void Feed::on_event(const Event& event) {
  if (const auto* progress = std::get_if<TransferProgress>(&event)) {
    transfers_[progress->category] = *progress;
    if (progress->files_done == progress->files_total) transfers_.erase(progress->category);
  }
  if (const auto* change = std::get_if<ItemChanged>(&event)) {
    for (auto& watcher : watchers_) {
      if (watcher.category == change->category) take_change(watcher, *change);
    }
  }
  if (auto json = event_json(event, daemon_)) tell(std::move(*json));
}

void Feed::tell(const Json& event) {
  begin_numbers();
  Json line{{"v", 1}, {"cursor", ++last_cursor_}, {"at_ms", daemon_.pump().now().wall.ms}};
  line.update(event);
  for (const auto& follower : followers_) follower.event(line);
  recent_.push_back(std::move(line));
  if (recent_.size() <= kRecent) return;
  gone_ = number_at(recent_.front(), "cursor").value_or(gone_);
  dropped_ = true;
  recent_.pop_front();
}

void Feed::watch(const Request& request) {
  const auto category = daemon_.category(request, request.text("category"));
  if (!category) return;
  const auto since = number_at(request.params(), "since");
  watchers_.push_back(Watcher{request, *category, since.value_or(0), since.has_value()});
  if (since) page(watchers_.back());
}

// An own change is told before it is sealed, so it has no place among the stored ones yet: a
// watcher that is behind gets it after those.
void Feed::take_change(Watcher& watcher, const ItemChanged& change) {
  watcher.behind = watcher.behind || watcher.request.client().waiting() >= kAhead;
  if (!watcher.behind) return show_change(watcher, change);
  if (watcher.late.size() >= kRecent) watcher.late.clear();  // stored by now, most likely
  watcher.late[change.item] = change;
}

void Feed::show_change(Watcher& watcher, const ItemChanged& change) {
  watcher.cursor = std::max(watcher.cursor, change.cursor);
  Json line{{"v", 1},
            {"event", change.deleted ? "deleted" : "changed"},
            {"cursor", change.cursor},
            {"category", daemon_.book().category_name(change.category)},
            {"item", hex(change.item)},
            {"deleted", change.deleted}};
  if (const auto item = daemon_.pump().query(ItemQuery{change.category, change.item}); item) {
    const Json shown = item_json(*item, daemon_.book());
    if (shown.contains("name")) line["name"] = shown["name"];
    line["fields"] = shown["fields"];
    line["changed_by"] = shown["changed_by"];
    if (shown.contains("changed_by_short")) line["changed_by_short"] = shown["changed_by_short"];
  }
  watcher.request.event(std::move(line));
}

// A page is shown as far as there is room: its items may be wide.
void Feed::page(Watcher& watcher) {
  if (!daemon_.pump().is_open()) return;  // it goes on where it was
  const auto& client = watcher.request.client();
  while (watcher.behind && client.waiting() < kAhead) {
    if (watcher.rest.empty()) watcher.behind = read_page(watcher);
    while (!watcher.rest.empty() && client.waiting() < kAhead) {
      const ItemChanged change = std::move(watcher.rest.front());
      watcher.rest.pop_front();
      show_change(watcher, change);
    }
  }
}

// The next stored changes, and when there are none, the live ones that waited. False: neither.
bool Feed::read_page(Watcher& watcher) {
  auto page = daemon_.pump().query(ChangesQuery{watcher.category, watcher.cursor, kPage});
  if (page && !page->empty()) {
    // Who stops in the middle of a page and comes back with the cursor there gets the rest again.
    const auto end = page->back().cursor;
    for (auto& change : *page) {
      change.cursor = watcher.cursor;
      watcher.late.erase(change.item);
    }
    page->back().cursor = end;
    watcher.rest.assign(page->begin(), page->end());
    return true;
  }
  for (const auto& [item, change] : std::exchange(watcher.late, {})) watcher.rest.push_back(change);
  return !watcher.rest.empty();
}

void Feed::on_settled() {
  for (auto& watcher : watchers_) {
    if (watcher.behind) page(watcher);
  }
  waiters_.remove_if([this](Waiter& waiter) {
    std::string missing;
    if (holds(waiter.request.params(), missing)) {
      waiter.request.done(Json{{"v", 1}, {"waited", true}});
      return true;
    }
    if (missing != waiter.told) tell_waiting(waiter, missing);
    return false;
  });
}

void Feed::tell_waiting(Waiter& waiter, const std::string& missing) {
  waiter.request.event(Json{{"event", "waiting"}, {"reason", missing}});
  waiter.told = missing;
}

void Feed::wait_for(const Request& request) {
  for (const char* key : {"for", "category"}) {
    const std::string name = request.text(key);
    if (name.empty()) continue;
    // A name that fits nothing yet may come to be: only an ambiguous one is refused.
    const Book& book = daemon_.book();
    const bool device = std::string_view(key) == "for";
    const auto found = device ? book.find_device(name) : book.find_category(name);
    if (device && found.index) {
      // These never connect, however long it is waited.
      const auto& meant = book.devices[*found.index];
      if (meant.is_self) return request.failed(Errc::usage, "wait_self");
      if (meant.state == DeviceState::removed)
        return request.failed(Errc::unknown_device, "wait_removed");
    }
    if (found.candidates.empty()) continue;
    const auto names = device ? book.device_names() : book.category_names();
    return request.failed(Errc::ambiguous, {}, candidate_texts(names, found.candidates));
  }
  std::string missing;
  if (holds(request.params(), missing)) return request.done(Json{{"v", 1}, {"waited", false}});
  waiters_.push_back(Waiter{request, {}});
  tell_waiting(waiters_.back(), missing);
}

bool Feed::holds(const Json& conditions, std::string& missing) {
  const auto status = daemon_.pump().query(StatusQuery{});
  if (!status) {
    missing = "locked";
    return false;
  }
  const auto refuse = [&](std::string_view why) {
    missing = why;
    return false;
  };
  if (flag_at(conditions, "ready") && status->state != EngineState::ok) return refuse("not_ready");
  // The same names as everywhere: one letter is not the beginning of an id.
  const Book& book = daemon_.book();
  const auto device = string_at(conditions, "for");
  const auto named = book.find_device(device.value_or(""));
  const auto is_meant = [&](const PeerInfo& peer) {
    return !device || (named.index && peer.device == book.devices[*named.index].device);
  };
  if (device) {
    const auto peer = std::find_if(status->peers.begin(), status->peers.end(), is_meant);
    if (peer == status->peers.end() || !peer->connected) return refuse("not_connected");
  }
  if (const auto name = string_at(conditions, "category")) {
    const auto found = book.find_category(*name);
    const auto category =
        std::find_if(status->categories.begin(), status->categories.end(), [&](const auto& one) {
          return found.index && one.category == book.categories[*found.index].category;
        });
    if (category == status->categories.end()) return refuse("no_category");
    const auto items = number_at(conditions, "items");
    if (items && category->items < *items) return refuse("fewer_items");
  }
  const bool files = std::any_of(status->folders.begin(), status->folders.end(),
                                 [](const FolderInfo& f) { return f.waiting > 0 || !f.scanned; });
  if (flag_at(conditions, "synced")) {
    const bool all =
        std::all_of(status->peers.begin(), status->peers.end(),
                    [&](const PeerInfo& peer) { return !is_meant(peer) || is_equal(peer); });
    const bool coming =
        std::any_of(status->peers.begin(), status->peers.end(),
                    [&](const PeerInfo& peer) { return is_meant(peer) && !peer.files.empty(); });
    if (files || coming) return refuse("files_on_their_way");
    if (status->peers.empty() || !all || has_drafts(*status)) return refuse("not_equal");
  }
  // What nobody knows of is not taken for nothing.
  if (flag_at(conditions, "idle")) {
    const bool coming = std::any_of(status->peers.begin(), status->peers.end(),
                                    [](const PeerInfo& peer) { return !peer.files.empty(); });
    if (files || coming) return refuse("files_on_their_way");
    if (status->queue_items != 0) return refuse("busy_now");
  }
  return true;
}

void Feed::client_read(const shell::LocalClient& client) {
  for (auto& watcher : watchers_) {
    if (watcher.behind && watcher.request.from(client)) page(watcher);
  }
}

void Feed::client_gone(const shell::LocalClient& client) {
  drop_if(followers_, [&](const Request& r) { return r.from(client); });
  drop_if(waiters_, [&](const Waiter& w) { return w.request.from(client); });
  drop_if(watchers_, [&](const Watcher& w) { return w.request.from(client); });
}

// What comes in, as far as it is known; and what other devices say that they lack.
Json Feed::transfers(const StatusQuery::Answer& status) const {
  Json out = Json::array();
  for (const auto& folder : status.folders) {
    const auto found = transfers_.find(folder.category);
    if (found == transfers_.end() || folder.waiting == 0) continue;
    Json row = transfer_json(found->second, daemon_.book());
    row["direction"] = direction_word(Direction::receive);
    row["device"] = nullptr;
    out.push_back(std::move(row));
  }
  for (const auto& peer : status.peers) {
    for (const auto& left : peer.files) {
      Json row{{"category", daemon_.book().category_name(left.category)}};
      for (const char* key : {"files_done", "files_total", "bytes_done", "bytes_total"})
        row[key] = nullptr;
      row["direction"] = direction_word(Direction::send);
      row["device"] = peer.name;
      row["files_left"] = left.files;
      row["bytes_left"] = left.bytes;
      out.push_back(std::move(row));
    }
  }
  return out;
}

}  // namespace troth::app
