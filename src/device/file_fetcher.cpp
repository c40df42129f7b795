#include "device/file_fetcher.hpp"

#include <algorithm>

#include "crypto/labels.hpp"
#include "device/peers.hpp"

namespace troth::device {

template <class Kind, class Then>
void FileFetcher::ask(Folder& folder, const ItemId& item, const Fetch& fetch, Kind effect,
                      Then then) {
  desk_.ask(folder, std::move(effect),
            [item, serial = fetch.serial, then](Folder& in, const Answer& answer) {
              const auto found = in.fetches.find(item);
              if (found == in.fetches.end() || found->second->serial != serial) return;
              then(in, *found->second, answer);
            });
}

void FileFetcher::charge(Fetch& fetch, std::size_t bytes) {
  fetch.charged += bytes;
  bytes_ += bytes;
}

void FileFetcher::discharge(Fetch& fetch, std::size_t bytes) {
  fetch.charged -= bytes;
  bytes_ -= bytes;
}

// ---- what is wanted

void FileFetcher::want(Folder& folder, const ItemId& item, std::uint64_t size) {
  cancel(folder, item);
  const auto [at, fresh] = folder.wanted.try_emplace(item);
  // What failed before keeps its turn: a path that cannot be written is not fetched in a circle.
  folder.files_total += fresh ? 1 : 0;
  folder.bytes_total += size - at->second.size;
  at->second.size = size;
}

void FileFetcher::unwant(Folder& folder, const ItemId& item) {
  cancel(folder, item);
  const auto found = folder.wanted.find(item);
  if (found == folder.wanted.end() || folder.fetches.contains(item)) return;
  --folder.files_total;
  folder.bytes_total -= found->second.size;
  folder.wanted.erase(found);
}

void FileFetcher::cancel(Folder& folder, const ItemId& item) {
  const auto found = folder.fetches.find(item);
  // What is being moved into place is looked at again when that is done.
  if (found == folder.fetches.end() || found->second->finishing) return;
  auto& fetch = *found->second;
  if (fetch.touched) desk_.core.out_.request(DiscardTemp{folder.id, fetch.serial});
  discharge(fetch, fetch.charged);
  folder.fetches.erase(found);
}

void FileFetcher::release(Folder& folder) {
  for (auto& [item, fetch] : folder.fetches) discharge(*fetch, fetch->charged);
}

void FileFetcher::put_off(Folder& folder, const ItemId& item) {
  const auto found = folder.fetches.find(item);
  if (found != folder.fetches.end()) found->second->finishing = false;
  cancel(folder, item);
  auto& wanted = folder.wanted[item];
  wanted.not_before = retry_at(desk_.core.now_.mono, wanted.attempts++);
}

void FileFetcher::give_up(Folder& folder, const ItemId& item, const char* why) {
  const auto found = folder.fetches.find(item);
  if (found == folder.fetches.end()) return;
  found->second->finishing = false;
  desk_.leave_alone(folder, found->second->path, why);
  unwant(folder, item);
}

void FileFetcher::run(Folder& folder) {
  const auto now = desk_.core.now_.mono;
  std::vector<ItemId> due;
  for (const auto& [item, wanted] : folder.wanted) {
    if (folder.fetches.size() + due.size() >= limits::kFetches) break;
    if (wanted.not_before <= now && !folder.fetches.contains(item)) due.push_back(item);
  }
  for (const auto& item : due) begin(folder, item);
  std::vector<ItemId> nowhere;
  for (auto& [item, fetch] : folder.fetches) {
    // What the budget had no room for when it was its turn.
    if (!fetch->finishing) ask_local(folder, item, *fetch);
    if (fetch->window->waits() && now.ms >= fetch->moved_at.ms + limits::kFileStallMs) {
      fetch->moved_at = now;
      discharge(*fetch, fetch->window->stalled(desk_.core.self_));
    }
    if (is_stuck(folder, *fetch)) nowhere.push_back(item);
  }
  for (const auto& item : nowhere) put_off(folder, item);
}

// Nothing is under way and nobody who is here will bring the rest.
bool FileFetcher::is_stuck(const Folder& folder, const Fetch& fetch) const {
  return !fetch.finishing && fetch.writing == 0 && !fetch.window->waits() &&
         !fetch.window->done() && nobody_has(folder, fetch);
}

std::optional<MonoMs> FileFetcher::deadline(const Folder& folder) const {
  std::optional<MonoMs> at;
  const auto earlier = [&](MonoMs candidate) {
    if (!at || candidate < *at) at = candidate;
  };
  if (folder.fetches.size() < limits::kFetches) {
    for (const auto& [item, wanted] : folder.wanted) {
      if (!folder.fetches.contains(item)) earlier(wanted.not_before);
    }
  }
  for (const auto& [item, fetch] : folder.fetches) {
    if (fetch->window->waits()) earlier(MonoMs{fetch->moved_at.ms + limits::kFileStallMs});
  }
  return at;
}

// ---- chunks

void FileFetcher::begin(Folder& folder, const ItemId& item) {
  auto now = items_.current(folder.category, item);
  if (!now || !now->is_file() || !now->alive) {
    folder.todo.insert(item);  // deleted meanwhile, perhaps while it was moved into place
    return unwant(folder, item);
  }
  if (folder.is_busy(now->path)) {
    folder.wanted[item].not_before = retry_at(desk_.core.now_.mono, 0);
    return;
  }
  const auto suite = keyring::readable_suite(now->read.manifest.file->suite);
  if (!suite) return unwant(folder, item);
  auto made = std::make_unique<Fetch>(desk_.core.next_ticket(), now->path, std::move(now->body),
                                      std::move(now->read), *suite);
  auto& fetch = *folder.fetches.emplace(item, std::move(made)).first->second;
  fetch.whole.update(as_bytes(crypto::labels::kContent));
  fetch.moved_at = desk_.core.now_.mono;
  use_local(folder, item, fetch);
  pump(folder, item, fetch);
}

// Chunks of the version on disk need not come over the wire, as long as both have one key.
void FileFetcher::use_local(Folder& folder, const ItemId& item, Fetch& fetch) {
  const auto* known = folder.book.find(item);
  if (known == nullptr) return;
  const auto mine = folder.book.version(item);
  if (!desk_.core.good(mine) || mine->manifest.file->key != fetch.manifest.file->key) return;
  std::uint64_t offset = 0;
  for (std::size_t i = 0; i < mine->chunks.size(); ++i) {
    const auto row = mine->chunks.at(i);
    fetch.local.emplace(row.id, offset);
    offset += row.length;
  }
  fetch.local_stat = known->stat;
}

void FileFetcher::next_wants(Folder& folder, const DeviceId& peer, std::size_t at_most,
                             std::vector<session::ChunkRef>& out) {
  for (auto& [item, held] : folder.fetches) {
    auto& fetch = *held;  // clang 14: no lambda may name a structured binding
    if (fetch.finishing) continue;
    const bool local = !fetch.listing && !fetch.window->lacks(desk_.core.self_);
    while (out.size() < at_most && room()) {
      const auto row = fetch.window->ask(
          peer, [&](const files::ChunkId& id) { return !local || !fetch.local.contains(id); });
      if (!row) break;
      charge(fetch, row->length);
      fetch.moved_at = desk_.core.now_.mono;
      out.push_back({folder.category, item, row->id});
    }
    if (out.size() >= at_most || !room()) return;
  }
}

void FileFetcher::take(Folder& folder, const DeviceId& from, const session::ChunkRef& ref,
                       ByteView sealed) {
  const auto found = folder.fetches.find(ref.item);
  if (found == folder.fetches.end()) return;
  auto& fetch = *found->second;
  auto plain = fetch.key.open(ref.chunk, sealed);
  if (!plain || !fetch.window->fits(ref.chunk, plain->size())) {
    // Nobody who means well sends this: it is counted, and the chunk comes from somebody else.
    const auto code = plain ? Errc::bad_value : plain.error().code;
    desk_.core.audit(audit::FactKind::quarantined, from.view(), static_cast<std::uint64_t>(code));
    return refused(folder, from, ref);
  }
  const auto size = plain->size();
  if (!fetch.window->take(ref.chunk, std::move(*plain))) return;
  fetch.moved_at = desk_.core.now_.mono;
  folder.bytes_done += fetch.listing ? 0 : size;
  folder.progressed = true;
  pump(folder, ref.item, fetch);
}

bool FileFetcher::nobody_has(const Folder& folder, const Fetch& fetch) const {
  auto peers = peers_.connected_with(folder.category);
  std::erase_if(peers, [&](const DeviceId& peer) {  // nothing is asked of these
    return !peers_.may_receive(peer, folder.category);
  });
  return !peers.empty() && std::all_of(peers.begin(), peers.end(), [&](const DeviceId& peer) {
    return fetch.window->lacks(peer);
  });
}

void FileFetcher::refused(Folder& folder, const DeviceId& from, const session::ChunkRef& ref) {
  const auto found = folder.fetches.find(ref.item);
  if (found == folder.fetches.end() || found->second->finishing) return;
  auto& fetch = *found->second;
  discharge(fetch, fetch.window->refused(from, ref.chunk));
  if (is_stuck(folder, fetch)) put_off(folder, ref.item);
}

void FileFetcher::peer_gone(Folder& folder, const DeviceId& peer) {
  for (auto& [item, fetch] : folder.fetches) discharge(*fetch, fetch->window->gone(peer));
}

void FileFetcher::ask_local(Folder& folder, const ItemId& item, Fetch& fetch) {
  const auto self = desk_.core.self_;
  const auto may = [&](const files::ChunkId& id) { return fetch.local.contains(id); };
  while (!fetch.listing && room()) {
    const auto row = fetch.window->ask(self, may);
    if (!row) return;
    charge(fetch, row->length);
    ReadFile read;
    read.path = fetch.path;
    read.offset = fetch.local.at(row->id);
    read.length = row->length;
    ask(folder, item, fetch, std::move(read),
        [this, item, id = row->id, self](Folder& in, Fetch& of, const Answer& answer) {
          const auto* data = std::get_if<FileData>(&answer);
          const bool good = data != nullptr && of.key.id(data->bytes) == id;
          if (good) {
            (void)of.window->take(id, to_bytes(data->bytes));
            in.bytes_done += data->bytes.size();
          } else {
            discharge(of, of.window->refused(self, id));
          }
          pump(in, item, of);
        });
  }
}

void FileFetcher::pump(Folder& folder, const ItemId& item, Fetch& fetch) {
  for (;;) {
    while (fetch.writing < limits::kWindowBytes) {
      auto piece = fetch.window->pop();
      if (!piece) break;
      if (fetch.listing) {
        append(fetch.rows, piece->data);
        discharge(fetch, piece->charged);
        continue;
      }
      if (piece->charged == 0) charge(fetch, piece->length);  // a repetition
      fetch.whole.update(piece->data);
      write(folder, item, fetch, piece->offset, std::move(piece->data), piece->length);
    }
    if (!fetch.listing || !fetch.window->done()) break;
    if (!list_complete(folder, item, fetch)) return;
  }
  ask_local(folder, item, fetch);
  if (fetch.window->done() && fetch.writing == 0 && !fetch.finishing) complete(folder, item, fetch);
}

bool FileFetcher::list_complete(Folder& folder, const ItemId& item, Fetch& fetch) {
  auto list = files::ChunkList::parse(fetch.rows, fetch.manifest.file->size);
  if (!list) {
    give_up(folder, item, "bad_file");
    return false;
  }
  fetch.listing = false;
  fetch.window.emplace(std::move(*list));
  return true;
}

// ---- the disk

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

bool FileFetcher::meets_busy(const Folder& folder, const std::string& path) const {
  return std::any_of(folder.busy.begin(), folder.busy.end(), [&](const std::string& other) {
    return other != path && FileBook::same_fold(other, path);
  });
}

// What is there is replaced only by a version that knew it; else it is kept beside (spec 10 §7).
void FileFetcher::place(Folder& folder, const ItemId& item, Fetch& fetch) {
  const auto* known = folder.book.find(item);
  // Both may have been on their way when nobody could know.
  if (known == nullptr &&
      (folder.book.collides(item, fetch.path) || meets_busy(folder, fetch.path)))
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
