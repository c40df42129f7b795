// The SQLite VFS over a Disk. No shared memory, so that WAL works only in exclusive locking mode.
#pragma once

#include <sqlite3.h>

#include <memory>
#include <string>

#include "sim/vfs/disk.hpp"

namespace troth::sim {

struct VfsEntry {  // unregisters itself
  std::string name;
  sqlite3_vfs vfs{};
  ~VfsEntry() { sqlite3_vfs_unregister(&vfs); }
};

[[nodiscard]] std::unique_ptr<VfsEntry> register_vfs(Disk& disk);

// SQLite's own generator is one for the whole process and makes the salts of its logs: seed it at
// the start of a run that must be repeatable byte for byte.
void seed_sqlite(std::uint32_t seed);

}  // namespace troth::sim
