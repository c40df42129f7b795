// Manifests (spec 10 §2, §5): what an item says about one version of a file, and which versions it
// has seen. What decodes here is consistent: lengths add up, bounds hold, lists are one or the
// other.
#pragma once

#include <optional>

#include "files/file_key.hpp"
#include "wire/codec.hpp"

namespace troth::files {

inline constexpr std::string_view kPathField = "path";
inline constexpr std::string_view kManifestField = "manifest";

// Which edits of which authors a version is built on: a version vector of one file.
struct SeenEdit {
  AuthorId author;
  std::uint64_t counter = 0;
  friend bool operator==(const SeenEdit&, const SeenEdit&) = default;
  using Fields =
      wire::FieldList<wire::Field<1, &SeenEdit::author>, wire::Field<2, &SeenEdit::counter>>;
};
using Seen = std::vector<SeenEdit>;  // ascending by author, counters above zero
[[nodiscard]] std::uint64_t counter_of(const Seen& seen, const AuthorId& author);
[[nodiscard]] bool covers(const Seen& a, const Seen& b);  // a has seen all that b has
[[nodiscard]] Seen merged(const Seen& a, const Seen& b);
// Sets one author's counter. A 65th author drops the smallest other one: that can make a conflict
// copy too many, never one too few.
void set_counter(Seen& seen, const AuthorId& author, std::uint64_t counter);

struct ChunkRow {
  ChunkId id;
  std::uint32_t length = 0;
};
// Rows of 36 bytes: id, be32 length. Checked when made: every chunk but the last has 32 to 512 KiB.
class ChunkList {
 public:
  ChunkList() = default;
  [[nodiscard]] static Result<ChunkList> parse(Bytes rows, std::uint64_t total);
  // The pieces that a long list is stored in: all but the last are kListPiece long.
  [[nodiscard]] static Result<ChunkList> parse_pieces(Bytes rows);
  static void add(Bytes& rows, const ChunkId& id, std::size_t length);

  [[nodiscard]] std::size_t size() const { return rows_.size() / limits::kChunkRow; }
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  [[nodiscard]] ChunkRow at(std::size_t index) const;
  [[nodiscard]] std::uint64_t total() const { return total_; }
  [[nodiscard]] const Bytes& rows() const { return rows_; }

 private:
  Bytes rows_;
  std::uint64_t total_ = 0;
};

using KeyEpoch = std::array<std::uint8_t, 16>;  // prefix of the commitment (rule 16); zero: none

struct FileVersion {
  std::uint64_t size = 0;
  std::uint64_t mtime_ns = 0;
  bool executable = false;
  DeviceId editor;
  KeyBytes key{};
  KeyEpoch epoch{};
  std::uint8_t suite = 1;
  Hash content;
  std::optional<Bytes> chunks;  // exactly one of the two
  std::optional<Bytes> pieces;
  using Fields = wire::FieldList<
      wire::Field<1, &FileVersion::size>, wire::Field<2, &FileVersion::mtime_ns>,
      wire::Field<3, &FileVersion::executable>, wire::Field<4, &FileVersion::editor>,
      wire::Field<5, &FileVersion::key>, wire::Field<6, &FileVersion::epoch>,
      wire::Field<7, &FileVersion::suite>, wire::Field<8, &FileVersion::content>,
      wire::Field<9, &FileVersion::chunks, limits::kListInline>,
      wire::Field<10, &FileVersion::pieces, limits::kListPieces * limits::kChunkRow>>;
};
struct Manifest {
  std::uint8_t version = 1;
  Seen seen;
  std::optional<FileVersion> file;  // absent: the file was deleted
  using Fields = wire::FieldList<wire::Field<1, &Manifest::version>,
                                 wire::Field<2, &Manifest::seen, limits::kFileAuthors>,
                                 wire::Field<3, &Manifest::file>>;
};

// A manifest that came from outside. lists: what its file names, either the chunks or the pieces.
struct CheckedManifest {
  Manifest manifest;
  ChunkList chunks;
  ChunkList pieces;
};
[[nodiscard]] Result<CheckedManifest> read_manifest(ByteView body);

using Tag = Id<struct ManifestTag, 16>;  // names a manifest by its bytes
[[nodiscard]] Tag tag_of(ByteView body);

// Puts the whole list of a new version into its manifest: inline, or as pieces that are chunks like
// any other. limit: more chunks than a file may have.
[[nodiscard]] Result<> place_list(FileVersion& file, const FileKey& key, const Bytes& rows);

}  // namespace troth::files
