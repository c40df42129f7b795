// Small files that must never be half-written: written beside, synced, then renamed into place.
#pragma once

#include <string>

#include "base/secret.hpp"
#include "troth/result.hpp"
#include "troth/types.hpp"

namespace troth::shell {

// Writes path + ".new" (0600) and syncs it. A crash after this call leaves path as it was.
[[nodiscard]] Result<> write_beside(const std::string& path, ByteView bytes);
// Renames path + ".new" over path and syncs the folder: after success a power cut keeps the new
// one.
[[nodiscard]] Result<> move_into_place(const std::string& path);
[[nodiscard]] Result<> write_atomic(const std::string& path, ByteView bytes);

// Reads a whole file of at most max bytes; not_found, too_long or io_error else.
[[nodiscard]] Result<Bytes> read_file(const std::string& path, std::size_t max);
[[nodiscard]] Result<> sync_folder(const std::string& path);

// A passphrase from a file or pipe: at most 1,024 bytes, one closing newline taken off, never
// empty.
[[nodiscard]] Result<SecretBytes> read_secret_file(const std::string& path);
[[nodiscard]] Result<SecretBytes> read_secret_fd(int fd);

}  // namespace troth::shell
