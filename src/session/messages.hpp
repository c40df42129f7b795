// What two devices of a circle say to each other inside a channel (spec 09 §2). The first byte of a
// message is its type; the rest is the CBOR of the struct.
#pragma once

#include "circle/entry.hpp"
#include "sync/vector.hpp"
#include "wire/wire.hpp"

namespace troth::session {

enum class MessageType : std::uint8_t {
  hello = 1,
  heads = 2,
  want_entries = 3,
  entries = 4,
  vectors = 5,
  resync = 6,
  batch = 7,
  want_chunks = 8,
  chunk = 9,
  no_chunk = 10,
  removed = 11,
  files_left = 12,
};

// One digest over heads and the vectors of all shared categories: equal means done.
struct Hello {
  std::uint8_t version = 1;
  std::vector<EntryId> heads;
  Hash digest;
  WallMs clock;
  std::optional<std::string> listen;  // where this device can be dialled; a hint only
  using Fields = wire::FieldList<wire::Field<1, &Hello::version>,
                                 wire::Field<2, &Hello::heads, limits::kParents>,
                                 wire::Field<3, &Hello::digest>, wire::Field<4, &Hello::clock>,
                                 wire::Field<5, &Hello::listen, limits::kAddressBytes>>;
};
struct Heads {
  std::vector<EntryId> heads;
  using Fields = wire::FieldList<wire::Field<1, &Heads::heads, limits::kParents>>;
};
struct WantEntries {
  std::vector<EntryId> have;
  using Fields = wire::FieldList<wire::Field<1, &WantEntries::have, limits::kParents>>;
};
struct Entries {
  std::vector<circle::Entry> entries;  // parents first
  bool last = false;
  using Fields = wire::FieldList<wire::Field<1, &Entries::entries, limits::kEntriesPerMessage>,
                                 wire::Field<2, &Entries::last>>;
};
// What the sender holds durably, of the categories that changed; none when only the digest is news:
// the sender found that both hold the same in every shared category.
// settled: how many batches of this session are behind these vectors, whatever became of them.
struct Vectors {
  std::vector<sync::WireVector> vectors;
  Hash digest;
  std::uint64_t settled = 0;
  using Fields =
      wire::FieldList<wire::Field<1, &Vectors::vectors, limits::kCategories>,
                      wire::Field<2, &Vectors::digest>, wire::Field<3, &Vectors::settled>>;
};
// A gap: send again from here.
struct Resync {
  sync::WireVector vector;
  using Fields = wire::FieldList<wire::Field<1, &Resync::vector>>;
};
// after: to a device whose consent counts from now on, what it holds of the author before (spec 07
// §11).
struct BatchMessage {
  CategoryId category;
  Bytes sealed;
  std::optional<std::uint64_t> after{};
  using Fields = wire::FieldList<wire::Field<1, &BatchMessage::category>,
                                 wire::Field<2, &BatchMessage::sealed, limits::kBatchBytes>,
                                 wire::Field<3, &BatchMessage::after>>;
};
// A chunk of a file in an item that the receiver of the request shares with the asker.
struct ChunkRef {
  CategoryId category;
  ItemId item;
  Hash chunk;
  friend auto operator<=>(const ChunkRef&, const ChunkRef&) = default;
  using Fields = wire::FieldList<wire::Field<1, &ChunkRef::category>,
                                 wire::Field<2, &ChunkRef::item>, wire::Field<3, &ChunkRef::chunk>>;
};
struct WantChunks {
  std::vector<ChunkRef> chunks;
  using Fields = wire::FieldList<wire::Field<1, &WantChunks::chunks, limits::kChunksPerWant>>;
};
struct Chunk {
  ChunkRef ref;
  Bytes sealed;
  using Fields = wire::FieldList<wire::Field<1, &Chunk::ref>,
                                 wire::Field<2, &Chunk::sealed, limits::kSealedChunk>>;
};
struct NoChunk {
  ChunkRef ref;
  using Fields = wire::FieldList<wire::Field<1, &NoChunk::ref>>;
};
// Files that the sender has not got in place, in the folders that it keeps equal. A category without
// any is not named; one with none is named while its folder is not known yet.
struct CategoryLeft {
  CategoryId category;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  friend bool operator==(const CategoryLeft&, const CategoryLeft&) = default;
  using Fields = wire::FieldList<wire::Field<1, &CategoryLeft::category>,
                                 wire::Field<2, &CategoryLeft::files>,
                                 wire::Field<3, &CategoryLeft::bytes>>;
};
struct FilesLeft {
  std::vector<CategoryLeft> left;  // ascending by category
  using Fields = wire::FieldList<wire::Field<1, &FilesLeft::left, limits::kFolders>>;
};
// To a device that was removed: its removal, and nothing else (rule 14).
struct Removed {
  circle::Entry entry;
  using Fields = wire::FieldList<wire::Field<1, &Removed::entry>>;
};

template <class T>
[[nodiscard]] Bytes pack(MessageType type, const T& message) {
  Bytes out{static_cast<std::uint8_t>(type)};
  append(out, wire::encode(message));
  return out;
}

}  // namespace troth::session
