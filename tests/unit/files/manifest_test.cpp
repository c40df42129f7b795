#include "files/manifest.hpp"

#include "unit/files/support.hpp"

namespace troth::files {
namespace {

using namespace testing;

AuthorId author(std::uint8_t n) { return AuthorId{{n}}; }

Bytes rows_of(const std::vector<std::size_t>& lengths) {
  Bytes rows;
  for (std::size_t i = 0; i < lengths.size(); ++i)
    ChunkList::add(rows, ChunkId{{static_cast<std::uint8_t>(i), 1}}, lengths[i]);
  return rows;
}

Manifest sample(const std::vector<std::size_t>& lengths) {
  Manifest out;
  out.seen = {{author(1), 3}, {author(2), 1}};
  FileVersion file;
  for (const auto length : lengths) file.size += length;
  file.chunks = rows_of(lengths);
  out.file = file;
  return out;
}

Result<CheckedManifest> read(const Manifest& manifest) {
  return read_manifest(wire::encode(manifest));
}

TEST(Manifest, ComesBackAsItWas) {
  const auto manifest = sample({100'000, 524'288, 1});
  const auto back = read(manifest);
  ASSERT_TRUE(back);
  EXPECT_EQ(wire::encode(back->manifest), wire::encode(manifest));
  EXPECT_EQ(back->chunks.size(), 3u);
  EXPECT_EQ(back->chunks.at(1).length, 524'288u);
  EXPECT_EQ(back->chunks.total(), 624'289u);
  EXPECT_TRUE(read(sample({})));
  Manifest gone;
  gone.seen = {{author(1), 1}};
  EXPECT_TRUE(read(gone));
}

TEST(Manifest, WhatDoesNotAddUpIsRefused) {
  auto manifest = sample({100'000, 50'000});
  manifest.file->size += 1;
  EXPECT_FALSE(read(manifest));
  EXPECT_FALSE(read(sample({limits::kChunkMin - 1, 50'000})));
  EXPECT_FALSE(read(sample({limits::kChunkMax + 1})));
  EXPECT_FALSE(read(sample({50'000, 0})));
  manifest = sample({50'000});
  manifest.file->chunks->push_back(0);
  EXPECT_FALSE(read(manifest));
  manifest = sample({50'000});
  manifest.file->pieces = manifest.file->chunks;
  EXPECT_FALSE(read(manifest));
  manifest = sample({50'000});
  manifest.file->chunks.reset();
  EXPECT_FALSE(read(manifest));
  manifest = sample({50'000});
  manifest.file->suite = 99;
  EXPECT_FALSE(read(manifest));
  manifest.file->suite = 1;
  manifest.version = 2;
  EXPECT_FALSE(read(manifest));
}

TEST(Manifest, SeenIsNotEmptyAscendingAndBounded) {
  auto manifest = sample({50'000});
  manifest.seen.clear();
  EXPECT_FALSE(read(manifest));
  manifest.seen = {{author(2), 1}, {author(1), 1}};
  EXPECT_FALSE(read(manifest));
  manifest.seen = {{author(1), 1}, {author(1), 2}};
  EXPECT_FALSE(read(manifest));
  manifest.seen = {{author(1), 0}};
  EXPECT_FALSE(read(manifest));
  manifest.seen.clear();
  for (std::size_t i = 0; i <= limits::kFileAuthors; ++i)
    manifest.seen.push_back({author(static_cast<std::uint8_t>(i)), 1});
  EXPECT_FALSE(read(manifest));
  manifest.seen.pop_back();
  EXPECT_TRUE(read(manifest));
}

TEST(Manifest, ALongListStandsInPieces) {
  const auto key = file_key(1);
  FileVersion file;
  Bytes rows(limits::kListInline);
  ASSERT_TRUE(place_list(file, key, rows));
  EXPECT_TRUE(file.chunks && !file.pieces);
  rows.resize(limits::kListInline + limits::kChunkRow);
  ASSERT_TRUE(place_list(file, key, rows));
  EXPECT_TRUE(file.pieces && !file.chunks);
  rows.resize(limits::kListPiece + limits::kChunkRow);
  ASSERT_TRUE(place_list(file, key, rows));
  const auto pieces = ChunkList::parse_pieces(*file.pieces);
  ASSERT_TRUE(pieces);
  EXPECT_EQ(pieces->size(), 2u);
  EXPECT_EQ(pieces->total(), rows.size());
  rows.resize((limits::kFileChunks + 1) * limits::kChunkRow);
  EXPECT_EQ(place_list(file, key, rows).error().code, Errc::limit);
  rows.resize(limits::kFileChunks * limits::kChunkRow);
  EXPECT_TRUE(place_list(file, key, rows));
  EXPECT_TRUE(ChunkList::parse_pieces(*file.pieces));
}

// A few hundred bytes must not make a receiver hold more than a bounded list.
TEST(Manifest, PiecesThatPromiseTooMuchAreRefused) {
  EXPECT_FALSE(ChunkList::parse_pieces({}));
  EXPECT_FALSE(ChunkList::parse_pieces(rows_of({limits::kListPiece + limits::kChunkRow})));
  EXPECT_FALSE(ChunkList::parse_pieces(rows_of({36, limits::kListPiece})));
  EXPECT_FALSE(ChunkList::parse_pieces(rows_of({35})));
  EXPECT_FALSE(ChunkList::parse_pieces(
      rows_of(std::vector<std::size_t>(limits::kListPieces, limits::kListPiece))));
  EXPECT_TRUE(ChunkList::parse_pieces(rows_of({limits::kListPiece, 36})));
  auto manifest = sample({});
  manifest.file->chunks.reset();
  manifest.file->pieces = rows_of({36});
  manifest.file->size = limits::kFileChunks * limits::kChunkMax + 1;
  EXPECT_FALSE(read(manifest));
}

TEST(Seen, CoversAndMergesAsVersionVectorsDo) {
  const Seen a{{author(1), 2}, {author(2), 1}};
  const Seen b{{author(1), 1}};
  const Seen c{{author(1), 1}, {author(3), 1}};
  EXPECT_TRUE(covers(a, b));
  EXPECT_FALSE(covers(b, a));
  EXPECT_FALSE(covers(a, c));
  EXPECT_FALSE(covers(c, a));
  EXPECT_TRUE(covers(merged(a, c), a));
  EXPECT_TRUE(covers(merged(a, c), c));
  EXPECT_EQ(merged(a, c), merged(c, a));
  EXPECT_EQ(merged(a, a), a);
}

TEST(Seen, OneAuthorTooManyDropsTheSmallestOther) {
  Seen seen;
  for (std::size_t i = 0; i < limits::kFileAuthors; ++i)
    set_counter(seen, author(static_cast<std::uint8_t>(i)), 10 + i);
  set_counter(seen, author(200), 1);
  EXPECT_EQ(seen.size(), limits::kFileAuthors);
  EXPECT_EQ(counter_of(seen, author(0)), 0u);
  EXPECT_EQ(counter_of(seen, author(1)), 11u);
  EXPECT_EQ(counter_of(seen, author(200)), 1u);
}

}  // namespace
}  // namespace troth::files
