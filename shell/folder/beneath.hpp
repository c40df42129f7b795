// Finding files under a folder's root so that nothing else can ever be meant (spec 10a §1): every
// step is taken from an open directory, no symbolic link is followed, no other file system entered.
#pragma once

#include <sys/stat.h>

#include <string>
#include <string_view>
#include <vector>

#include "shell/os/fd.hpp"
#include "troth/event.hpp"

namespace troth::shell {

// Names that belong to troth: a directory of that name is ours at every depth, the file of rules is
// read in the root only. Neither is ever reported or written for another device.
inline constexpr std::string_view kOwnFolder = ".troth";
inline constexpr std::string_view kIgnoreFile = ".trothignore";

// How directories are found. The kernel's own check is one call; the steps are for older kernels
// and say why a path was refused. Tests choose one.
enum class Resolver { automatic, kernel, steps };
void use_resolver(Resolver resolver);

// Relative, no empty, "." or ".." part, no zero byte, none of troth's own names; else bad_name.
[[nodiscard]] Result<> check_path(std::string_view path);

[[nodiscard]] FileStat to_file_stat(const struct stat& info);
// A failed call on a file of a folder: special_file for links and other file systems.
[[nodiscard]] Errc folder_errc(int error);

// A directory for reading; "" is the root itself. An open descriptor is returned.
[[nodiscard]] Result<Fd> open_folder(int root, std::string_view path);

struct Place {  // where a name lives; the name itself is not resolved
  Fd parent;
  std::string name;
};
// Parents::make creates missing directories; those that got a new entry are put into touched.
enum class Parents : bool { need, make };
[[nodiscard]] Result<Place> find_place(int root, std::string_view path, Parents parents,
                                       std::vector<Fd>* touched = nullptr);

// What is at path, itself: a link is a link.
[[nodiscard]] Result<struct stat> look(int root, std::string_view path);
[[nodiscard]] Result<struct stat> look_at(const Place& place);

struct OpenFile {
  Fd fd;
  struct stat info {};
};
// A regular file for reading; special_file for anything else. Never blocks on a pipe.
[[nodiscard]] Result<OpenFile> open_file(int root, std::string_view path);

}  // namespace troth::shell
