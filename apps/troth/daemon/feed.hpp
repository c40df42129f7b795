// What clients follow: the events of this run, changes of a category, and conditions to wait for.
#pragma once

#include <deque>
#include <list>
#include <map>
#include <optional>

#include "apps/troth/daemon/request.hpp"
#include "troth/query.hpp"

namespace troth::app {

class Daemon;

class Feed {
 public:
  explicit Feed(Daemon& daemon) : daemon_(daemon) {}
  void follow_events(const Request& request);  // params: since
  void watch(const Request& request);          // params: category, since
  void wait_for(const Request& request);       // params: the conditions of cli.md

  void on_event(const Event& event);
  void tell(const Json& event);  // numbers it and shows it to those who follow
  void on_settled();
  void client_gone(const shell::LocalClient& client);
  void client_read(const shell::LocalClient& client);  // there is room for more
  void stopped() { transfers_.clear(); }               // of the engine; it may come back by itself
  void locked();                                       // nothing of what was told is kept
  [[nodiscard]] Json transfers(const StatusQuery::Answer& status) const;

 private:
  struct Watcher {
    Request request;
    CategoryId category;
    std::uint64_t cursor = 0;
    bool behind = false;                   // reads the stored changes before live ones
    std::deque<ItemChanged> rest{};        // of a page that was read, not shown yet
    std::map<ItemId, ItemChanged> late{};  // live ones that wait meanwhile
  };
  struct Waiter {
    Request request;
    std::string told;  // what it still waits for, as it was last told
  };
  void begin_numbers();
  void tell_gap(const Request& request, std::uint64_t since) const;
  void page(Watcher& watcher);
  bool read_page(Watcher& watcher);
  void take_change(Watcher& watcher, const ItemChanged& change);
  void show_change(Watcher& watcher, const ItemChanged& change);
  static void tell_waiting(Waiter& waiter, const std::string& missing);
  [[nodiscard]] bool holds(const Json& conditions, std::string& missing);

  Daemon& daemon_;
  std::deque<Json> recent_;
  std::uint64_t last_cursor_ = 0;
  std::uint64_t gone_ = 0;  // the newest number that is not kept any more, or of before this run
  bool dropped_ = false;    // of this run, something is not kept any more
  std::list<Request> followers_;
  std::list<Watcher> watchers_;
  std::list<Waiter> waiters_;
  std::map<CategoryId, TransferProgress> transfers_;
};

// The event as `troth events` shows it; nullopt for those that belong to one command.
[[nodiscard]] std::optional<Json> event_json(const Event& event, Daemon& daemon);

}  // namespace troth::app
