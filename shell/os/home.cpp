#include "shell/os/home.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "base/bytes.hpp"
#include "crypto/hash.hpp"
#include "shell/os/file.hpp"

namespace troth::shell {

namespace fs = std::filesystem;

namespace {

std::optional<std::string> from_env(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return std::string(value);
}

std::string real_path(const std::string& path) {
  std::error_code ec;
  auto real = fs::weakly_canonical(path, ec);
  if (ec) real = fs::absolute(path, ec);
  std::string text = real.string();
  while (text.size() > 1 && text.back() == '/') text.pop_back();
  return text;
}

bool is_folder(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

}  // namespace

HomeInputs HomeInputs::from_process(std::optional<std::string> flag) {
  return {std::move(flag), from_env("TROTH_HOME"), from_env("XDG_DATA_HOME"), from_env("HOME")};
}

Result<std::string> find_home(const HomeInputs& inputs) {
  if (inputs.flag) {
    TROTH_CHECK(require(!inputs.flag->empty(), Errc::usage));
    return real_path(*inputs.flag);
  }
  if (inputs.troth_home) return real_path(*inputs.troth_home);
  // XDG says that a relative path is to be ignored.
  if (inputs.xdg_data_home && inputs.xdg_data_home->front() == '/') {
    return real_path(*inputs.xdg_data_home + "/troth");
  }
  if (!inputs.user_home) return fail(Errc::usage);
  return real_path(*inputs.user_home + "/.local/share/troth");
}

Result<> make_private_folder(const std::string& path, Links links) {
  std::error_code ec;
  const auto parent = fs::path(path).parent_path();
  if (!parent.empty()) fs::create_directories(parent, ec);
  if (ec) return fail(errno_code(ec.value()));
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return fail(errno_code(errno));
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) return fail(errno_code(errno));
  if (S_ISLNK(info.st_mode)) {
    if (links == Links::refuse) return fail(Errc::not_permitted);
    if (::stat(path.c_str(), &info) != 0) return fail(errno_code(errno));
  }
  if (!S_ISDIR(info.st_mode) || info.st_uid != ::geteuid()) return fail(Errc::not_permitted);
  if ((info.st_mode & 077) != 0 && ::chmod(path.c_str(), 0700) != 0) return fail(errno_code(errno));
  return {};
}

std::string socket_path(const std::string& home, const std::optional<std::string>& xdg_runtime_dir,
                        uid_t uid) {
  const Hash digest = crypto::sha256(as_bytes(real_path(home)));
  const std::string name = to_hex(digest.view().first(8)) + ".sock";
  if (xdg_runtime_dir && is_folder(*xdg_runtime_dir)) {
    std::string path = *xdg_runtime_dir + "/troth/" + name;
    if (path.size() < sizeof(sockaddr_un::sun_path)) return path;
  }
  return "/tmp/troth-" + std::to_string(uid) + "/" + name;
}

std::string socket_path(const std::string& home) {
  return socket_path(home, from_env("XDG_RUNTIME_DIR"), ::geteuid());
}

std::string socket_folder() { return fs::path(socket_path("/")).parent_path().string(); }

std::string told_socket(const std::string& home) {
  const auto said = read_file(home + "/socket", 4096);
  if (!said) return {};
  const std::string_view text = as_text(*said);
  return std::string(text.substr(0, text.find('\n')));
}

Result<> tell_socket(const std::string& home, const std::string& path) {
  const std::string said = path + "\n" + std::to_string(::getpid()) + "\n";
  return write_atomic(home + "/socket", as_bytes(said));
}

Result<HomeLock> HomeLock::take(const std::string& home) {
  const std::string path = home + "/lock";
  Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd.ok()) return fail(errno_code(errno));
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    return fail(errno == EWOULDBLOCK ? Errc::busy : errno_code(errno));
  }
  return HomeLock(std::move(fd));
}

void harden_process() {
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::umask(077);
}

void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace troth::shell
