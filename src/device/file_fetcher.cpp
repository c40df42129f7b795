#include "device/file_fetcher.hpp"

#include <algorithm>

#include "crypto/labels.hpp"
#include "device/peers.hpp"

namespace troth::device {

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
    if (!fetch->finishing && !fetch->local.empty()) ask_local(folder, item, *fetch);
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

}  // namespace troth::device
