// What the kernel tells about the directories of one folder, as paths (spec 10a §3).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "shell/net/readable.hpp"
#include "shell/os/fd.hpp"
#include "troth/result.hpp"

namespace troth::shell {

inline constexpr std::size_t kFolderWatches = 65'536;

struct WatchEvent {
  enum class Kind {
    touched,  // created, or its attributes changed
    moved_here,
    writing,         // bytes are being written
    written,         // a writer closed it
    away,            // deleted or moved from here
    directory_here,  // a directory was created or moved here
    directory_away,
    overflow,   // the kernel dropped events; path is empty
    root_away,  // the root itself was moved, deleted or unmounted
  };
  Kind kind = Kind::touched;
  std::string path;
};

class Watcher {
 public:
  using OnEvent = std::function<void(const WatchEvent&)>;
  // Calls come from the io_context's thread, never from within a method of this class.
  [[nodiscard]] static Result<std::unique_ptr<Watcher>> open(asio::io_context& io,
                                                             OnEvent on_event);
  ~Watcher();

  // Watches the open directory under this path; limit when the kernel or the bound gives no more.
  [[nodiscard]] Result<> add(int directory, const std::string& path);
  void forget(const std::string& path);  // it and everything below
  [[nodiscard]] std::size_t size() const { return by_path_.size(); }
  void set_limit(std::size_t limit) { limit_ = limit; }

 private:
  Watcher(Fd fd, OnEvent on_event) : fd_(std::move(fd)), on_event_(std::move(on_event)) {}
  void read_events();
  void one_event(int watch, std::uint32_t mask, const char* name);

  Fd fd_;
  OnEvent on_event_;
  std::unique_ptr<Readable> readable_;
  std::map<int, std::string> by_watch_;
  std::map<std::string, int> by_path_;
  std::size_t limit_ = kFolderWatches;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace troth::shell
