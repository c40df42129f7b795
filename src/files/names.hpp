// Names of files (spec 10 §1): which paths may be made on a disk, which two would meet there, and
// what a losing version is called.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/limits.hpp"

namespace troth::files {

// A relative path that names something below the folder, in any file system that it may reach.
[[nodiscard]] Result<> check_path(std::string_view path);  // bad_name

[[nodiscard]] ItemId item_of(const CategoryId& category, std::string_view path);

// Two checked paths with equal folds are one name for some file systems: they differ in case or in
// how an accent is written. Latin, Greek, Cyrillic, kana and Hangul; other scripts compare as
// bytes.
[[nodiscard]] std::string fold(std::string_view path);

// "a/b (conflict, Laptop, 2026-11-24 07.41.03).txt"; attempt > 1 is added to the word. too_long:
// the folders above it leave no room for such a name.
[[nodiscard]] Result<std::string> conflict_path(std::string_view path, std::string_view device,
                                                std::uint64_t mtime_ns, std::size_t attempt);

}  // namespace troth::files
