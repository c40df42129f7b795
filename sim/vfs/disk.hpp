// Disk: the storage of one simulated device, in memory and seeded. It keeps apart what a program
// has written (the page cache) and what a power loss would leave (the medium): a crash keeps, drops
// or garbles each unsynced sector as the seed says. Several disks live side by side, each with an
// SQLite VFS of its own; two runs with one seed and the same calls give the same bytes.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "troth/types.hpp"

namespace troth::sim {

enum class Fault : std::uint8_t {
  write_full,   // no space: SQLITE_FULL
  write_error,  // EIO on write
  misdirected,  // a write lands one sector away and reports success
  sync_error,   // fsync fails, and the pages count as clean from then on ("fsyncgate")
  read_error,   // EIO on read
  short_read,   // a read returns less than the file holds
  bit_flip,     // one bit of what a read returns is wrong
};
inline constexpr std::size_t kFaults = 7;

// process: the program ends, the kernel lives and nothing is lost. power: unsynced writes may be.
enum class Loss : std::uint8_t { process, power };

struct DiskOptions {
  std::uint32_t sector = 512;
  bool powersafe = true;  // a torn write garbles no byte outside the range that was written
  std::uint64_t capacity = std::numeric_limits<std::uint64_t>::max();  // bytes over all files
};

struct DiskCounters {
  std::uint64_t reads = 0;
  std::uint64_t writes = 0;
  std::uint64_t syncs = 0;
  std::uint64_t others = 0;     // truncate, delete, create
  std::uint64_t mutations = 0;  // writes + syncs + others: what crash_at counts
  std::uint64_t crashes = 0;
  std::uint64_t sectors_kept = 0;
  std::uint64_t sectors_dropped = 0;
  std::uint64_t sectors_garbled = 0;
  std::array<std::uint64_t, kFaults> injected{};
};

// One file. `cache` is what programs see; `medium` is what survives; pending changes are between.
struct DiskFile {
  struct Change {
    std::uint64_t offset = 0;  // of a truncation: the new size
    Bytes bytes;
    bool truncates = false;
  };
  Bytes cache;
  Bytes medium;
  std::vector<Change> pending;
  bool linked = true;    // the name exists for programs
  bool durable = false;  // the name survives a power loss
  int shared = 0;        // locks
  const void* reserved = nullptr;
  const void* pending_lock = nullptr;
  const void* exclusive = nullptr;
};

void apply_change(Bytes& image, const DiskFile::Change& change);

class Disk {
 public:
  explicit Disk(std::uint64_t seed, DiskOptions options = {});
  ~Disk();
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  // For store::Db::Options::vfs; registered while this object lives.
  [[nodiscard]] const std::string& vfs_name() const { return name_; }

  // From the k-th matching call on (1 = the next one), `times` calls fail.
  static constexpr std::uint64_t kForever = std::numeric_limits<std::uint64_t>::max();
  void inject(Fault fault, std::uint64_t kth, std::uint64_t times = 1);
  void heal();  // forgets all injections and a pending crash_at, and lifts the capacity
  void set_capacity(std::uint64_t bytes) { options_.capacity = bytes; }

  // The machine stops at the k-th mutation from now (1 = the next one): that call and all later
  // ones fail and change nothing more, until crash().
  void crash_at(std::uint64_t kth);
  [[nodiscard]] bool is_down() const { return down_; }
  // Stops now if still up, applies the loss, and starts again. Open handles stay dead.
  void crash(Loss loss = Loss::power);

  struct Snapshot {
    std::map<std::string, Bytes> files;
  };
  [[nodiscard]] Snapshot snapshot() const;
  void restore(const Snapshot& snapshot);  // open handles die, as after a crash
  [[nodiscard]] bool exists(const std::string& name) const;
  [[nodiscard]] Bytes contents(const std::string& name) const;  // empty if there is no such file
  void flip_bit(const std::string& name, std::uint64_t bit);    // on the medium and in the cache

  [[nodiscard]] const DiskCounters& counters() const { return counters_; }
  [[nodiscard]] std::uint64_t random();

  // --- for the VFS in vfs.cpp ---
  enum class Io : std::uint8_t { ok, full, error, cut };
  [[nodiscard]] std::uint64_t generation() const { return generation_; }
  [[nodiscard]] DiskFile* open(const std::string& name, bool create);  // null: refused
  [[nodiscard]] Io read(DiskFile& file, std::uint64_t offset, MutableBytes out);
  [[nodiscard]] Io write(DiskFile& file, std::uint64_t offset, ByteView bytes);
  [[nodiscard]] Io truncate(DiskFile& file, std::uint64_t size);
  [[nodiscard]] Io sync(DiskFile& file);
  void sync_folder();  // names made and removed so far survive a power loss
  [[nodiscard]] Io remove(const std::string& name, bool durably);
  [[nodiscard]] const DiskOptions& options() const { return options_; }

 private:
  struct Rule {
    std::uint64_t after = kForever;  // matching calls still to be let through
    std::uint64_t times = 0;
  };
  [[nodiscard]] bool strikes(Fault fault);
  [[nodiscard]] bool stops();  // counts a mutation; true when the machine is down
  [[nodiscard]] std::uint64_t used() const;
  [[nodiscard]] bool fits(const DiskFile& file, std::uint64_t end) const;
  void lose_power(DiskFile& file);
  void settle(DiskFile& file, const DiskFile::Change& change);
  void garble(DiskFile& file, std::uint64_t from, std::uint64_t to);

  std::string name_;
  DiskOptions options_;
  std::uint64_t state_;
  std::map<std::string, std::unique_ptr<DiskFile>> files_;
  std::vector<std::unique_ptr<DiskFile>> unlinked_;  // dead handles may still point here
  std::array<Rule, kFaults> rules_{};
  DiskCounters counters_;
  std::uint64_t crash_in_ = kForever;
  std::uint64_t generation_ = 1;
  bool down_ = false;
  std::unique_ptr<struct VfsEntry> vfs_;
};

}  // namespace troth::sim
