// Lookout: reading a folder from its root, and finding what is missing afterwards.
#include <fcntl.h>

#include <cerrno>

#include "shell/folder/lookout.hpp"

namespace troth::shell {

void Lookout::cannot_watch() {
  crowded_ = true;
  if (!told_crowded_) host_.note("folder_watches");
  told_crowded_ = true;
}

// Watched before it is read, so that no change falls between.
void Lookout::open_next() {
  at_ = std::move(todo_.back());
  todo_.pop_back();
  auto fd = open_folder(root_->root.get(), at_);
  if (!fd) {
    // Being out of descriptors passes; a closed or vanished folder has nothing to tell.
    if (errno == EMFILE || errno == ENFILE) crowded_ = true;
    return;
  }
  if (watcher_ && !watcher_->add(fd->get(), at_)) cannot_watch();
  if (!watcher_) cannot_watch();
  const int raw = fd->release();
  dir_.reset(::fdopendir(raw));
  if (!dir_) ::close(raw);
}

bool Lookout::scan_step() {
  if (!dir_) {
    if (todo_.empty()) {
      if (whole_ && !sweeping_) {
        sweeping_ = true;
        sweep_from_.clear();
      }
      return false;
    }
    open_next();
    return true;
  }
  const dirent* entry = ::readdir(dir_.get());
  if (entry == nullptr) {
    dir_.reset();
    return true;
  }
  const std::string name(static_cast<const char*>(entry->d_name));
  if (name == "." || name == "..") return true;
  const std::string path = at_.empty() ? name : at_ + "/" + name;
  if (path.size() > kPathBytes || !check_path(path)) return true;
  struct stat info {};
  if (::fstatat(::dirfd(dir_.get()), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0)
    found(path, info);
  return true;
}

void Lookout::found(const std::string& path, const struct stat& info) {
  const bool folder = S_ISDIR(info.st_mode);
  if (rules_.ignores_entry(path, folder)) {
    known_.erase(path);
  } else if (folder) {
    see_folder(path, info);
  } else if (held_.contains(path)) {
    make_due(path, times_.quiet_ms, false);
  } else {
    see(path, info, false);
  }
}

// What a whole scan did not see is looked at one by one: only that decides.
bool Lookout::sweep_step() {
  constexpr int kAtOnce = 64;
  if (!sweeping_) return false;
  auto at = known_.lower_bound(sweep_from_);
  for (int i = 0; i < kAtOnce; ++i, ++at) {
    if (at == known_.end()) {
      end_scan();
      return true;
    }
    if (at->second.scan != scan_) make_due(at->first, 0, false);
    if (!sweeping_) return true;
  }
  if (at == known_.end()) {
    end_scan();
  } else {
    sweep_from_ = at->first;
  }
  return true;
}

void Lookout::end_scan() {
  whole_ = sweeping_ = false;
  if (!told_scanned_) {
    told_scanned_ = true;
    host_.scanned();
  }
  if (!again_) return;
  again_ = false;
  rescan();
}

}  // namespace troth::shell
