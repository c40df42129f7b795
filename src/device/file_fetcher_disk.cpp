// FileFetcher, on the disk: what has come is written beside the file and put in its place in one
// move (spec 10 §6, §7).
#include <algorithm>

#include "device/file_fetcher.hpp"

namespace troth::device {

void FileFetcher::write(Folder& folder, const ItemId& item, Fetch& fetch, std::uint64_t offset,
                        Bytes data, std::size_t charged) {
  fetch.touched = true;
  const auto size = std::max<std::size_t>(data.size(), 1);  // also the empty write is waited for
  fetch.writing += size;
  WriteTemp write;
  write.temp = fetch.serial;
  write.offset = offset;
  write.data = std::move(data);
  ask(folder, item, fetch, std::move(write),
      [this, item, size, charged](Folder& in, Fetch& of, const Answer& answer) {
        of.writing -= size;
        discharge(of, charged);
        if (!std::holds_alternative<FileDone>(answer))
          return failed(in, item, of, error_of(answer));
        pump(in, item, of);
      });
}

void FileFetcher::complete(Folder& folder, const ItemId& item, Fetch& fetch) {
  if (!fetch.touched) return write(folder, item, fetch, 0, {}, 0);  // an empty file
  if (fetch.whole.finish() != fetch.manifest.file->content)
    return give_up(folder, item, "bad_file");
  place(folder, item, fetch);
}

bool FileFetcher::meets_another(const Folder& folder, const Fetch& fetch) const {
  return std::any_of(folder.fetches.begin(), folder.fetches.end(), [&](const auto& other) {
    return other.second->finishing && other.second->path != fetch.path &&
           other.second->folded == fetch.folded;
  });
}

// What is there is replaced only by a version that knew it; else it is kept beside (spec 10 §7).
void FileFetcher::place(Folder& folder, const ItemId& item, Fetch& fetch) {
  const auto* known = folder.book.find(item);
  // Both may have been on their way when nobody could know.
  if (known == nullptr && (folder.book.collides(item, fetch.path) || meets_another(folder, fetch)))
    return give_up(folder, item, kNameCollision);
  fetch.finishing = true;
  folder.busy.insert(fetch.path);
  if (known == nullptr) return finish(folder, item, fetch, {});
  const auto mine = folder.book.version(item);
  if (!desk_.core.good(mine)) return;
  if (files::covers(fetch.manifest.seen, mine->manifest.seen))
    return finish(folder, item, fetch, known->stat);
  set_aside(folder, item, fetch, *mine);
}

void FileFetcher::set_aside(Folder& folder, const ItemId& item, Fetch& fetch,
                            const KnownVersion& mine) {
  constexpr std::size_t kNames = 100;
  const auto* known = folder.book.find(item);
  const auto& file = *mine.manifest.file;
  const auto to = files::conflict_path(fetch.path, items_.device_name(file.editor), file.mtime_ns,
                                       ++fetch.asides);
  if (!to || fetch.asides > kNames) {
    folder.busy.erase(fetch.path);
    return give_up(folder, item, "cannot_write");
  }
  const auto* beside = folder.book.find(files::item_of(folder.category, *to));
  if (beside != nullptr && beside->content == known->content)
    return finish(folder, item, fetch, known->stat);  // another device kept it already
  if (beside != nullptr) return set_aside(folder, item, fetch, mine);
  MoveFile move;
  move.from = fetch.path;
  move.to = *to;
  ask(folder, item, fetch, std::move(move),
      [this, item, mine, to = *to](Folder& in, Fetch& of, const Answer& answer) {
        const bool moved = std::holds_alternative<FileDone>(answer);
        const auto code = error_of(answer);
        const bool taken = code == Errc::exists || code == Errc::file_changed;
        if (!moved && taken) return set_aside(in, item, of, mine);
        if (!moved && code != Errc::not_found) return failed(in, item, of, code);
        in.book.erase(item);
        if (moved) desk_.change(in, to);
        finish(in, item, of, {});
      });
}

void FileFetcher::finish(Folder& folder, const ItemId& item, Fetch& fetch,
                         std::optional<FileStat> expected) {
  FinishFile finish;
  finish.temp = fetch.serial;
  finish.path = fetch.path;
  finish.mtime_ns = fetch.manifest.file->mtime_ns;
  finish.executable = fetch.manifest.file->executable;
  finish.expected = expected;
  ask(folder, item, fetch, std::move(finish),
      [this, item](Folder& in, Fetch& of, const Answer& answer) {
        const auto* done = std::get_if<FileDone>(&answer);
        if (done == nullptr) return failed(in, item, of, error_of(answer));
        finished(in, item, of, done->stat);
      });
}

void FileFetcher::finished(Folder& folder, const ItemId& item, Fetch& fetch, const FileStat& stat) {
  const auto& rows = fetch.manifest.file->pieces ? fetch.rows : *fetch.manifest.file->chunks;
  folder.book.put(item, fetch.path, stat, fetch.body, fetch.manifest, rows);
  folder.book.mark(item, folder.scan);
  folder.busy.erase(fetch.path);
  folder.left_alone.erase(fetch.path);
  ++folder.files_done;
  folder.progressed = true;
  folder.todo.insert(item);  // it may have changed meanwhile
  discharge(fetch, fetch.charged);
  folder.wanted.erase(item);
  folder.fetches.erase(item);
}

void FileFetcher::failed(Folder& folder, const ItemId& item, Fetch& fetch, Errc code) {
  const auto path = fetch.path;
  folder.busy.erase(path);
  desk_.retry_collisions(folder);
  // Somebody edited it here: that edit is read first, and is a version like any other.
  if (code == Errc::file_changed) desk_.change(folder, path);
  if (code == Errc::special_file) return give_up(folder, item, "special_file");
  if (code == Errc::not_permitted) return give_up(folder, item, "ignored_here");
  constexpr std::uint32_t kFailures = 6;
  if (code != Errc::disk_full && ++folder.wanted[item].failures > kFailures)
    return give_up(folder, item, "cannot_write");
  put_off(folder, item);
  folder.todo.insert(item);  // what is wanted may have changed meanwhile
  if (code != Errc::disk_full) return;
  // All of it would come again, only to find the disk as full as it was.
  desk_.core.out_.emit(Noticed{"disk_full", folder.path});
  folder.wanted[item].not_before = MonoMs{desk_.core.now_.mono.ms + limits::kDiskFullMs};
}

}  // namespace troth::device
