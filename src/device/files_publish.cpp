// Files, from the disk to the items: what the folder reports, what was read, what went away.
#include "device/files.hpp"

namespace troth::device {

namespace {

const char* why_here(const Core& core, const Folder& folder) {
  const auto verdict = consent::permits(consent::Action::seal, folder.category, core.self_,
                                        core.view(), {}, core.expiry_clock());
  return verdict.why == consent::Why::receive_only ? kReceiveOnly : kChangedHere;
}

}  // namespace

// ---- reports

void Files::entry(const FolderEntry& entry) {
  const auto at = desk_.folders.find(entry.folder);
  if (at == desk_.folders.end() || entry.kind == EntryKind::directory) return;
  auto& folder = at->second;
  if (entry.kind == EntryKind::special)
    return desk_.leave_alone(folder, entry.path, "special_file");
  if (entry.kind == EntryKind::gone) {
    // A file, or a directory with all below it. A read says whether it is so.
    const auto below = entry.path + "/";
    std::erase_if(folder.left_alone, [&](const auto& left) {
      return left.first == entry.path || left.first.starts_with(below);
    });
    const bool file = folder.book.find(files::item_of(folder.category, entry.path)) != nullptr;
    if (file) return desk_.change(folder, entry.path);
    for (const auto& [item, known] : folder.book.all()) {
      if (known.path.starts_with(below)) desk_.change(folder, known.path);
    }
    return desk_.compare(folder, entry.path);
  }
  ++folder.scan_seen;
  if (std::exchange(folder.empty, false)) scan_again(folder);  // it has files again: which?
  if (!files::check_path(entry.path)) return desk_.leave_alone(folder, entry.path, "bad_name");
  folder.left_alone.erase(entry.path);
  const auto item = files::item_of(folder.category, entry.path);
  folder.book.mark(item, folder.scan);
  const auto* known = folder.book.find(item);
  if (known != nullptr && known->stat == entry.stat && !folder.is_busy(entry.path)) return;
  desk_.change(folder, entry.path, {entry.stat, 0});
}

// What was heard of before counts for nothing: the disk may have been away since, and what this
// scan does not see is missing.
void Files::scanning(std::uint32_t id) {
  const auto at = desk_.folders.find(id);
  if (at == desk_.folders.end()) return;
  auto& folder = at->second;
  ++folder.scan;
  folder.scan_seen = 0;
  folder.scanned = folder.empty = false;
}

void Files::scanned(std::uint32_t id) {
  const auto at = desk_.folders.find(id);
  if (at == desk_.folders.end()) return;
  auto& folder = at->second;
  const bool empty = folder.scan_seen == 0 && !folder.book.all().empty();
  // A disk that is not there looks like a folder without files; nobody deleted them all.
  if (empty) core_.out_.emit(Noticed{"folder_empty", folder.path});
  if (!empty && !folder.overflowed) {
    for (const auto& [item, known] : folder.book.all()) {
      if (known.scan != folder.scan) desk_.change(folder, known.path);
    }
  }
  folder.scanned = !empty;
  folder.empty = empty;
  ++folder.scan;
  folder.scan_seen = 0;
  folder.comparing = true;
  folder.compare_after.reset();
}

// All that is there is reported once more; what was only heard of since the last scan must be, too.
void Files::scan_again(Folder& folder) {
  ++folder.scan;
  folder.scan_seen = 0;
  bind(folder);
}

// More changed than is remembered: the rest is found by another scan.
void Files::rescan_if_due(Folder& folder) {
  if (!folder.overflowed || !folder.changed.empty() || !folder.reading.empty()) return;
  folder.overflowed = false;
  scan_again(folder);
}

// ---- new versions

// A key stays with its file, so that an edit moves few chunks, but only as long as the category's
// key is the same: who was shut out since knows it (spec 10 §4).
FileReader::Key Files::key_for(Folder& folder, const std::string& path) {
  const auto item = files::item_of(folder.category, path);
  const auto epoch = items_.sealing_epoch(folder.category);
  // Where the policy allows none nothing is sealed, and then this key goes nowhere either.
  const auto allowed = core_.suite();
  FileReader::Key out{
      {}, epoch, allowed ? *allowed : *keyring::readable_suite(core_.config_.suites.front())};
  const auto from = [&](const files::FileVersion& file) {
    const auto suite = keyring::readable_suite(file.suite);
    if (suite) out = {file.key, file.epoch, *suite};
    return suite.has_value();
  };
  if (folder.book.find(item) != nullptr) {
    const auto mine = folder.book.version(item);
    const bool fresh =
        core_.good(mine) && epoch != files::KeyEpoch{} && mine->manifest.file->epoch == epoch;
    if (fresh && from(*mine->manifest.file)) return out;
  } else if (const auto now = items_.current(folder.category, item); now && now->is_file()) {
    // Perhaps the same file: cut with its key, both have one list.
    if (from(*now->read.manifest.file)) return out;
  }
  core_.rng_->fill(out.bytes);
  return out;
}

void Files::publish(Folder& folder) {
  if (folder.read.empty()) return;
  const bool idle = folder.reading.empty() && folder.order.empty();
  const bool due = core_.now_.mono.ms >= folder.read_since.ms + limits::kFilesPutMs;
  if (!idle && !due && folder.read.size() < limits::kFilesPerPut) return;
  auto read = std::move(folder.read);
  folder.read.clear();
  folder.read_paths.clear();
  for (auto& one : read) publish_one(folder, one);
}

// The version that is known. Its list may not be, where it was made elsewhere under another key.
void Files::read_again(Folder& folder, const ItemId& item, const ReadResult& read) {
  folder.book.touch(item, read.stat);
  const auto mine = folder.book.version(item);
  if (!core_.good(mine)) return;
  const auto& file = *mine->manifest.file;
  if (!file.pieces || !mine->chunks.empty() || file.key != read.key) return;
  folder.book.put(item, read.path, read.stat, wire::encode(mine->manifest), mine->manifest,
                  read.rows);
}

void Files::publish_one(Folder& folder, ReadResult& read) {
  const auto item = files::item_of(folder.category, read.path);
  folder.todo.insert(item);
  const auto* known = folder.book.find(item);
  if (known != nullptr && known->content == read.content &&
      known->stat.executable == read.stat.executable)
    return read_again(folder, item, read);
  const auto now = items_.current(folder.category, item);
  const bool there = now && now->is_file() && (now->alive || known == nullptr);
  if (there && known == nullptr && now->alive) {
    const auto& file = *now->read.manifest.file;
    if (file.content == read.content && file.executable == read.stat.executable)
      return folder.book.put(item, read.path, read.stat, now->body, now->read.manifest,
                             read.key == file.key ? read.rows : Bytes{});
  }
  const bool other = there && now->alive && (known == nullptr || now->tag != known->tag);
  const bool writes = may_write(folder);
  // The version that it was made from stays known, as long as that is the newest one.
  if (!writes && !other && now && now->is_file() && now->alive)
    return desk_.leave_alone(folder, read.path, why_here(core_, folder));
  if (!writes && !other) return keep_here(folder, read.path);
  files::Manifest manifest;
  files::Seen base = now ? now->seen() : files::Seen{};
  if (known != nullptr) {
    const auto mine = folder.book.version(item);
    if (!core_.good(mine)) return;
    base = mine->manifest.seen;
  } else if (there && now->alive) {
    base.clear();  // made here without knowing the other one: it will be kept beside it
  }
  manifest.seen = items_.edited(base, now ? now->seen() : files::Seen{});
  manifest.file = files::FileVersion{
      read.stat.size, read.stat.mtime_ns, read.stat.executable, core_.self_, read.key,
      read.epoch,     read.suite,         read.content,         {},          {}};
  const files::FileKey key(read.key, *keyring::readable_suite(read.suite));
  if (!files::place_list(*manifest.file, key, read.rows))
    return desk_.leave_alone(folder, read.path, "file_too_large");
  const Bytes body = wire::encode(manifest);
  folder.book.put(item, read.path, read.stat, body, manifest, read.rows);
  folder.book.mark(item, folder.scan);
  // Here it stands as a version of its own, until it is kept beside the other one (spec 10 §7).
  if (!writes || (known == nullptr && there && now->alive)) return;
  items_.put(folder.category, item, read.path, body);
}

// No version of the category is on the disk under this path.
void Files::keep_here(Folder& folder, const std::string& path) {
  folder.book.erase(files::item_of(folder.category, path));
  desk_.leave_alone(folder, path, why_here(core_, folder));
}

// A read found nothing there. A version that is not here yet wins over the deletion of an older
// one.
void Files::gone(Folder& folder, const std::string& path) {
  const auto item = files::item_of(folder.category, path);
  folder.todo.insert(item);
  const auto* known = folder.book.find(item);
  if (known == nullptr) return;
  const auto mine = folder.book.version(item);
  if (!core_.good(mine)) return;
  const auto tag = known->tag;
  desk_.forget(folder, item);
  if (!may_write(folder)) return;  // it is fetched again
  const auto now = items_.current(folder.category, item);
  if (!now || !now->is_file() || !now->alive || now->tag != tag) return;
  items_.remove(folder.category, item, path, items_.edited(mine->manifest.seen, now->seen()));
}

}  // namespace troth::device
