#include "device/file_desk.hpp"

#include <algorithm>

namespace troth::device {

namespace {

// What is left alone is told once; so many names are remembered, the rest is only counted as one.

// Names from the file system need not be text.
std::string shown(std::string_view path) {
  std::string out(path.substr(0, limits::kPathBytes));
  if (is_utf8(as_bytes(out))) return out;
  for (auto& c : out) c = static_cast<std::uint8_t>(c) < 0x80 ? c : '?';
  return out;
}

}  // namespace

MonoMs retry_at(MonoMs now, std::uint32_t attempts) {
  return MonoMs{now.ms + (limits::kFileRetryMs << std::min<std::uint32_t>(attempts, 6))};
}

Errc error_of(const Answer& answer) {
  const auto* error = std::get_if<FileError>(&answer);
  return error != nullptr ? error->code : Errc::internal;
}

bool FileDesk::answer(Ticket ticket, const Answer& answer) {
  const auto found = pending_.find(ticket.value);
  if (found == pending_.end()) return false;
  const auto pending = std::move(found->second);
  pending_.erase(found);
  const auto folder = folders.find(pending.folder);
  if (folder != folders.end()) pending.done(folder->second, answer);
  return true;
}

void FileDesk::drop(std::uint32_t id, const std::function<void(Folder&)>& last) {
  const auto folder = folders.find(id);
  if (folder == folders.end()) return;
  // Whoever waits for the shell hears that it is over: a peer gets an answer, too.
  std::vector<Ticket> open;
  for (const auto& [ticket, pending] : pending_) {
    if (pending.folder == id) open.push_back(Ticket{ticket});
  }
  for (const auto ticket : open) answer(ticket, FileError{Errc::cancelled});
  std::erase_if(pending_, [&](const auto& entry) { return entry.second.folder == id; });
  for (const auto& [path, reading] : folder->second.reading) reading_bytes -= reading->asked;
  for (const auto& [item, fetch] : folder->second.fetches) {
    if (fetch->touched) core.out_.request(DiscardTemp{id, fetch->serial});
  }
  last(folder->second);
  folders.erase(folder);
}

Folder* FileDesk::folder_of(const CategoryId& category) {
  for (auto& [id, folder] : folders) {
    if (folder.category == category) return &folder;
  }
  return nullptr;
}

void FileDesk::change(Folder& folder, const std::string& path, LocalChange change) {
  const auto [at, fresh] = folder.changed.try_emplace(path, change);
  // Between two that differ bytes may have been written: the last stat alone does not tell.
  if (at->second.stat != change.stat) change.stat.reset();
  at->second = change;
  if (fresh && folder.changed.size() > limits::kFilesQueued) {
    // Its turn comes with another scan, when these are done.
    folder.changed.erase(at);
    folder.overflowed = true;
    return;
  }
  if (fresh) folder.order.push_back(path);
}

void FileDesk::change_later(Folder& folder, const std::string& path, LocalChange change) {
  if (folder.changed.contains(path)) return;  // it is queued already, with newer news
  folder.later.emplace(retry_at(core.now_.mono, change.attempts).ms, path);
  ++change.attempts;
  folder.changed.emplace(path, change);
}

void FileDesk::wake_later(Folder& folder) {
  while (!folder.later.empty() && folder.later.begin()->first <= core.now_.mono.ms) {
    const auto path = std::move(folder.later.begin()->second);
    folder.later.erase(folder.later.begin());
    if (folder.changed.contains(path)) folder.order.push_back(path);
  }
}

void FileDesk::forget(Folder& folder, const ItemId& item) {
  folder.book.erase(item);
  retry_collisions(folder);
}

void FileDesk::retry_collisions(Folder& folder) {
  for (const auto& path : std::exchange(folder.collisions, {})) compare(folder, path);
}

void FileDesk::leave_alone(Folder& folder, const std::string& path, const char* why) {
  if (std::string_view(why) == kNameCollision) folder.collisions.insert(path);
  if (folder.left_alone.size() >= limits::kLeftAlone) return;
  const auto [at, fresh] = folder.left_alone.insert_or_assign(path, why);
  if (fresh) core.out_.emit(Noticed{why, shown(path)});
}

}  // namespace troth::device
