#include "shell/folder/watcher.hpp"

#include <sys/inotify.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace troth::shell {

namespace {

constexpr std::uint32_t kMask = IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE |
                                IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF |
                                IN_ONLYDIR | IN_EXCL_UNLINK;
constexpr std::size_t kBuffer = 64 * 1024;

WatchEvent::Kind kind_of(std::uint32_t mask) {
  using Kind = WatchEvent::Kind;
  const bool away = (mask & (IN_DELETE | IN_MOVED_FROM)) != 0;
  if ((mask & IN_ISDIR) != 0) {
    if (away) return Kind::directory_away;
    return (mask & (IN_CREATE | IN_MOVED_TO)) != 0 ? Kind::directory_here : Kind::touched;
  }
  if (away) return Kind::away;
  if ((mask & IN_MOVED_TO) != 0) return Kind::moved_here;
  if ((mask & IN_CLOSE_WRITE) != 0) return Kind::written;
  if ((mask & IN_MODIFY) != 0) return Kind::writing;
  return Kind::touched;
}

}  // namespace

Watcher::~Watcher() = default;

Result<std::unique_ptr<Watcher>> Watcher::open(asio::io_context& io, OnEvent on_event) {
  Fd fd(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!fd.ok()) return fail(Errc::limit);
  const int raw = fd.get();
  std::unique_ptr<Watcher> out(new Watcher(std::move(fd), std::move(on_event)));
  out->readable_ =
      std::make_unique<Readable>(io, raw, [watcher = out.get()] { watcher->read_events(); });
  return out;
}

Result<> Watcher::add(int directory, const std::string& path) {
  if (by_path_.size() >= limit_ && !by_path_.contains(path)) return fail(Errc::limit);
  // By descriptor: a name could mean another directory by now.
  const std::string self = "/proc/self/fd/" + std::to_string(directory);
  const int watch = ::inotify_add_watch(fd_.get(), self.c_str(), kMask);
  if (watch < 0) return fail(errno == ENOSPC ? Errc::limit : Errc::io_error);
  // The kernel gives a directory that moved its old number.
  if (const auto old = by_watch_.find(watch); old != by_watch_.end()) by_path_.erase(old->second);
  if (const auto old = by_path_.find(path); old != by_path_.end() && old->second != watch) {
    ::inotify_rm_watch(fd_.get(), old->second);
    by_watch_.erase(old->second);
  }
  by_watch_[watch] = path;
  by_path_[path] = watch;
  return {};
}

void Watcher::forget(const std::string& path) {
  const auto drop = [this](std::map<std::string, int>::iterator at) {
    ::inotify_rm_watch(fd_.get(), at->second);
    by_watch_.erase(at->second);
    return by_path_.erase(at);
  };
  if (const auto self = by_path_.find(path); self != by_path_.end()) drop(self);
  const std::string below = path + "/";
  auto at = by_path_.lower_bound(below);
  while (at != by_path_.end() && at->first.compare(0, below.size(), below) == 0) at = drop(at);
}

void Watcher::read_events() {
  alignas(inotify_event) std::array<char, kBuffer> buffer;
  const std::weak_ptr<int> alive = alive_;
  const auto got = ::read(fd_.get(), buffer.data(), buffer.size());
  // One buffer a turn: the rest of a flood waits in the kernel while others have theirs.
  for (ssize_t at = 0; at < got;) {
    inotify_event event{};
    std::memcpy(&event, buffer.data() + at, sizeof event);
    const char* name = event.len > 0 ? buffer.data() + at + sizeof event : "";
    at += static_cast<ssize_t>(sizeof event + event.len);
    one_event(event.wd, event.mask, name);
    if (alive.expired()) return;
  }
}

void Watcher::one_event(int watch, std::uint32_t mask, const char* name) {
  if ((mask & IN_Q_OVERFLOW) != 0) return on_event_({WatchEvent::Kind::overflow, ""});
  const auto found = by_watch_.find(watch);
  if (found == by_watch_.end()) return;
  const std::string folder = found->second;
  if ((mask & IN_IGNORED) != 0) {
    by_path_.erase(folder);
    by_watch_.erase(found);
  }
  const bool self = (mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED)) != 0;
  if (self) {
    if (folder.empty()) on_event_({WatchEvent::Kind::root_away, ""});
    return;
  }
  if (*name == '\0') return;  // attributes of the directory itself
  on_event_({kind_of(mask), folder.empty() ? std::string(name) : folder + "/" + name});
}

}  // namespace troth::shell
