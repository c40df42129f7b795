#include "shell/folder/jobs.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <map>

#include "shell/folder/beneath.hpp"
#include "shell/folder/rename.hpp"

namespace troth::shell {

namespace {

// Up to here each file is synced alone; from here one sync of the file system is cheaper.
constexpr std::size_t kAloneMax = 3;

// What one file system has to make durable.
class Sync {
 public:
  void add(Fd fd) {
    ++count_;
    if (count_ <= kAloneMax) fds_.push_back(std::move(fd));
  }
  [[nodiscard]] Result<> run(int root) {
    if (count_ > kAloneMax) {
      if (::syncfs(root) != 0) return fail(folder_errc(errno));
      return {};
    }
    for (const Fd& fd : fds_) {
      if (::fsync(fd.get()) != 0) return fail(folder_errc(errno));
    }
    return {};
  }

 private:
  std::vector<Fd> fds_;
  std::size_t count_ = 0;
};

struct Group {
  Sync files;
  Sync folders;
};
using Groups = std::map<const OpenRoot*, Group>;

// The temporary file as it will be found at its path, ready to be synced.
Result<Fd> prepare(const OpenRoot& root, const FinishJob& job) {
  const std::string name = root.temp_name(job.what.temp);
  // An empty file is never written to, so its temporary file is made here.
  const int make = job.written == 0 ? O_CREAT : 0;
  Fd fd(::openat(root.own.get(), name.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC | make, 0666));
  if (!fd.ok()) return fail(errno == ENOENT ? Errc::io_error : folder_errc(errno));
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return fail(folder_errc(errno));
  if (!S_ISREG(info.st_mode) || static_cast<std::uint64_t>(info.st_size) != job.written)
    return fail(Errc::io_error);
  constexpr std::uint64_t kSecond = 1'000'000'000;
  const timespec mtime{static_cast<time_t>(job.what.mtime_ns / kSecond),
                       static_cast<long>(job.what.mtime_ns % kSecond)};
  const timespec times[2] = {mtime, mtime};
  if (::futimens(fd.get(), times) != 0) return fail(folder_errc(errno));
  return fd;
}

// A file that replaces another keeps who may read and write it; only "executable" is shared.
Result<> set_mode(const OpenRoot& root, const std::string& temp, bool executable,
                  const struct stat* old) {
  struct stat info {};
  if (::fstatat(root.own.get(), temp.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
    return fail(folder_errc(errno));
  const mode_t readers = (old != nullptr ? old->st_mode : info.st_mode) & 0666;
  const mode_t mode = executable ? readers | ((readers & 0444) >> 2) : readers;
  if (::fchmodat(root.own.get(), temp.c_str(), mode, 0) != 0) return fail(folder_errc(errno));
  return {};
}

// The last stat before the change: S_ISREG and equal, or nothing.
Result<std::optional<struct stat>> expect(const Place& place,
                                          const std::optional<FileStat>& expected) {
  const auto now = look_at(place);
  if (!now && now.error().code != Errc::not_found) return fail(now.error());
  if (now && !S_ISREG(now->st_mode)) {
    return fail(S_ISDIR(now->st_mode) ? Errc::file_changed : Errc::special_file);
  }
  const bool equal = now ? expected && to_file_stat(*now) == *expected : !expected;
  if (!equal) return fail(Errc::file_changed);
  if (!now) return std::optional<struct stat>();
  return std::optional<struct stat>(*now);
}

// A file or link in the place of a folder is a change of the user's.
Errc on_the_way(Errc code) { return code == Errc::not_found ? Errc::file_changed : code; }

Result<FileStat> finish(const OpenRoot& root, const FinishJob& job, Sync& folders) {
  std::vector<Fd> touched;
  auto place = find_place(root.root.get(), job.what.path, Parents::make, &touched);
  if (!place) return fail(on_the_way(place.error().code));
  const std::string temp = root.temp_name(job.what.temp);
  TROTH_TRY(const auto old, expect(*place, job.what.expected));
  TROTH_CHECK(set_mode(root, temp, job.what.executable, old ? &*old : nullptr));
  TROTH_CHECK(old ? swap_in(root.own.get(), temp, *place, *job.what.expected)
                  : move_new(root.own.get(), temp, *place));
  TROTH_TRY(const struct stat now, look_at(*place));
  for (Fd& fd : touched) folders.add(std::move(fd));
  folders.add(std::move(place->parent));
  return to_file_stat(now);
}

// Folders that the removal left empty go too, as every other device sees it.
void remove_empty_parents(const OpenRoot& root, std::string path, Sync& folders) {
  for (auto slash = path.rfind('/'); slash != std::string::npos; slash = path.rfind('/')) {
    path.resize(slash);
    auto place = find_place(root.root.get(), path, Parents::need);
    if (!place) return;
    if (::unlinkat(place->parent.get(), place->name.c_str(), AT_REMOVEDIR) != 0) return;
    folders.add(std::move(place->parent));
  }
}

Result<FileStat> remove(const OpenRoot& root, const RemoveFile& job, Sync& folders) {
  TROTH_TRY(Place place, find_place(root.root.get(), job.path, Parents::need));
  TROTH_TRY(const struct stat now, look_at(place));
  if (!S_ISREG(now.st_mode)) return fail(Errc::special_file);
  if (to_file_stat(now) != job.expected) return fail(Errc::file_changed);
  TROTH_CHECK(take_away(root.own.get(), root.prefix + "away", place, job.expected));
  folders.add(std::move(place.parent));
  remove_empty_parents(root, job.path, folders);
  return FileStat{};
}

Result<FileStat> move(const OpenRoot& root, const MoveFile& job, Sync& folders) {
  TROTH_TRY(Place from, find_place(root.root.get(), job.from, Parents::need));
  TROTH_TRY(const struct stat now, look_at(from));
  if (!S_ISREG(now.st_mode)) return fail(Errc::special_file);
  std::vector<Fd> touched;
  auto to = find_place(root.root.get(), job.to, Parents::make, &touched);
  if (!to) return fail(on_the_way(to.error().code));
  TROTH_CHECK(move_new(from.parent.get(), from.name, *to));
  TROTH_TRY(const struct stat there, look_at(*to));
  for (Fd& fd : touched) folders.add(std::move(fd));
  folders.add(std::move(from.parent));
  folders.add(std::move(to->parent));
  return to_file_stat(there);
}

Answer carry_out(const DiskJob& job, Sync& folders) {
  const auto done = std::visit(
      [&](const auto& one) -> Result<FileStat> {
        using T = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<T, FinishJob>) {
          return finish(*job.root, one, folders);
        } else if constexpr (std::is_same_v<T, RemoveFile>) {
          return remove(*job.root, one, folders);
        } else {
          return move(*job.root, one, folders);
        }
      },
      job.what);
  if (!done) return FileError{done.error().code};
  return FileDone{*done};
}

// Everything that waits on a failed sync is in doubt and is told so.
void spoil(std::vector<DiskResult>& results, const OpenRoot* root, Errc code) {
  for (DiskResult& one : results) {
    if (one.job.root.get() == root && !std::holds_alternative<FileError>(one.answer))
      one.answer = FileError{code};
  }
}

// A sync that failed once may succeed the next time without the bytes: these are not tried again.
void give_up(std::vector<DiskResult>& results, const OpenRoot* root, Errc code) {
  for (DiskResult& one : results) {
    const auto* finish_job = std::get_if<FinishJob>(&one.job.what);
    if (finish_job == nullptr || one.job.root.get() != root) continue;
    ::unlinkat(root->own.get(), root->temp_name(finish_job->what.temp).c_str(), 0);
    one.answer = FileError{code};
  }
}

}  // namespace

std::vector<DiskResult> do_jobs(std::vector<DiskJob> jobs) {
  std::vector<DiskResult> results;
  Groups groups;
  for (DiskJob& job : jobs) {
    DiskResult result{std::move(job), FileDone{}};
    Group& group = groups[result.job.root.get()];
    if (const auto* finish_job = std::get_if<FinishJob>(&result.job.what)) {
      auto ready = prepare(*result.job.root, *finish_job);
      if (ready) {
        group.files.add(std::move(*ready));
      } else {
        result.answer = FileError{ready.error().code};
      }
    }
    results.push_back(std::move(result));
  }
  for (auto& [root, group] : groups) {
    // Content before name: after a power cut a name never stands for half a file.
    const auto synced = group.files.run(root->root.get());
    if (!synced) give_up(results, root, synced.error().code);
  }
  for (DiskResult& one : results) {
    if (std::holds_alternative<FileError>(one.answer)) continue;
    one.answer = carry_out(one.job, groups[one.job.root.get()].folders);
  }
  for (auto& [root, group] : groups) {
    const auto synced = group.folders.run(root->root.get());
    if (!synced) spoil(results, root, synced.error().code);
  }
  return results;
}

}  // namespace troth::shell
