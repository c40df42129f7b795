#include "shell/discovery/avahi_loop.hpp"

#include <sys/time.h>

#include <algorithm>
#include <optional>

#include "shell/net/readable.hpp"

// The library leaves both types to whoever supplies the loop.
struct AvahiWatch {
  AvahiWatch(asio::io_context& loop, int socket, AvahiWatchCallback callback, void* userdata)
      : io(loop), fd(socket), call(callback), user(userdata) {}
  asio::io_context& io;
  int fd;
  AvahiWatchEvent events{};
  AvahiWatchCallback call;
  void* user;
  std::optional<troth::shell::Readable> readable;
};
struct AvahiTimeout {
  AvahiTimeout(asio::io_context& io, AvahiTimeoutCallback callback, void* userdata)
      : timer(io), call(callback), user(userdata) {}
  troth::shell::Timer timer;
  AvahiTimeoutCallback call;
  void* user;
};

namespace troth::shell {

namespace {

asio::io_context& io_of(const AvahiPoll* poll) {
  return static_cast<AvahiLoop*>(poll->userdata)->io();
}

// The library waits for input only: it sends datagrams at once or not at all.
void watch_update(AvahiWatch* watch, AvahiWatchEvent events) {
  watch->events = events;
  if ((events & AVAHI_WATCH_IN) == 0) return watch->readable.reset();
  if (watch->readable) return;
  watch->readable.emplace(watch->io, watch->fd,
                          [watch] { watch->call(watch, watch->fd, AVAHI_WATCH_IN, watch->user); });
}

AvahiWatch* watch_new(const AvahiPoll* poll, int fd, AvahiWatchEvent events,
                      AvahiWatchCallback call, void* user) {
  auto watch = std::make_unique<AvahiWatch>(io_of(poll), fd, call, user);
  watch_update(watch.get(), events);
  return watch.release();
}

AvahiWatchEvent watch_events(AvahiWatch* watch) { return watch->events; }

void watch_free(AvahiWatch* watch) { std::unique_ptr<AvahiWatch>{watch}.reset(); }

// Times are those of the wall clock, in the library's way; one that was set back makes a timer of
// the library late by as much as the clock jumped, at most until the next renewal.
void timeout_update(AvahiTimeout* timeout, const timeval* at) {
  if (at == nullptr) return timeout->timer.cancel();
  timeval now{};
  ::gettimeofday(&now, nullptr);
  const auto left = (at->tv_sec - now.tv_sec) * 1000 + (at->tv_usec - now.tv_usec) / 1000;
  timeout->timer.set(std::chrono::milliseconds(std::max<long>(left + 1, 0)),
                     [timeout] { timeout->call(timeout, timeout->user); });
}

AvahiTimeout* timeout_new(const AvahiPoll* poll, const timeval* at, AvahiTimeoutCallback call,
                          void* user) {
  auto timeout = std::make_unique<AvahiTimeout>(io_of(poll), call, user);
  timeout_update(timeout.get(), at);
  return timeout.release();
}

void timeout_free(AvahiTimeout* timeout) { std::unique_ptr<AvahiTimeout>{timeout}.reset(); }

}  // namespace

AvahiLoop::AvahiLoop(asio::io_context& io) : io_(io) {
  poll_.userdata = this;
  poll_.watch_new = watch_new;
  poll_.watch_update = watch_update;
  poll_.watch_get_events = watch_events;
  poll_.watch_free = watch_free;
  poll_.timeout_new = timeout_new;
  poll_.timeout_update = timeout_update;
  poll_.timeout_free = timeout_free;
}

}  // namespace troth::shell
