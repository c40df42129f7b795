#include "shell/folder/temps.hpp"

#include <dirent.h>
#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string_view>

#include "base/bytes.hpp"
#include "shell/folder/beneath.hpp"
#include "shell/os/rng.hpp"

namespace troth::shell {

namespace {

constexpr std::size_t kCleanPerCall = 128;
// The disk starts on a long file while it is still coming in, so that the last sync is short.
constexpr std::uint64_t kPushOut = 8 * 1024 * 1024;

Result<> write_at(int fd, ByteView data, std::uint64_t offset) {
  while (!data.empty()) {
    const auto wrote = ::pwrite(fd, data.data(), data.size(), static_cast<off_t>(offset));
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return fail(folder_errc(errno));
    data = data.subspan(static_cast<std::size_t>(wrote));
    offset += static_cast<std::uint64_t>(wrote);
  }
  return {};
}

}  // namespace

Temps::Temps() {
  Bytes random(4);
  OsRng().fill(random);
  prefix_ = to_hex(random) + "-";
}

Result<int> Temps::open(const OpenRoot& root, std::uint64_t temp) {
  const auto found = std::find_if(open_.begin(), open_.end(),
                                  [temp](const Open& one) { return one.temp == temp; });
  if (found != open_.end()) {
    open_.splice(open_.begin(), open_, found);
    return open_.front().fd.get();
  }
  // One that was written to and is gone must not begin again with holes.
  const int make = written_.contains(temp) ? 0 : O_CREAT | O_EXCL;
  Fd fd(::openat(root.own.get(), root.temp_name(temp).c_str(),
                 O_WRONLY | O_NOFOLLOW | O_CLOEXEC | make, 0666));
  if (!fd.ok()) {
    const auto code = folder_errc(errno);
    return fail(code == Errc::disk_full ? code : Errc::io_error);
  }
  if (open_.size() >= kTempsOpen) open_.pop_back();
  open_.push_front({temp, std::move(fd)});
  return open_.front().fd.get();
}

Result<FileStat> Temps::write(const OpenRoot& root, const WriteTemp& what) {
  constexpr std::uint64_t kLongest = std::uint64_t{1} << 62;
  if (what.offset > kLongest) return fail(Errc::disk_full);
  TROTH_TRY(const int fd, open(root, what.temp));
  auto& written = written_[what.temp];
  TROTH_CHECK(write_at(fd, what.data, what.offset));
  const auto end = what.offset + what.data.size();
  if (end / kPushOut != what.offset / kPushOut) {
    const auto from = what.offset / kPushOut * kPushOut;
    ::sync_file_range(fd, static_cast<off64_t>(from), static_cast<off64_t>(kPushOut),
                      SYNC_FILE_RANGE_WRITE);
  }
  written = std::max(written, end);
  FileStat out;
  out.size = written;
  return out;
}

std::uint64_t Temps::close(std::uint64_t temp) {
  open_.remove_if([temp](const Open& one) { return one.temp == temp; });
  const auto found = written_.find(temp);
  return found == written_.end() ? 0 : found->second;
}

void Temps::close_all() { open_.clear(); }

void Temps::finished(std::uint64_t temp) { written_.erase(temp); }

void Temps::discard(const OpenRoot& root, std::uint64_t temp) {
  (void)close(temp);
  written_.erase(temp);
  ::unlinkat(root.own.get(), root.temp_name(temp).c_str(), 0);
}

bool Temps::clean(const OpenRoot& root, bool everything) {
  const int copy = ::openat(root.own.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (copy < 0) return false;
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(::fdopendir(copy), ::closedir);
  std::size_t removed = 0;
  while (const dirent* entry = dir ? ::readdir(dir.get()) : nullptr) {
    const std::string_view name(static_cast<const char*>(entry->d_name));
    if (name == "." || name == ".." || name == "id") continue;
    if (!everything && name.substr(0, root.prefix.size()) == root.prefix) continue;
    if (removed == kCleanPerCall) return true;
    if (::unlinkat(root.own.get(), static_cast<const char*>(entry->d_name), 0) == 0) ++removed;
  }
  return false;
}

}  // namespace troth::shell
