// The root of a bound folder: may it be bound, is it still the same, what is ours in it (spec 10a
// §2). The mark in it and its copy in the home tell an empty mount point from an emptied folder.
#pragma once

#include <memory>
#include <string>

#include "shell/folder/ignore.hpp"
#include "shell/os/fd.hpp"
#include "troth/result.hpp"

namespace troth::shell {

// Why a folder cannot be bound: a text key, or "" when it can. home may be empty.
[[nodiscard]] const char* refuse_root(const std::string& path, const std::string& home);

// One is the other or lies in it.
[[nodiscard]] bool share_files(const std::string& a, const std::string& b);

// An open root. Jobs of the worker keep it alive.
struct OpenRoot {
  Fd root;
  Fd own;  // .troth in it, locked while open
  dev_t device = 0;
  ino_t inode = 0;
  std::string path;
  std::string prefix;  // of the names of temporary files

  [[nodiscard]] std::string temp_name(std::uint64_t temp) const;
  [[nodiscard]] bool still_there() const;  // the path leads to this very directory
};

struct OpenedRoot {
  std::shared_ptr<OpenRoot> root;  // null: see reason
  const char* reason = "";
};
// Opens, takes the lock, makes or compares the mark.
[[nodiscard]] OpenedRoot open_root(const std::string& path, const std::string& home,
                                   const std::string& temp_prefix);
// Unbinding: nothing of ours stays, and the home forgets the mark.
void leave_root(const OpenRoot& root, const std::string& home);
void forget_mark(const std::string& path, const std::string& home);

// The rules as they stand in the root; no file, no rules. An error when they cannot be followed.
[[nodiscard]] Result<IgnoreRules> read_rules(const OpenRoot& root);

}  // namespace troth::shell
