#include "shell/folder/rename.hpp"

#include <fcntl.h>
#include <linux/fs.h>

#include <atomic>
#include <cerrno>
#include <cstdio>

namespace troth::shell {

namespace {

std::atomic<Renames> g_renames{Renames::automatic};
constexpr int kNamesTried = 1000;

int rename_with(int from, const char* a, int to, const char* b, unsigned flags) {
  if (g_renames == Renames::plain) {
    errno = EINVAL;
    return -1;
  }
  return ::renameat2(from, a, to, b, flags);
}

bool unsupported(int error) { return error == EINVAL || error == ENOSYS || error == ENOTSUP; }

bool is_expected(int folder, const std::string& name, const FileStat& expected) {
  struct stat info {};
  return ::fstatat(folder, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISREG(info.st_mode) && to_file_stat(info) == expected;
}

// Back to its name, or to one beside it when the name is taken again: never thrown away.
void put_back(int own, const std::string& temp, const Place& place) {
  if (move_new(own, temp, place)) return;
  for (int i = 1; i <= kNamesTried; ++i) {
    Place beside;
    beside.parent = Fd(::fcntl(place.parent.get(), F_DUPFD_CLOEXEC, 0));
    beside.name = place.name + ".kept-" + std::to_string(i);
    if (move_new(own, temp, beside)) return;
  }
}

}  // namespace

void use_renames(Renames renames) { g_renames = renames; }

Result<> move_new(int from, const std::string& name, const Place& to) {
  const char* target = to.name.c_str();
  if (rename_with(from, name.c_str(), to.parent.get(), target, RENAME_NOREPLACE) == 0) return {};
  if (!unsupported(errno)) return fail(folder_errc(errno));
  // A second name and then one less does the same on file systems with links.
  if (::linkat(from, name.c_str(), to.parent.get(), target, 0) == 0) {
    ::unlinkat(from, name.c_str(), 0);
    return {};
  }
  if (errno == EEXIST) return fail(Errc::file_changed);
  if (errno != EPERM && errno != ENOTSUP) return fail(folder_errc(errno));
  if (look_at(to)) return fail(Errc::file_changed);
  if (::renameat(from, name.c_str(), to.parent.get(), target) != 0) return fail(folder_errc(errno));
  return {};
}

Result<> swap_in(int own, const std::string& temp, const Place& to, const FileStat& expected) {
  const char* target = to.name.c_str();
  const int parent = to.parent.get();
  if (rename_with(own, temp.c_str(), parent, target, RENAME_EXCHANGE) == 0) {
    if (is_expected(own, temp, expected)) {
      ::unlinkat(own, temp.c_str(), 0);
      return {};
    }
    (void)rename_with(own, temp.c_str(), parent, target, RENAME_EXCHANGE);
    return fail(Errc::file_changed);
  }
  if (errno == ENOENT) return fail(Errc::file_changed);
  if (!unsupported(errno)) return fail(folder_errc(errno));
  if (!is_expected(parent, to.name, expected)) return fail(Errc::file_changed);
  if (::renameat(own, temp.c_str(), parent, target) != 0) return fail(folder_errc(errno));
  return {};
}

Result<> take_away(int own, const std::string& temp, const Place& from, const FileStat& expected) {
  if (::renameat(from.parent.get(), from.name.c_str(), own, temp.c_str()) != 0)
    return fail(folder_errc(errno));
  if (is_expected(own, temp, expected)) {
    if (::unlinkat(own, temp.c_str(), 0) != 0) return fail(folder_errc(errno));
    return {};
  }
  put_back(own, temp, from);
  return fail(Errc::file_changed);
}

}  // namespace troth::shell
