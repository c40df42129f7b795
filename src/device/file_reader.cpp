#include "device/file_reader.hpp"

#include <algorithm>

#include "crypto/labels.hpp"

namespace troth::device {

void FileReader::run(Folder& folder) {
  desk_.wake_later(folder);
  while (!folder.order.empty() && folder.reading.size() < limits::kReads &&
         desk_.reading_bytes < limits::kReadBytes) {
    const auto path = std::move(folder.order.front());
    folder.order.pop_front();
    const auto found = folder.changed.find(path);
    if (found == folder.changed.end()) continue;
    const auto change = found->second;
    folder.changed.erase(found);
    if (folder.reading.contains(path) || folder.read_paths.contains(path) ||
        folder.busy.contains(path)) {
      desk_.change_later(folder, path, change);
      continue;
    }
    // Our own write, reported by the watcher.
    const auto* known = folder.book.find(files::item_of(folder.category, path));
    if (known != nullptr && change.stat == known->stat) {
      desk_.compare(folder, path);
      continue;
    }
    begin(folder, path, change);
  }
}

void FileReader::begin(Folder& folder, const std::string& path, const LocalChange& change) {
  const auto key = key_for_(folder, path);
  auto reading = std::make_unique<Reading>(desk_.core.next_ticket(), key.bytes, key.suite);
  reading->epoch = key.epoch;
  reading->change = change;
  reading->whole.update(as_bytes(crypto::labels::kContent));
  auto& kept = *folder.reading.emplace(path, std::move(reading)).first->second;
  ask(folder, path, kept);
}

// One byte more than there should be, so that a short answer is the end of the file.
void FileReader::ask(Folder& folder, const std::string& path, Reading& reading) {
  const auto& stat = reading.stat ? reading.stat : reading.change.stat;
  reading.asked = limits::kReadPiece;
  if (stat && stat->size - std::min(stat->size, reading.offset) < limits::kReadPiece)
    reading.asked = static_cast<std::size_t>(stat->size - std::min(stat->size, reading.offset)) + 1;
  desk_.reading_bytes += reading.asked;
  ReadFile read;
  read.path = path;
  read.offset = reading.offset;
  read.length = static_cast<std::uint32_t>(reading.asked);
  desk_.ask(folder, std::move(read),
            [this, path, serial = reading.serial](Folder& in, const Answer& answer) {
              got(in, path, serial, answer);
            });
}

void FileReader::got(Folder& folder, const std::string& path, std::uint64_t serial,
                     const Answer& answer) {
  const auto found = folder.reading.find(path);
  if (found == folder.reading.end() || found->second->serial != serial) return;
  auto& reading = *found->second;
  desk_.reading_bytes -= reading.asked;
  const auto* data = std::get_if<FileData>(&answer);
  if (data == nullptr) {
    const auto change = reading.change;
    folder.reading.erase(found);
    return failed(folder, path, change, error_of(answer));
  }
  if (!reading.stat) {
    reading.stat = data->stat;
    if (data->stat.size > limits::kChunkMin) reading.gear = reading.key.gear();
  }
  const bool same = *reading.stat == data->stat;
  const bool end = data->bytes.size() < reading.asked;
  if (same && !cut(reading, data->bytes)) {
    folder.reading.erase(found);
    return desk_.leave_alone(folder, path, "file_too_large");
  }
  reading.offset += data->bytes.size();
  const bool fits =
      end ? reading.offset == reading.stat->size : reading.offset <= reading.stat->size;
  if (!same || !fits) {
    const auto change = reading.change;
    folder.reading.erase(found);
    return failed(folder, path, {{}, change.attempts}, Errc::file_changed);
  }
  reading.asked = 0;
  if (!end) return ask(folder, path, reading);
  finish(folder, path, reading);
  folder.reading.erase(found);
}

void FileReader::failed(Folder& folder, const std::string& path, const LocalChange& change,
                        Errc code) {
  if (code == Errc::not_found) return gone_(folder, path);
  if (code == Errc::special_file || code == Errc::bad_name)
    return desk_.leave_alone(folder, path, code == Errc::bad_name ? "bad_name" : "special_file");
  // The rules of this folder hide it: what is known of it stays, and what became of it goes to
  // nobody.
  if (code == Errc::not_permitted) return desk_.leave_alone(folder, path, "ignored_here");
  constexpr std::uint32_t kTooOften = 6;
  if (change.attempts == kTooOften) desk_.core.out_.emit(Noticed{"file_changes_too_often", path});
  desk_.change_later(folder, path, change);
}

bool FileReader::cut(Reading& reading, ByteView bytes) {
  reading.whole.update(bytes);
  while (!bytes.empty()) {
    const auto cut = reading.chunker.feed(bytes);
    const auto part = bytes.first(cut.taken);
    bytes = bytes.subspan(cut.taken);
    if (!cut.end) {
      append(reading.tail, part);
      continue;
    }
    files::ChunkList::add(reading.rows, reading.key.id(reading.tail, part),
                          reading.tail.size() + part.size());
    reading.tail.clear();
  }
  return reading.rows.size() < limits::kFileChunks * limits::kChunkRow;
}

void FileReader::finish(Folder& folder, const std::string& path, Reading& reading) {
  if (!reading.tail.empty())
    files::ChunkList::add(reading.rows, reading.key.id(reading.tail), reading.tail.size());
  if (folder.read.empty()) folder.read_since = desk_.core.now_.mono;
  folder.read.push_back({path, *reading.stat, reading.key_bytes, reading.epoch, reading.suite_id,
                         reading.whole.finish(), std::move(reading.rows)});
  folder.read_paths.insert(path);
}

}  // namespace troth::device
