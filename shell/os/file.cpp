#include "shell/os/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "shell/os/fd.hpp"

namespace troth::shell {

namespace {

constexpr std::size_t kSecretMax = 1024;

std::string beside(const std::string& path) { return path + ".new"; }

Result<std::size_t> read_some(int fd, MutableBytes out) {
  for (;;) {
    const auto got = ::read(fd, out.data(), out.size());
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) return fail(errno_code(errno));
  }
}

}  // namespace

Errc errno_code(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return Errc::disk_full;
    case ENOENT:
    case ENOTDIR:
      return Errc::not_found;
    case EEXIST:
      return Errc::exists;
    case EACCES:
    case EPERM:
      return Errc::not_permitted;
    default:
      return Errc::io_error;
  }
}

Result<> write_all(int fd, ByteView bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const auto wrote = ::write(fd, bytes.data() + done, bytes.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return fail(errno_code(errno));
    done += static_cast<std::size_t>(wrote);
  }
  return {};
}

Result<> write_beside(const std::string& path, ByteView bytes) {
  const std::string target = beside(path);
  // A left-over of a crash is stale: it was never renamed, so nothing depends on it.
  ::unlink(target.c_str());
  const Fd fd(::open(target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd.ok()) return fail(errno_code(errno));
  TROTH_CHECK(write_all(fd.get(), bytes));
  if (::fsync(fd.get()) != 0) return fail(errno_code(errno));
  return {};
}

Result<> sync_folder(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.ok() || ::fsync(fd.get()) != 0) return fail(errno_code(errno));
  return {};
}

Result<> move_into_place(const std::string& path) {
  if (::rename(beside(path).c_str(), path.c_str()) != 0) return fail(errno_code(errno));
  return sync_folder(std::filesystem::path(path).parent_path().string());
}

Result<> write_atomic(const std::string& path, ByteView bytes) {
  TROTH_CHECK(write_beside(path, bytes));
  return move_into_place(path);
}

Result<Bytes> read_file(const std::string& path, std::size_t max) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.ok()) return fail(errno_code(errno));
  Bytes out(max + 1);
  std::size_t size = 0;
  for (;;) {
    TROTH_TRY(const auto got, read_some(fd.get(), MutableBytes(out).subspan(size)));
    if (got == 0) break;
    size += got;
    if (size > max) return fail(Errc::too_long);
  }
  out.resize(size);
  return out;
}

Result<SecretBytes> read_secret_fd(int fd) {
  SecretBytes buffer(kSecretMax + 2);
  std::size_t size = 0;
  for (;;) {
    auto room = buffer.expose_mutable().subspan(size);
    if (room.empty()) return fail(Errc::too_long);
    TROTH_TRY(const auto got, read_some(fd, room));
    if (got == 0) break;
    size += got;
  }
  const auto text = buffer.expose();
  if (size > 0 && text[size - 1] == '\n') --size;
  if (size > 0 && text[size - 1] == '\r') --size;
  if (size > kSecretMax) return fail(Errc::too_long);
  if (size == 0) return fail(Errc::bad_value);
  return SecretBytes(text.first(size));
}

Result<SecretBytes> read_secret_file(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!fd.ok()) return fail(errno_code(errno));
  return read_secret_fd(fd.get());
}

}  // namespace troth::shell
