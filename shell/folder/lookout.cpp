#include "shell/folder/lookout.hpp"

#include <algorithm>

#include "shell/os/clock.hpp"

namespace troth::shell {

namespace {

std::uint64_t now_ms() { return mono_now().ms; }

}  // namespace

Lookout::Lookout(asio::io_context& io, LookoutHost& host, const LookoutTimes& times)
    : io_(io), host_(host), times_(times), timer_(io), rescan_timer_(io) {}

Lookout::~Lookout() { stop(); }

void Lookout::start(std::shared_ptr<const OpenRoot> root, IgnoreRules rules) {
  root_ = std::move(root);
  rules_ = std::move(rules);
  auto watcher = Watcher::open(io_, [this](const WatchEvent& event) { on_event(event); });
  if (watcher) watcher_ = std::move(*watcher);
  crowded_ = told_crowded_ = false;
  if (!watcher_) cannot_watch();
  tidying_ = true;
  told_scanned_ = false;
  known_.clear();
  host_.scanning();
  rescan();
}

void Lookout::stop() {
  root_.reset();
  watcher_.reset();
  todo_.clear();
  dir_.reset();
  dirty_.clear();
  order_.clear();
  whole_ = sweeping_ = again_ = false;
  timer_.cancel();
  rescan_timer_.cancel();
}

void Lookout::rescan() {
  if (!root_) return;
  if (whole_) {
    again_ = true;
    return;
  }
  whole_ = true;
  sweeping_ = false;
  ++scan_;
  todo_.emplace_back();
  work_soon();
}

// Nothing is told from here on; the host hears of it when nothing of this object is running.
void Lookout::lose() {
  root_.reset();
  post(io_, [this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) host_.lost();
  });
}

void Lookout::hold(const std::string& path) { held_.insert(path); }

void Lookout::release(const std::string& path) {
  if (const auto at = held_.find(path); at != held_.end()) held_.erase(at);
}

void Lookout::own(const std::string& path, const FileStat& stat) {
  known_[path] = Known{EntryKind::file, stat, scan_};
}

void Lookout::own_gone(const std::string& path) { known_.erase(path); }

void Lookout::work_soon() {
  if (work_posted_ || !root_) return;
  work_posted_ = true;
  post(io_, [this, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    work_posted_ = false;
    work();
  });
}

void Lookout::work() {
  const auto end = now_ms() + times_.slice_ms;
  do {
    if (!root_) return;
    if (!step()) return arm();
  } while (now_ms() < end);
  work_soon();
}

// Leftovers first, then what changed, then the rest of the folder.
bool Lookout::step() {
  if (tidying_) {
    tidying_ = host_.tidy();
    return true;
  }
  return dirty_step() || scan_step() || sweep_step();
}

void Lookout::arm() {
  if (crowded_ && root_) {
    rescan_timer_.set(std::chrono::milliseconds(times_.rescan_ms), [this] { rescan(); });
    crowded_ = false;
  }
  if (order_.empty()) return timer_.cancel();
  const auto due = order_.begin()->first;
  const auto now = now_ms();
  timer_.set(std::chrono::milliseconds(due > now ? due - now : 1), [this] { work_soon(); });
}

// ---- what the kernel tells -------------------------------------------------------------------

void Lookout::on_event(const WatchEvent& event) {
  using Kind = WatchEvent::Kind;
  if (!root_) return;
  switch (event.kind) {
    case Kind::overflow:
      return rescan();
    case Kind::root_away:
      return root_->still_there() ? rescan() : lose();
    case Kind::directory_here:
      return make_due(event.path, 0, true);
    case Kind::directory_away:
      if (watcher_) watcher_->forget(event.path);
      return make_due(event.path, times_.quiet_ms, true);
    case Kind::writing:
      return make_due(event.path, times_.quiet_ms, true);
    case Kind::written:
    case Kind::moved_here:
      return make_due(event.path, times_.closed_ms, false);
    case Kind::touched:
    case Kind::away:
      return make_due(event.path, times_.quiet_ms, false);
  }
}

void Lookout::make_due(const std::string& path, std::uint64_t after, bool wrote) {
  if (dirty_.size() >= kDirtyMax && !dirty_.contains(path)) {
    // More than this is cheaper to find again than to remember.
    dirty_.clear();
    order_.clear();
    return rescan();
  }
  const auto now = now_ms();
  const auto [at, is_new] = dirty_.try_emplace(path);
  Dirty& dirty = at->second;
  if (is_new) dirty.first = now;
  if (!is_new) order_.erase({dirty.due, path});
  dirty.due = std::max(now, std::min(now + after, dirty.first + times_.longest_ms));
  dirty.wrote = dirty.wrote || wrote;
  order_.emplace(dirty.due, path);
  if (!work_posted_ && order_.begin()->second == path) arm();
}

