// Target: read_manifest (spec 10 §2); what is read re-encodes, and its lists add up
#include "files/manifest.hpp"
#include "fuzz/fuzz.hpp"

namespace files = troth::files;

void fuzz(troth::ByteView in) {
  const auto read = files::read_manifest(in);
  if (!read) return;
  FUZZ_REQUIRE(troth::equal(troth::wire::encode(read->manifest), in));
  const auto& file = read->manifest.file;
  if (!file) return;
  FUZZ_REQUIRE(file->chunks.has_value() != file->pieces.has_value());
  if (file->chunks) FUZZ_REQUIRE(read->chunks.total() == file->size);
  FUZZ_REQUIRE(read->pieces.total() <= troth::limits::kFileChunks * troth::limits::kChunkRow);
}

std::vector<troth::Bytes> fuzz_seeds() {
  files::Manifest gone;
  gone.seen = {{troth::AuthorId{{1}}, 1}};
  auto whole = gone;
  whole.file.emplace();
  whole.file->size = 150'000;
  whole.file->chunks.emplace();
  files::ChunkList::add(*whole.file->chunks, files::ChunkId{{1}}, 100'000);
  files::ChunkList::add(*whole.file->chunks, files::ChunkId{{2}}, 50'000);
  auto pieces = whole;
  pieces.file->chunks.reset();
  pieces.file->pieces.emplace();
  files::ChunkList::add(*pieces.file->pieces, files::ChunkId{{3}}, 72);
  return {troth::wire::encode(gone), troth::wire::encode(whole), troth::wire::encode(pieces)};
}
