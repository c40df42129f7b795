#include "shell/folder/beneath.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <strings.h>
#include <sys/syscall.h>

#include <atomic>
#include <cerrno>

namespace troth::shell {

namespace {

constexpr int kPass = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr int kRead = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr std::size_t kKernelPath = 4095;  // longer ones go by steps

std::atomic<Resolver> g_resolver{Resolver::automatic};

Fd open_by_kernel(int root, const std::string& path) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(kRead);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV;
  return Fd(static_cast<int>(::syscall(SYS_openat2, root, path.c_str(), &how, sizeof how)));
}

// The system calls a link on the way "not a directory"; here it matters which it was.
Errc step_error(int at, const std::string& name, int error) {
  struct stat info {};
  if (error == ENOTDIR && ::fstatat(at, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 &&
      S_ISLNK(info.st_mode))
    return Errc::special_file;
  return folder_errc(error);
}

bool same_device(int root, int fd) {
  struct stat a {};
  struct stat b {};
  return ::fstat(root, &a) == 0 && ::fstat(fd, &b) == 0 && a.st_dev == b.st_dev;
}

Result<Fd> step(int root, int at, const std::string& name, int flags) {
  Fd next(::openat(at, name.c_str(), flags));
  if (!next.ok()) return fail(step_error(at, name, errno));
  // What another file system shows can come and go as a whole: its absence says nothing.
  if (!same_device(root, next.get())) return fail(Errc::special_file);
  return next;
}

Fd copy_of(int root, int flags) { return Fd(::openat(root, ".", flags)); }

// Makes the directory when it is missing; another process may win that race, which is as good.
Result<Fd> step_or_make(int root, int at, const std::string& name, std::vector<Fd>* touched) {
  auto next = step(root, at, name, kRead);
  if (next || next.error().code != Errc::not_found) return next;
  if (::mkdirat(at, name.c_str(), 0777) != 0 && errno != EEXIST) return fail(folder_errc(errno));
  if (touched != nullptr) touched->push_back(copy_of(at, kRead));
  return step(root, at, name, kRead);
}

Result<Fd> walk(int root, std::string_view path, Parents parents, std::vector<Fd>* touched) {
  const bool make = parents == Parents::make;
  Fd at = copy_of(root, path.empty() ? kRead : kPass);
  if (!at.ok()) return fail(folder_errc(errno));
  while (!path.empty()) {
    const auto slash = path.find('/');
    const std::string name(path.substr(0, slash));
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
    if (make) {
      TROTH_TRY(at, step_or_make(root, at.get(), name, touched));
    } else {
      TROTH_TRY(at, step(root, at.get(), name, path.empty() ? kRead : kPass));
    }
  }
  return at;
}

bool own_name(std::string_view part) {
  // A file system that ignores case must not turn another spelling into ours.
  return part.size() == kOwnFolder.size() &&
         ::strncasecmp(part.data(), kOwnFolder.data(), part.size()) == 0;
}

}  // namespace

void use_resolver(Resolver resolver) { g_resolver = resolver; }

Result<> check_path(std::string_view path) {
  if (path.empty() || path.find('\0') != std::string_view::npos) return fail(Errc::bad_name);
  if (path.size() == kIgnoreFile.size() &&
      ::strncasecmp(path.data(), kIgnoreFile.data(), path.size()) == 0)
    return fail(Errc::bad_name);
  for (;;) {
    const auto slash = path.find('/');
    const auto part = path.substr(0, slash);
    if (part.empty() || part == "." || part == ".." || own_name(part)) return fail(Errc::bad_name);
    if (slash == std::string_view::npos) return {};
    path = path.substr(slash + 1);
  }
}

FileStat to_file_stat(const struct stat& info) {
  FileStat out;
  out.size = static_cast<std::uint64_t>(info.st_size);
  out.mtime_ns = static_cast<std::uint64_t>(info.st_mtim.tv_sec) * 1'000'000'000 +
                 static_cast<std::uint64_t>(info.st_mtim.tv_nsec);
  out.inode = static_cast<std::uint64_t>(info.st_ino);
  out.executable = (info.st_mode & S_IXUSR) != 0;
  return out;
}

Errc folder_errc(int error) {
  switch (error) {
    case ELOOP:
    case EXDEV:
    case ENXIO:
      return Errc::special_file;
    case EFBIG:
      return Errc::disk_full;
    case ENAMETOOLONG:
    case EINVAL:
    case EILSEQ:
      return Errc::bad_name;
    case EEXIST:
    case EISDIR:
    case ENOTEMPTY:
      return Errc::file_changed;
    case EACCES:
    case EPERM:
    case EROFS:
      return Errc::io_error;
    default:
      return errno_code(error);
  }
}

Result<Fd> open_folder(int root, std::string_view path) {
  const Resolver resolver = g_resolver;
  if (resolver != Resolver::steps && !path.empty() && path.size() <= kKernelPath) {
    Fd fd = open_by_kernel(root, std::string(path));
    if (fd.ok()) return fd;
    if (resolver == Resolver::kernel) return fail(folder_errc(errno));
  }
  return walk(root, path, Parents::need, nullptr);
}

Result<Place> find_place(int root, std::string_view path, Parents parents,
                         std::vector<Fd>* touched) {
  TROTH_CHECK(check_path(path));
  const auto slash = path.rfind('/');
  const auto folder = slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
  Place place;
  place.name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  auto found = open_folder(root, folder);
  if (!found && found.error().code == Errc::not_found && parents == Parents::make)
    found = walk(root, folder, parents, touched);
  if (!found) return fail(found.error());
  place.parent = std::move(*found);
  return place;
}

Result<struct stat> look_at(const Place& place) {
  struct stat info {};
  if (::fstatat(place.parent.get(), place.name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
    return fail(folder_errc(errno));
  return info;
}

Result<struct stat> look(int root, std::string_view path) {
  TROTH_TRY(const Place place, find_place(root, path, Parents::need));
  return look_at(place);
}

Result<OpenFile> open_file(int root, std::string_view path) {
  TROTH_TRY(const Place place, find_place(root, path, Parents::need));
  TROTH_TRY(const struct stat before, look_at(place));
  // Asked before opening: to open some devices is to use them.
  if (!S_ISREG(before.st_mode)) return fail(Errc::special_file);
  OpenFile out;
  out.fd = Fd(::openat(place.parent.get(), place.name.c_str(),
                       O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!out.fd.ok()) return fail(folder_errc(errno));
  if (::fstat(out.fd.get(), &out.info) != 0) return fail(folder_errc(errno));
  if (!S_ISREG(out.info.st_mode)) return fail(Errc::special_file);
  return out;
}

}  // namespace troth::shell
