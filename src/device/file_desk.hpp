// What the parts of Files share: bound folders, what is under way in each, and effects that the
// shell has not answered.
#pragma once

#include <set>

#include "crypto/hash.hpp"
#include "device/file_book.hpp"
#include "files/window.hpp"

namespace troth::device {

// A local change that waits to be read; what the scan or the watcher last said.
struct LocalChange {
  std::optional<FileStat> stat;
  std::uint32_t attempts = 0;
};

// A file that is being read.
struct Reading {
  Reading(std::uint64_t number, const files::KeyBytes& bytes, const crypto::Suite& suite)
      : serial(number), key_bytes(bytes), suite_id(suite.id), key(bytes, suite) {}
  std::uint64_t serial;
  files::KeyBytes key_bytes;
  files::KeyEpoch epoch{};
  std::uint8_t suite_id;
  files::FileKey key;
  files::GearTable gear{};  // filled when the file is longer than one chunk must be
  files::Chunker chunker{gear};
  crypto::Sha256 whole;
  LocalChange change;
  std::optional<FileStat> stat;  // of the first piece; the others must agree
  std::uint64_t offset = 0;
  std::size_t asked = 0;
  Bytes tail;  // of the chunk that is open
  Bytes rows;
};

// A file that was read from start to end without changing.
struct ReadResult {
  std::string path;
  FileStat stat;
  files::KeyBytes key{};
  files::KeyEpoch epoch{};
  std::uint8_t suite = 1;
  Hash content;
  Bytes rows;
};

struct WantedFile {  // a version that is to be fetched
  std::uint64_t size = 0;
  MonoMs not_before{};
  std::uint32_t attempts = 0;  // also while nobody has it
  std::uint32_t failures = 0;  // of the disk
};

// A version on its way to the disk.
struct Fetch {
  Fetch(std::uint64_t number, std::string at, Bytes manifest_body, files::CheckedManifest read,
        const crypto::Suite& suite)
      : serial(number),
        path(std::move(at)),
        folded(files::fold(path)),
        body(std::move(manifest_body)),
        manifest(std::move(read.manifest)),
        key(manifest.file->key, suite) {
    window.emplace(read.pieces.empty() ? std::move(read.chunks) : std::move(read.pieces));
    listing = manifest.file->pieces.has_value();
  }
  std::uint64_t serial;  // names the temporary file, too
  std::string path;
  std::string folded;  // names that are the same here meet in some file systems
  Bytes body;
  files::Manifest manifest;
  files::FileKey key;
  bool listing = false;  // the window brings the list, not yet the file
  Bytes rows;            // the list as it comes
  std::optional<files::Window> window;
  std::map<files::ChunkId, std::uint64_t> local;  // chunks in the file on disk, by offset
  FileStat local_stat;
  crypto::Sha256 whole;
  std::size_t charged = 0;  // bytes of the budget
  std::size_t writing = 0;  // writes under way
  bool touched = false;     // the temporary file exists
  bool finishing = false;
  std::size_t asides = 0;  // names tried for the conflict copy
  MonoMs moved_at{};
};

struct Folder {
  Folder(Core& core, std::uint32_t number, const CategoryId& in, std::string at)
      : id(number), category(in), path(std::move(at)), book(core, number) {}

  std::uint32_t id;
  CategoryId category;
  std::string path;  // absolute
  FileBook book;
  bool scanned = false;     // once since it was bound
  bool empty = false;       // the scan found nothing where files were
  bool allowed = false;     // consent stands, as of the last look
  bool writable = false;    // so that changes made here may be sent
  bool overflowed = false;  // more changes than were queued: scan again
  std::uint64_t scan = 1;
  std::uint64_t scan_seen = 0;  // files that this scan reported
  bool comparing = false;       // walking all items of the category
  std::optional<ItemId> compare_after;

  std::map<std::string, LocalChange> changed;
  std::deque<std::string> order;  // of what is due among them
  std::multimap<std::uint64_t, std::string> later;
  std::map<std::string, std::unique_ptr<Reading>> reading;
  std::vector<ReadResult> read;  // to be published
  std::set<std::string> read_paths;
  MonoMs read_since{};
  std::set<std::string> busy;  // being written or removed by us
  std::set<ItemId> todo;       // items to compare with the disk
  std::map<ItemId, WantedFile> wanted;
  std::map<ItemId, std::unique_ptr<Fetch>> fetches;
  std::map<std::string, const char*> left_alone;  // path -> why
  std::set<std::string> collisions;  // of these, what waits for a name that meets its own

  std::uint64_t files_done = 0, files_total = 0, bytes_done = 0, bytes_total = 0;
  bool progressed = false;
  MonoMs told{};

  [[nodiscard]] bool is_busy(const std::string& at) const {
    return changed.contains(at) || reading.contains(at) || read_paths.contains(at) ||
           busy.contains(at);
  }
};

class FileDesk {
 public:
  explicit FileDesk(Core& core_in) : core(core_in) {}

  using Done = std::function<void(Folder& folder, const Answer& answer)>;
  template <class Kind>
  void ask(const Folder& folder, Kind effect, Done done) {
    effect.ticket = Ticket{core.next_ticket()};
    effect.folder = folder.id;
    pending_[effect.ticket.value] = {folder.id, std::move(done)};
    core.out_.request(std::move(effect));
  }
  bool answer(Ticket ticket, const Answer& answer);
  // With all that is under way in it; `last` sees it when nothing is any more.
  void drop(std::uint32_t folder, const std::function<void(Folder&)>& last);
  [[nodiscard]] Folder* folder_of(const CategoryId& category);
  // The file is to be read (again); after a failure, later each time.
  void change(Folder& folder, const std::string& path, LocalChange change = {});
  void change_later(Folder& folder, const std::string& path, LocalChange change);
  void wake_later(Folder& folder);  // what was put off and is due
  void leave_alone(Folder& folder, const std::string& path, const char* why);
  // What is known of the file is forgotten, so a name that met its own may have its turn.
  void forget(Folder& folder, const ItemId& item);
  void retry_collisions(Folder& folder);
  void compare(Folder& folder, const std::string& path) {
    folder.todo.insert(files::item_of(folder.category, path));
  }

  Core& core;
  std::map<std::uint32_t, Folder> folders;
  std::size_t reading_bytes = 0;  // asked of the shell

 private:
  struct Pending {
    std::uint32_t folder = 0;
    Done done;
  };
  std::map<std::uint64_t, Pending> pending_;
};

// kFileRetryMs from now, doubled with each attempt.
[[nodiscard]] MonoMs retry_at(MonoMs now, std::uint32_t attempts);
[[nodiscard]] Errc error_of(const Answer& answer);  // of a FileError; internal for the wrong kind

// Why a file that was changed here is left alone: this device may only receive, or nothing may be
// sent at all, because the category is closed or the circle stands still.
inline constexpr const char* kNameCollision = "name_collision";
inline constexpr const char* kReceiveOnly = "receive_only";
inline constexpr const char* kChangedHere = "changed_here";
[[nodiscard]] inline bool is_changed_here(std::string_view why) {
  return why == kReceiveOnly || why == kChangedHere;
}

}  // namespace troth::device
