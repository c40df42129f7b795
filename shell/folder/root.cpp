#include "shell/folder/root.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <filesystem>

#include "base/bytes.hpp"
#include "crypto/hash.hpp"
#include "shell/folder/beneath.hpp"
#include "shell/os/file.hpp"
#include "shell/os/rng.hpp"

namespace troth::shell {

namespace {

constexpr const char* kMark = "id";
constexpr std::size_t kMarkBytes = 16;
constexpr std::size_t kMarksMax = 1024 * 1024;
constexpr int kFolder = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

std::string marks_file(const std::string& home) { return home + "/folders"; }

// The home names no path in clear: lines of HASH-OF-PATH MARK.
std::string line_key(const std::string& path) {
  return to_hex(crypto::sha256(as_bytes(path)).view()) + " ";
}

// An error is not "no marks": every folder would be taken for a new one, and the marks of the
// others would be lost with the next one that is written.
Result<std::string> read_marks(const std::string& home) {
  if (home.empty()) return std::string();
  const auto bytes = read_file(marks_file(home), kMarksMax);
  if (bytes) return std::string(as_text(*bytes));
  if (bytes.error().code == Errc::not_found) return std::string();
  return fail(bytes.error());
}

Result<std::string> remembered(const std::string& path, const std::string& home) {
  TROTH_TRY(const auto marks, read_marks(home));
  const auto key = line_key(path);
  const auto at = marks.find(key);
  return at == std::string::npos ? std::string() : marks.substr(at + key.size(), kMarkBytes * 2);
}

std::string without(std::string marks, const std::string& key) {
  const auto at = marks.find(key);
  if (at == std::string::npos) return marks;
  const auto end = marks.find('\n', at);
  return marks.erase(at, end == std::string::npos ? end : end - at + 1);
}

Result<> remember(const std::string& path, const std::string& home, const std::string& mark) {
  if (home.empty()) return {};
  const auto key = line_key(path);
  TROTH_TRY(auto others, read_marks(home));
  const auto marks = without(std::move(others), key) + key + mark + "\n";
  return write_atomic(marks_file(home), as_bytes(marks));
}

std::string random_hex(std::size_t size) {
  Bytes bytes(size);
  OsRng rng;
  rng.fill(bytes);
  return to_hex(bytes);
}

std::string read_mark(int own) {
  std::array<char, kMarkBytes * 2> text{};
  const Fd fd(::openat(own, kMark, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!fd.ok() || ::read(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    return "";
  return {text.data(), text.size()};
}

Result<> write_mark(int own, const std::string& mark) {
  ::unlinkat(own, kMark, 0);
  const Fd fd(::openat(own, kMark, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd.ok()) return fail(errno_code(errno));
  TROTH_CHECK(write_all(fd.get(), as_bytes(mark)));
  if (::fsync(fd.get()) != 0 || ::fsync(own) != 0) return fail(errno_code(errno));
  return {};
}

bool inside(const std::string& path, const std::string& folder) {
  return path == folder || path.compare(0, folder.size() + 1, folder + "/") == 0;
}

// The private directory in the root; "" when it is fine.
const char* open_own(OpenRoot& out, const std::string& known) {
  const std::string name(kOwnFolder);
  if (known.empty() && ::mkdirat(out.root.get(), name.c_str(), 0700) != 0 && errno != EEXIST)
    return errno_code(errno) == Errc::disk_full ? "disk_full" : "folder_closed";
  out.own = Fd(::openat(out.root.get(), name.c_str(), kFolder));
  if (!out.own.ok()) return known.empty() ? "folder_closed" : "folder_gone";
  struct stat info {};
  if (::fstat(out.own.get(), &info) != 0 || info.st_uid != ::geteuid() ||
      info.st_dev != out.device || ::fchmod(out.own.get(), 0700) != 0)
    return "folder_closed";
  if (::flock(out.own.get(), LOCK_EX | LOCK_NB) != 0) return "folder_busy";
  return "";
}

const char* check_mark(const OpenRoot& out, const std::string& known, const std::string& home) {
  std::string mark = read_mark(out.own.get());
  if (!known.empty()) return mark == known ? "" : "folder_gone";
  if (mark.empty()) {
    mark = random_hex(kMarkBytes);
    if (!write_mark(out.own.get(), mark) || ::fsync(out.root.get()) != 0) return "folder_closed";
  }
  return remember(out.path, home, mark) ? "" : "folder_closed";
}

}  // namespace

bool share_files(const std::string& a, const std::string& b) {
  return inside(a, b) || inside(b, a);
}

std::string OpenRoot::temp_name(std::uint64_t temp) const {
  Bytes number;
  append_be64(number, temp);
  return prefix + to_hex(number);
}

bool OpenRoot::still_there() const {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0 && info.st_dev == device && info.st_ino == inode;
}

const char* refuse_root(const std::string& path, const std::string& home) {
  struct stat info {};
  if (path.empty() || path.front() != '/' || ::lstat(path.c_str(), &info) != 0 ||
      !S_ISDIR(info.st_mode))
    return "not_a_folder";
  std::error_code ec;
  const auto real = std::filesystem::canonical(path, ec).string();
  if (ec) return "not_a_folder";
  if (real == "/") return "folder_root";
  if (info.st_uid != ::geteuid()) return "folder_not_yours";
  if (home.empty()) return "";
  const auto real_home = std::filesystem::weakly_canonical(home, ec).string();
  if (!ec && share_files(real, real_home)) return "folder_home";
  return "";
}

OpenedRoot open_root(const std::string& path, const std::string& home,
                     const std::string& temp_prefix) {
  const auto mark = remembered(path, home);
  if (!mark) return {nullptr, "folder_closed"};
  const std::string& known = *mark;
  const char* reason = refuse_root(path, home);
  if (*reason != '\0') return {nullptr, known.empty() ? reason : "folder_gone"};
  auto out = std::make_shared<OpenRoot>();
  out->path = path;
  out->root = Fd(::open(path.c_str(), kFolder));
  struct stat info {};
  if (!out->root.ok() || ::fstat(out->root.get(), &info) != 0) return {nullptr, "folder_closed"};
  out->device = info.st_dev;
  out->inode = info.st_ino;
  out->prefix = temp_prefix;
  reason = open_own(*out, known);
  if (*reason == '\0') reason = check_mark(*out, known, home);
  if (*reason != '\0') return {nullptr, reason};
  return {std::move(out), ""};
}

void forget_mark(const std::string& path, const std::string& home) {
  if (home.empty()) return;
  const auto marks = read_marks(home);
  if (!marks) return;  // this mark stays: binding anew here asks for the same folder
  const auto left = without(*marks, line_key(path));
  if (left != *marks) (void)write_atomic(marks_file(home), as_bytes(left));
}

void leave_root(const OpenRoot& root, const std::string& home) {
  forget_mark(root.path, home);
  ::unlinkat(root.own.get(), kMark, 0);
  ::unlinkat(root.root.get(), std::string(kOwnFolder).c_str(), AT_REMOVEDIR);
}

Result<IgnoreRules> read_rules(const OpenRoot& root) {
  const Fd fd(::openat(root.root.get(), std::string(kIgnoreFile).c_str(),
                       O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!fd.ok()) {
    if (errno == ENOENT) return IgnoreRules();
    return fail(folder_errc(errno));
  }
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) return fail(Errc::special_file);
  Bytes text(kIgnoreBytes + 1);
  std::size_t size = 0;
  while (size < text.size()) {
    const auto got = ::read(fd.get(), text.data() + size, text.size() - size);
    if (got < 0) return fail(folder_errc(errno));
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  return IgnoreRules::parse(ByteView(text).first(size));
}

}  // namespace troth::shell
