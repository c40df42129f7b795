// Temporary files of one folder: written in pieces, named by number, renamed by a job or dropped.
#pragma once

#include <list>
#include <map>
#include <string>

#include "shell/folder/root.hpp"
#include "troth/event.hpp"

namespace troth::shell {

inline constexpr std::size_t kTempsOpen = 32;

// Lives as long as the port runs, also while its folder is away or bound anew: what was written is
// remembered, so that a lost temporary file is never taken for an empty one.
class Temps {
 public:
  Temps();
  [[nodiscard]] const std::string& prefix() const { return prefix_; }  // of the names of this run
  [[nodiscard]] Result<FileStat> write(const OpenRoot& root, const WriteTemp& what);
  void discard(const OpenRoot& root, std::uint64_t temp);
  void finished(std::uint64_t temp);
  // How far it was written, and no longer open here.
  [[nodiscard]] std::uint64_t close(std::uint64_t temp);
  void close_all();

  // Takes away what other runs left, a few a call; false when nothing is left.
  [[nodiscard]] bool clean(const OpenRoot& root, bool everything);

 private:
  [[nodiscard]] Result<int> open(const OpenRoot& root, std::uint64_t temp);

  struct Open {
    std::uint64_t temp;
    Fd fd;
  };
  std::string prefix_;
  std::list<Open> open_;  // the one used last is first
  std::map<std::uint64_t, std::uint64_t> written_;
};

}  // namespace troth::shell
