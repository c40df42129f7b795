#include "device/file_server.hpp"

#include "device/peers.hpp"

namespace troth::device {

void FileServer::asked(const DeviceId& peer, const session::ChunkRef& ref) {
  asking_[peer].refs.push_back(ref);  // at most kChunksAsked a session
}

bool FileServer::waiting() const {
  for (const auto& [peer, asking] : asking_) {
    if (!asking.refs.empty() && asking.reading == 0) return true;
  }
  return false;
}

void FileServer::run() {
  for (auto& [peer, asking] : asking_) {
    while (!asking.refs.empty() &&
           asking.reading + peers_.chunk_backlog(peer) < limits::kServeBytes) {
      const auto ref = asking.refs.front();
      asking.refs.pop_front();
      answer(peer, ref);
    }
  }
  std::erase_if(asking_, [](const auto& entry) {
    return entry.second.refs.empty() && entry.second.reading == 0;
  });
}

void FileServer::answer(const DeviceId& peer, const session::ChunkRef& ref) {
  auto* folder = desk_.folder_of(ref.category);
  if (folder == nullptr || !open(*folder, ref.item))
    return peers_.give_chunk(peer, ref, fail(Errc::not_found));
  if (const auto place = find(ref.chunk)) return read(*folder, peer, ref, *place);
  const auto piece = list_piece(ref.chunk);
  if (!piece) return peers_.give_chunk(peer, ref, fail(Errc::not_found));
  peers_.give_chunk(peer, ref, open_->key.seal(ref.chunk, *piece));
}

bool FileServer::open(Folder& folder, const ItemId& item) {
  const auto* known = folder.book.find(item);
  if (known == nullptr) return false;
  if (open_ && open_->item == item && open_->tag == known->tag) return true;
  auto version = folder.book.version(item);
  if (!desk_.core.good(version)) return false;
  const auto& file = *version->manifest.file;
  const auto suite = keyring::readable_suite(file.suite);
  if (!suite) return false;
  files::FileKey key(file.key, *suite);
  open_.emplace(OpenFile{item, known->tag, std::move(key), std::move(*version), 0, 0});
  return true;
}

// Peers ask in the order of the file, so the search goes on from where the last one ended.
std::optional<FileServer::Place> FileServer::find(const files::ChunkId& id) {
  const auto& chunks = open_->version.chunks;
  for (std::size_t looked = 0; looked < chunks.size(); ++looked) {
    if (open_->next == chunks.size()) open_->next = open_->offset = 0;
    const auto row = chunks.at(open_->next);
    const Place place{open_->offset, row.length};
    ++open_->next;
    open_->offset += row.length;
    if (row.id == id) return place;
  }
  return std::nullopt;
}

std::optional<Bytes> FileServer::list_piece(const files::ChunkId& id) {
  const auto& file = *open_->version.manifest.file;
  if (!file.pieces || open_->version.chunks.empty()) return std::nullopt;
  const auto pieces = files::ChunkList::parse_pieces(*file.pieces);
  if (!pieces) return std::nullopt;
  const ByteView rows = open_->version.chunks.rows();
  std::size_t offset = 0;
  for (std::size_t i = 0; i < pieces->size(); ++i) {
    const auto row = pieces->at(i);
    if (row.id == id && offset + row.length <= rows.size())
      return to_bytes(rows.subspan(offset, row.length));
    offset += row.length;
  }
  return std::nullopt;
}

void FileServer::read(Folder& folder, const DeviceId& peer, const session::ChunkRef& ref,
                      const Place& place) {
  asking_[peer].reading += place.length;
  ReadFile read;
  read.path = folder.book.find(ref.item)->path;
  read.offset = place.offset;
  read.length = place.length;
  const auto path = read.path;
  desk_.ask(folder, std::move(read),
            [this, peer, ref, path, place](Folder& in, const Answer& given) {
              if (const auto at = asking_.find(peer); at != asking_.end())
                at->second.reading -= std::min<std::size_t>(at->second.reading, place.length);
              const auto* data = std::get_if<FileData>(&given);
              const bool same =
                  data != nullptr && open(in, ref.item) && open_->key.id(data->bytes) == ref.chunk;
              if (same)
                return peers_.give_chunk(peer, ref, open_->key.seal(ref.chunk, data->bytes));
              // The file is not what was published: it is read again, and that version is told.
              peers_.give_chunk(peer, ref, fail(Errc::file_changed));
              desk_.change(in, path);
            });
}

}  // namespace troth::device
