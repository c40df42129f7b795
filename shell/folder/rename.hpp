// Renames that never lose what somebody wrote a moment ago: nothing is replaced unseen.
#pragma once

#include "shell/folder/beneath.hpp"

namespace troth::shell {

// How replacing is done. Tests choose; not every file system can exchange two names.
enum class Renames { automatic, plain };
void use_renames(Renames renames);

// from becomes to; file_changed when something is there.
[[nodiscard]] Result<> move_new(int from, const std::string& name, const Place& to);
// temp and the file at `to` trade places; what came out must be what was expected and is deleted,
// else they trade back (file_changed).
[[nodiscard]] Result<> swap_in(int own, const std::string& temp, const Place& to,
                               const FileStat& expected);
// Moves the file into our folder, looks again, deletes it; moved back when it was another.
[[nodiscard]] Result<> take_away(int own, const std::string& temp, const Place& from,
                                 const FileStat& expected);

}  // namespace troth::shell
