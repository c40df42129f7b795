#include "files/manifest.hpp"

#include <algorithm>

#include "crypto/hash.hpp"
#include "crypto/labels.hpp"

namespace troth::files {

// ---- seen

std::uint64_t counter_of(const Seen& seen, const AuthorId& author) {
  for (const auto& edit : seen) {
    if (edit.author == author) return edit.counter;
  }
  return 0;
}

bool covers(const Seen& a, const Seen& b) {
  return std::all_of(b.begin(), b.end(), [&](const SeenEdit& edit) {
    return counter_of(a, edit.author) >= edit.counter;
  });
}

void set_counter(Seen& seen, const AuthorId& author, std::uint64_t counter) {
  auto at = std::find_if(seen.begin(), seen.end(),
                         [&](const SeenEdit& edit) { return !(edit.author < author); });
  if (at != seen.end() && at->author == author) {
    at->counter = counter;
    return;
  }
  seen.insert(at, {author, counter});
  if (seen.size() <= limits::kFileAuthors) return;
  auto least = seen.end();
  for (auto it = seen.begin(); it != seen.end(); ++it) {
    if (it->author == author) continue;
    if (least == seen.end() || it->counter < least->counter) least = it;
  }
  seen.erase(least);
}

Seen merged(const Seen& a, const Seen& b) {
  Seen out = a;
  for (const auto& edit : b) {
    if (edit.counter > counter_of(out, edit.author)) set_counter(out, edit.author, edit.counter);
  }
  return out;
}

// ---- chunk lists

void ChunkList::add(Bytes& rows, const ChunkId& id, std::size_t length) {
  append(rows, id.view());
  append_be32(rows, static_cast<std::uint32_t>(length));
}

ChunkRow ChunkList::at(std::size_t index) const {
  const auto row = ByteView(rows_).subspan(index * limits::kChunkRow, limits::kChunkRow);
  ChunkRow out;
  std::copy_n(row.begin(), ChunkId::kSize, out.id.bytes.begin());
  out.length = static_cast<std::uint32_t>(read_be(row.subspan(ChunkId::kSize)));
  return out;
}

Result<ChunkList> ChunkList::parse(Bytes rows, std::uint64_t total) {
  if (rows.size() % limits::kChunkRow != 0) return fail(Errc::bad_value);
  if (rows.size() > limits::kFileChunks * limits::kChunkRow) return fail(Errc::too_long);
  ChunkList out;
  out.rows_ = std::move(rows);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto length = out.at(i).length;
    const std::size_t least = i + 1 == out.size() ? 1 : limits::kChunkMin;
    if (length < least || length > limits::kChunkMax) return fail(Errc::bad_value);
    out.total_ += length;
  }
  if (out.total_ != total) return fail(Errc::bad_value);
  return out;
}

Result<ChunkList> ChunkList::parse_pieces(Bytes rows) {
  if (rows.empty() || rows.size() % limits::kChunkRow != 0) return fail(Errc::bad_value);
  if (rows.size() > limits::kListPieces * limits::kChunkRow) return fail(Errc::too_long);
  ChunkList out;
  out.rows_ = std::move(rows);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto length = out.at(i).length;
    const bool last = i + 1 == out.size();
    if (length == 0 || length % limits::kChunkRow != 0) return fail(Errc::bad_value);
    if (last ? length > limits::kListPiece : length != limits::kListPiece)
      return fail(Errc::bad_value);
    out.total_ += length;
  }
  if (out.total_ > limits::kFileChunks * limits::kChunkRow) return fail(Errc::too_long);
  return out;
}

// ---- manifests

Result<CheckedManifest> read_manifest(ByteView body) {
  CheckedManifest out;
  TROTH_TRY(out.manifest, wire::decode<Manifest>(body, limits::kValueBytes));
  const auto& seen = out.manifest.seen;
  if (out.manifest.version != 1) return fail(Errc::unknown_version);
  if (seen.empty()) return fail(Errc::bad_value);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (seen[i].counter == 0) return fail(Errc::bad_value);
    if (i > 0 && !(seen[i - 1].author < seen[i].author)) return fail(Errc::bad_value);
  }
  if (!out.manifest.file) return out;
  const auto& file = *out.manifest.file;
  TROTH_CHECK(keyring::readable_suite(file.suite));
  if (file.chunks.has_value() == file.pieces.has_value()) return fail(Errc::bad_value);
  if (file.size > limits::kFileChunks * limits::kChunkMax) return fail(Errc::too_long);
  if (file.chunks) {
    TROTH_TRY(out.chunks, ChunkList::parse(*file.chunks, file.size));
  } else {
    TROTH_TRY(out.pieces, ChunkList::parse_pieces(*file.pieces));
  }
  return out;
}

Tag tag_of(ByteView body) {
  return id_prefix<Tag>(crypto::sha256({as_bytes(crypto::labels::kManifest), body}));
}

Result<> place_list(FileVersion& file, const FileKey& key, const Bytes& rows) {
  if (rows.size() > limits::kFileChunks * limits::kChunkRow) return fail(Errc::limit);
  file.chunks.reset();
  file.pieces.reset();
  if (rows.size() <= limits::kListInline) {
    file.chunks = rows;
    return {};
  }
  file.pieces.emplace();
  for (std::size_t at = 0; at < rows.size(); at += limits::kListPiece) {
    const auto piece = ByteView(rows).subspan(at, std::min(limits::kListPiece, rows.size() - at));
    ChunkList::add(*file.pieces, key.id(piece), piece.size());
  }
  return {};
}

}  // namespace troth::files
