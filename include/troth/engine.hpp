// troth::Engine: one device. One thread, no clock, no socket, no file but its database.
//
// Feed it: submit, connected, closed, receive, answer, file reports, tick. Then commit() ends the
// step; only then do frames (pull), effects and events exist. On Errc::damaged or an I/O error from
// commit the engine is dead: drop it and open it again, which is the same path as after a crash.
#pragma once

#include <memory>

#include "troth/query.hpp"

namespace troth {

class Rng;  // base/ports.hpp

struct Config {
  std::string database;                  // path, or ":memory:"
  std::string vfs;                       // SQLite VFS name; empty = the system's
  std::array<std::uint8_t, 65> sign_key{};     // public halves of the device keys, 04 | x | y
  std::array<std::uint8_t, 65> agree_key{};
  std::array<std::uint8_t, 65> approve_key{};
  Protection protection = Protection::file;
  std::array<std::uint8_t, 16>
      home_id{};  // from the keystore: a database of another home is refused
  std::array<std::uint8_t, 16> incarnation{};  // from the keystore (rule 19); zero on first run
  std::uint64_t reserved = 0;
  std::optional<std::uint64_t> unlocked_after;  // set: a passphrase opened it just now, after so
                                                // many wrong ones; goes into the audit log
  std::vector<std::uint8_t> suites = {1, 2};   // preference order
  std::string listen;                    // "host:port" told to applicants in a QR; may be empty
  std::optional<bool> discovery;         // absent: neither says nor hears anything on the local network
};
struct Ports {
  Rng* rng = nullptr;                    // borrowed, outlives the engine
  ByteView at_rest_key;                  // 32 bytes, copied into locked memory by open()
};

struct Link {
  bool outgoing = false;
  std::uint64_t attempt = 0;             // of the Dial effect, when outgoing
  std::string address;  // of the other side as the transport knows it, for rate limits
};

// Answers to effects.
struct KeyAnswer {
  bool ok = false;
  Errc code = Errc::internal;            // when not ok: locked, cancelled, presence_needed
  ByteView output;                       // borrowed until the call returns
};
struct FileData {
  ByteView bytes;                        // fewer than asked for at the end of the file
  FileStat stat;                         // of the file as it was while reading
};
struct FileDone {
  FileStat stat;
};
struct FileError {
  // not_found, file_changed, disk_full, io_error, special_file; not_permitted: this folder's rules
  // hide what is to be read, moved, or replaced and is not as expected (spec 10a, 4)
  Errc code = Errc::io_error;
};
struct GuardSaved {};
struct Heard {                           // to Discover, once a name, as long as it stands
  std::string name;                      // as somebody announced it; anything
};
struct LookedUp {
  std::string address;                   // "host:port"; empty = none was found, or none is allowed
};
using Answer =
    std::variant<KeyAnswer, FileData, FileDone, FileError, GuardSaved, Heard, LookedUp>;

// What a bound folder reports: at scan time every entry, later what changed.
enum class EntryKind : std::uint8_t { file = 1, gone = 2, special = 3, directory = 4 };
struct FolderEntry {
  std::uint32_t folder = 0;
  std::string path;                      // relative, '/'-separated, as the file system spells it
  EntryKind kind = EntryKind::file;
  FileStat stat;
};

class Engine {
 public:
  static Result<std::unique_ptr<Engine>> open(const Ports& ports, const Config& config, Now now);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  Result<Ticket> submit(Command command, Now now);
  template <class Q>
  Result<typename Q::Answer> query(const Q& query, Now now) const;

  ConnId connected(const Link& link, Now now);
  void closed(ConnId connection, Now now);
  void dial_failed(std::uint64_t attempt, Now now);
  // Bytes taken; fewer than given = back-pressure: offer the rest after the next commit.
  Result<std::size_t> receive(ConnId connection, ByteView bytes, Now now);
  void answer(Ticket ticket, const Answer& answer, Now now);
  void folder_entry(const FolderEntry& entry, Now now);
  void folder_scanning(std::uint32_t folder, Now now);  // all that is there is reported from here on
  void folder_scanned(std::uint32_t folder, Now now);
  void tick(Now now);
  void locking(Now now);                 // its person locks it: for the audit log, before a commit
  [[nodiscard]] std::optional<MonoMs> deadline() const;

  Result<> commit(Now now);
  std::size_t pull(ConnId connection, MutableBytes out, Now now);
  std::optional<Effect> next_effect();
  std::optional<Event> next_event();

 private:
  friend struct EngineInspector;  // tests and the simulator's checkers
  explicit Engine(std::unique_ptr<struct EngineImpl> impl);
  std::unique_ptr<struct EngineImpl> impl_;
};

}  // namespace troth