bool Lookout::dirty_step() {
  if (order_.empty() || order_.begin()->first > now_ms()) return false;
  const std::string path = order_.begin()->second;
  const bool wrote = dirty_.at(path).wrote;
  order_.erase(order_.begin());
  dirty_.erase(path);
  if (held_.contains(path)) {
    make_due(path, times_.quiet_ms, wrote);
    return true;
  }
  check(path, wrote);
  return true;
}

void Lookout::check(const std::string& path, bool wrote) {
  if (path == kIgnoreFile) return reload_rules();
  if (!check_path(path) || path.size() > kPathBytes) return;
  const auto info = look(root_->root.get(), path);
  if (!info) {
    // Only a plain "not there" is an absence: a link on the way, a lost disk or a closed folder is
    // none.
    if (info.error().code == Errc::not_found) gone(path);
    return;
  }
  const bool folder = S_ISDIR(info->st_mode);
  if (rules_.ignores(path, folder)) {
    known_.erase(path);
    return;
  }
  if (folder) {
    if (wrote) look_below(path);
    return see_folder(path, *info);
  }
  see(path, *info, wrote);
  // A file took the folder's place. A link there may still lead to the files, so it is no deletion.
  if (S_ISREG(info->st_mode)) gone_below(path);
}

void Lookout::reload_rules() {
  auto rules = read_rules(*root_);
  // Rules that cannot be followed leave the old ones standing: nothing that was hidden shows up.
  if (!rules) return host_.note("folder_rules");
  host_.over("folder_rules");
  rules_ = std::move(*rules);
  rescan();
}

// ---- what is told ------------------------------------------------------------------------------

void Lookout::see(const std::string& path, const struct stat& info, bool wrote) {
  const auto kind = S_ISREG(info.st_mode) ? EntryKind::file : EntryKind::special;
  const FileStat stat = kind == EntryKind::file ? to_file_stat(info) : FileStat{};
  auto at = known_.find(path);
  if (at == known_.end()) {
    if (known_.size() >= kFilesMax) {
      if (!told_many_) host_.note("folder_too_many");
      told_many_ = true;
      return;
    }
    at = known_.emplace(path, Known{}).first;
  } else if (!wrote && at->second.kind == kind && at->second.stat == stat) {
    at->second.scan = scan_;
    return;
  }
  FileStat told = stat;
  // A clock tick, or who puts a time back, hides the change: no inode is 0, so nobody knows this
  // stat.
  if (wrote && at->second.kind == kind && at->second.stat == stat) told.inode = 0;
  at->second = Known{kind, stat, scan_};
  host_.report(path, kind, told);
}

void Lookout::see_folder(const std::string& path, const struct stat& info) {
  if (info.st_dev != root_->device) {
    // Another file system: its files may all go at once without having been deleted.
    struct stat special = info;
    special.st_mode = S_IFSOCK;
    return see(path, special, false);
  }
  if (const auto at = known_.find(path); at != known_.end()) {
    const auto kind = at->second.kind;
    known_.erase(at);
    if (kind == EntryKind::file) host_.report(path, EntryKind::gone, {});
  }
  todo_.push_back(path);
}

void Lookout::gone(const std::string& path) {
  // The trap: a disk that was taken out looks like a folder whose files were all deleted.
  if (!root_->still_there()) return lose();
  if (watcher_) watcher_->forget(path);
  if (known_.erase(path) > 0) host_.report(path, EntryKind::gone, {});
  gone_below(path);
}

// Another folder may stand there now: reading it tells what it has and not what it lacks.
void Lookout::look_below(const std::string& path) {
  constexpr std::size_t kAtOnce = 1000;
  const std::string below = path + "/";
  std::vector<std::string> all;
  for (auto at = known_.lower_bound(below);
       at != known_.end() && at->first.compare(0, below.size(), below) == 0; ++at) {
    if (all.size() == kAtOnce) return rescan();
    all.push_back(at->first);
  }
  for (const auto& one : all) make_due(one, 0, false);
}

void Lookout::gone_below(const std::string& path) {
  constexpr int kAtOnce = 64;
  const std::string below = path + "/";
  int count = 0;
  for (auto at = known_.lower_bound(below);
       at != known_.end() && at->first.compare(0, below.size(), below) == 0;
       at = known_.lower_bound(below)) {
    if (++count > kAtOnce) return make_due(path, 0, false);
    const std::string one = at->first;
    known_.erase(at);
    host_.report(one, EntryKind::gone, {});
  }
}

}  // namespace troth::shell
