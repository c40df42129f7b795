#include "sim/vfs/vfs.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>

namespace troth::sim {
namespace {

struct Handle {
  sqlite3_file base;  // first: SQLite sees this
  Disk* disk;
  DiskFile* file;
  std::uint64_t generation;
  int level;
  bool remove_on_close;
  bool sync_folder;  // of a journal or log: its first sync also syncs the folder, as on Unix
  std::string* name;
};

Handle& handle_of(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }
bool is_dead(const Handle& h) { return h.generation != h.disk->generation() || h.disk->is_down(); }

int unlock_to(Handle& h, int level) {
  DiskFile& file = *h.file;
  if (h.generation != h.disk->generation()) return SQLITE_OK;
  if (level < SQLITE_LOCK_EXCLUSIVE && file.exclusive == &h) file.exclusive = nullptr;
  if (level < SQLITE_LOCK_PENDING && file.pending_lock == &h) file.pending_lock = nullptr;
  if (level < SQLITE_LOCK_RESERVED && file.reserved == &h) file.reserved = nullptr;
  if (level < SQLITE_LOCK_SHARED && h.level >= SQLITE_LOCK_SHARED) --file.shared;
  h.level = level;
  return SQLITE_OK;
}

bool others_hold(const void* holder, const Handle& h) { return holder != nullptr && holder != &h; }

int x_lock(sqlite3_file* base, int level) {
  Handle& h = handle_of(base);
  if (is_dead(h)) return SQLITE_IOERR_LOCK;
  DiskFile& file = *h.file;
  if (h.level >= level) return SQLITE_OK;
  if (others_hold(file.exclusive, h)) return SQLITE_BUSY;
  if (level == SQLITE_LOCK_SHARED) {
    if (others_hold(file.pending_lock, h)) return SQLITE_BUSY;
    ++file.shared;
  } else {
    if (others_hold(file.reserved, h) || others_hold(file.pending_lock, h)) return SQLITE_BUSY;
    if (level == SQLITE_LOCK_RESERVED) file.reserved = &h;
    if (level == SQLITE_LOCK_EXCLUSIVE) {
      file.pending_lock = &h;
      if (file.shared > 1) {
        h.level = SQLITE_LOCK_PENDING;
        return SQLITE_BUSY;
      }
      file.reserved = file.exclusive = &h;
    }
  }
  h.level = level;
  return SQLITE_OK;
}

int x_unlock(sqlite3_file* base, int level) { return unlock_to(handle_of(base), level); }

int x_check_reserved(sqlite3_file* base, int* out) {
  const DiskFile& file = *handle_of(base).file;
  *out = file.reserved != nullptr || file.exclusive != nullptr;
  return SQLITE_OK;
}

int x_close(sqlite3_file* base) {
  Handle& h = handle_of(base);
  unlock_to(h, SQLITE_LOCK_NONE);
  if (h.remove_on_close && !is_dead(h)) static_cast<void>(h.disk->remove(*h.name, true));
  delete h.name;
  h.name = nullptr;
  return SQLITE_OK;
}

int x_read(sqlite3_file* base, void* out, int size, sqlite3_int64 offset) {
  Handle& h = handle_of(base);
  if (is_dead(h)) return SQLITE_IOERR_READ;
  const MutableBytes into(static_cast<std::uint8_t*>(out), static_cast<std::size_t>(size));
  switch (h.disk->read(*h.file, static_cast<std::uint64_t>(offset), into)) {
    case Disk::Io::ok:
      return SQLITE_OK;
    case Disk::Io::cut:
      return SQLITE_IOERR_SHORT_READ;
    case Disk::Io::full:
    case Disk::Io::error:
      break;
  }
  return SQLITE_IOERR_READ;
}

int x_write(sqlite3_file* base, const void* data, int size, sqlite3_int64 offset) {
  Handle& h = handle_of(base);
  if (is_dead(h)) return SQLITE_IOERR_WRITE;
  const ByteView bytes(static_cast<const std::uint8_t*>(data), static_cast<std::size_t>(size));
  switch (h.disk->write(*h.file, static_cast<std::uint64_t>(offset), bytes)) {
    case Disk::Io::ok:
      return SQLITE_OK;
    case Disk::Io::full:
      return SQLITE_FULL;
    case Disk::Io::cut:
    case Disk::Io::error:
      break;
  }
  return SQLITE_IOERR_WRITE;
}

int x_truncate(sqlite3_file* base, sqlite3_int64 size) {
  Handle& h = handle_of(base);
  if (is_dead(h)) return SQLITE_IOERR_TRUNCATE;
  const auto done = h.disk->truncate(*h.file, static_cast<std::uint64_t>(size));
  return done == Disk::Io::ok ? SQLITE_OK : SQLITE_IOERR_TRUNCATE;
}

int x_sync(sqlite3_file* base, int) {
  Handle& h = handle_of(base);
  if (is_dead(h)) return SQLITE_IOERR_FSYNC;
  if (h.disk->sync(*h.file) != Disk::Io::ok) return SQLITE_IOERR_FSYNC;
  if (h.sync_folder) h.disk->sync_folder();
  h.sync_folder = false;
  return SQLITE_OK;
}

int x_size(sqlite3_file* base, sqlite3_int64* out) {
  const Handle& h = handle_of(base);
  if (is_dead(h)) return SQLITE_IOERR_FSTAT;
  *out = static_cast<sqlite3_int64>(h.file->cache.size());
  return SQLITE_OK;
}

int x_control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int x_sector(sqlite3_file* base) {
  return static_cast<int>(handle_of(base).disk->options().sector);
}
int x_characteristics(sqlite3_file* base) {
  return handle_of(base).disk->options().powersafe ? SQLITE_IOCAP_POWERSAFE_OVERWRITE : 0;
}

sqlite3_io_methods io_methods() {
  sqlite3_io_methods m{};
  m.iVersion = 1;
  m.xClose = x_close;
  m.xRead = x_read;
  m.xWrite = x_write;
  m.xTruncate = x_truncate;
  m.xSync = x_sync;
  m.xFileSize = x_size;
  m.xLock = x_lock;
  m.xUnlock = x_unlock;
  m.xCheckReservedLock = x_check_reserved;
  m.xFileControl = x_control;
  m.xSectorSize = x_sector;
  m.xDeviceCharacteristics = x_characteristics;
  return m;
}
const sqlite3_io_methods kIo = io_methods();

Disk& disk_of(sqlite3_vfs* vfs) { return *static_cast<Disk*>(vfs->pAppData); }

int x_open(sqlite3_vfs* vfs, const char* name, sqlite3_file* base, int flags, int* out_flags) {
  Handle& h = handle_of(base);
  std::memset(base, 0, sizeof(Handle));
  Disk& disk = disk_of(vfs);
  const std::string path = name != nullptr ? name : "temp-" + std::to_string(disk.random());
  constexpr int kJournals = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;
  DiskFile* file = disk.open(path, (flags & SQLITE_OPEN_CREATE) != 0);
  if (file == nullptr) return SQLITE_CANTOPEN;
  h.disk = &disk;
  h.file = file;
  h.generation = disk.generation();
  h.level = SQLITE_LOCK_NONE;
  h.remove_on_close = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
  h.sync_folder = (flags & SQLITE_OPEN_CREATE) != 0 && (flags & kJournals) != 0;
  h.name = new std::string(path);
  base->pMethods = &kIo;
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int x_delete(sqlite3_vfs* vfs, const char* name, int sync_folder) {
  switch (disk_of(vfs).remove(name, sync_folder != 0)) {
    case Disk::Io::ok:
      return SQLITE_OK;
    case Disk::Io::cut:
      return SQLITE_IOERR_DELETE_NOENT;
    case Disk::Io::full:
    case Disk::Io::error:
      break;
  }
  return SQLITE_IOERR_DELETE;
}

int x_access(sqlite3_vfs* vfs, const char* name, int, int* out) {
  if (disk_of(vfs).is_down()) return SQLITE_IOERR_ACCESS;
  *out = disk_of(vfs).exists(name) ? 1 : 0;
  return SQLITE_OK;
}

int x_full_path(sqlite3_vfs*, const char* name, int size, char* out) {
  const std::size_t length = std::strlen(name);
  if (length + 1 > static_cast<std::size_t>(size)) return SQLITE_CANTOPEN;
  std::memcpy(out, name, length + 1);
  return SQLITE_OK;
}

int x_randomness(sqlite3_vfs* vfs, int size, char* out) {
  for (int i = 0; i < size; ++i) out[i] = static_cast<char>(disk_of(vfs).random() & 0xff);
  return size;
}

int x_sleep(sqlite3_vfs*, int microseconds) { return microseconds; }
int x_time(sqlite3_vfs*, double* out) {
  *out = 2460000.5;  // nothing in the store asks SQLite for the time
  return SQLITE_OK;
}
int x_last_error(sqlite3_vfs*, int, char*) { return 0; }

}  // namespace

std::unique_ptr<VfsEntry> register_vfs(Disk& disk) {
  static std::atomic<unsigned> number{0};
  auto entry = std::make_unique<VfsEntry>();
  entry->name = "troth-sim-" + std::to_string(++number);
  sqlite3_vfs& vfs = entry->vfs;
  vfs.iVersion = 1;
  vfs.szOsFile = sizeof(Handle);
  vfs.mxPathname = 512;
  vfs.zName = entry->name.c_str();
  vfs.pAppData = &disk;
  vfs.xOpen = x_open;
  vfs.xDelete = x_delete;
  vfs.xAccess = x_access;
  vfs.xFullPathname = x_full_path;
  vfs.xRandomness = x_randomness;
  vfs.xSleep = x_sleep;
  vfs.xCurrentTime = x_time;
  vfs.xGetLastError = x_last_error;
  sqlite3_vfs_register(&vfs, 0);
  return entry;
}

void seed_sqlite(std::uint32_t seed) {
  sqlite3_initialize();
  sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, static_cast<int>(seed | 1u), nullptr);
}

}  // namespace troth::sim
