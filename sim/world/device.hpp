// One simulated device: a disk, a keystore that survives crashes, and the real engine in between.
#pragma once

#include <deque>

#include "crypto/p256.hpp"
#include "engine/impl.hpp"
#include "sim/vfs/disk.hpp"
#include "sim/world/folders.hpp"
#include "sim/world/rng.hpp"

namespace troth::sim {

class SimKeystore {
 public:
  explicit SimKeystore(Rng& rng);
  [[nodiscard]] Result<SecretBytes> perform(const KeyRequest& request, Rng& rng) const;
  void configure(Config& config) const;
  [[nodiscard]] ByteView at_rest() const { return at_rest_.expose(); }
  SaveGuard guard;                 // the last one
  std::optional<Errc> broken;      // what it answers while it does not work
  std::optional<KeyOp> broken_op;  // only to this

 private:
  crypto::P256KeyPair sign_, agree_, approve_;
  Secret32 at_rest_;
  std::array<std::uint8_t, 16> home_{};
};

struct SimDevice {
  SimDevice(std::string device_name, std::uint64_t seed)
      : name(std::move(device_name)), rng(seed), disk(seed ^ 0x5d15c), keys(rng) {}

  [[nodiscard]] Result<> open(Now now);
  [[nodiscard]] bool up() const { return engine != nullptr; }
  // Is it still the run in which something was begun? (An engine's address may come again.)
  [[nodiscard]] bool lives(std::uint64_t then) const { return up() && life == then; }
  // What checkers saw of a disk that is another one now.
  void forget_seen() {
    claims.clear();
    told.clear();
    arrived.clear();
    keys_seen = 0;
  }
  [[nodiscard]] device::Core& core() { return *EngineInspector::look(*engine).core; }
  [[nodiscard]] Now at(MonoMs mono) const {
    return {WallMs{kEpochMs + mono.ms + static_cast<std::uint64_t>(skew_ms)}, MonoMs{mono.ms}};
  }

  static constexpr std::uint64_t kEpochMs = 1'800'000'000'000;
  std::string name;
  SimRng rng;
  Disk disk;
  SimKeystore keys;
  SimFolders folders;
  std::unique_ptr<Engine> engine;
  std::int64_t skew_ms = 0;
  std::optional<bool> discovery;                // of the next open
  std::optional<std::uint64_t> unlocked_after;  // likewise
  DeviceId id;                                  // once known
  bool member = false;                          // was in the circle at some time
  bool old_keys = false;                        // began anew with a keystore that was in use before
  std::uint64_t commits = 0;
  std::array<std::uint64_t, kFaults> struck{};  // faults of its disk, as far as they are counted
  std::uint64_t life = 0;                       // counts its starts
  std::map<CategoryId, sync::Vector> claims;    // the most that ever left this device
  std::set<EntryId> told;                       // heads of the log when something left this device
  std::set<keyring::MailboxId> held;            // whose keys it ever held, and may have kept
  std::size_t keys_seen = 0;                    // of them, when it was last looked
  bool told_empty = false;                      // in this run: its folder lost all its files
  std::string lost;                             // what it had told and does not hold after a start
  // A copy of its disk, and what came of putting it back.
  struct Copy {
    Disk::Snapshot disk;
    std::uint64_t reserved = 0;
  };
  std::optional<Copy> copy;
  bool put_back = false;
  AuthorId author_before;            // whom nothing may be sealed as any more
  std::set<EntryId> own_before;      // its entries, all of which every device knew
  bool wrote_alone = false;          // an entry, before anybody told it of its newest (spec 07 §7)
  std::vector<std::size_t> arrived;  // how long its log was after each step that made it longer
  // The whole home, keystore and all, that stands in two places: while one lives, the other waits.
  struct Life {
    Disk::Snapshot disk;
    SaveGuard guard;
    std::map<CategoryId, sync::Vector> claims;
    std::set<EntryId> told;
    std::vector<std::size_t> arrived;
    std::set<EntryId> entries;                     // of its own
    std::map<CategoryId, std::uint64_t> counters;  // of its author, before anybody told it
    AuthorId author;
    bool warned = false;  // it says that something is wrong with it
  };
  std::optional<Life> twin;
  std::map<DeviceId, std::string> witnesses;  // who holds what one life wrote and the next had not
};

}  // namespace troth::sim
