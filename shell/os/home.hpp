// Where a device lives: its home folder, its lock, its socket (cli.md "Socket", spec 13 §2).
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "shell/os/fd.hpp"
#include "troth/result.hpp"

namespace troth::shell {

struct HomeInputs {                 // read from the process by from_process(); tests give their own
  std::optional<std::string> flag;  // --home
  std::optional<std::string> troth_home;
  std::optional<std::string> xdg_data_home;
  std::optional<std::string> user_home;
  [[nodiscard]] static HomeInputs from_process(std::optional<std::string> flag);
};

// --home, else $TROTH_HOME, else $XDG_DATA_HOME/troth, else ~/.local/share/troth; absolute.
[[nodiscard]] Result<std::string> find_home(const HomeInputs& inputs);
// Makes the folder with parents, 0700. Refuses one that another user owns (not_permitted), and a
// symbolic link where other users could have planted it (the socket's folder under /tmp).
enum class Links : bool { refuse, follow };
[[nodiscard]] Result<> make_private_folder(const std::string& path, Links links = Links::follow);

// $XDG_RUNTIME_DIR/troth/<16 hex of SHA-256(real path of home)>.sock when that folder exists and
// the name fits into a socket address, else /tmp/troth-UID/<same>.sock.
[[nodiscard]] std::string socket_path(const std::string& home,
                                      const std::optional<std::string>& xdg_runtime_dir, uid_t uid);
[[nodiscard]] std::string socket_path(const std::string& home);  // of this process

[[nodiscard]] std::string socket_folder();  // of this process
// Where the daemon of this home says it listens: it may have been started with another
// XDG_RUNTIME_DIR. Empty when nothing is said.
[[nodiscard]] std::string told_socket(const std::string& home);
[[nodiscard]] Result<> tell_socket(const std::string& home, const std::string& path);

// One daemon a home: held while the object lives and freed by the kernel when the process dies.
class HomeLock {
 public:
  [[nodiscard]] static Result<HomeLock> take(const std::string& home);  // busy when another has it

 private:
  explicit HomeLock(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

// No core dumps and no debugger of another process: secrets are in this process's memory.
void harden_process();
// As many descriptors as the system lets this process have: links, folders and clients share them.
void raise_file_limit();

}  // namespace troth::shell
