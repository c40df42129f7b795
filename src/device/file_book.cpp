#include "device/file_book.hpp"

#include "crypto/hash.hpp"

namespace troth::device {

using store::FileStore;

namespace {

struct Row {
  std::string path;
  std::uint64_t size = 0, mtime_ns = 0, inode = 0;
  bool executable = false;
  Bytes body;
  using Fields = wire::FieldList<wire::Field<1, &Row::path, limits::kPathBytes>,
                                 wire::Field<2, &Row::size>, wire::Field<3, &Row::mtime_ns>,
                                 wire::Field<4, &Row::inode>, wire::Field<5, &Row::executable>,
                                 wire::Field<6, &Row::body, limits::kValueBytes>>;
  [[nodiscard]] FileStat stat() const { return {size, mtime_ns, inode, executable}; }
};

Row row_of(const std::string& path, const FileStat& stat, Bytes body) {
  return {path, stat.size, stat.mtime_ns, stat.inode, stat.executable, std::move(body)};
}

Hash fold_hash(std::string_view path) { return crypto::sha256(as_bytes(files::fold(path))); }

}  // namespace

Result<> FileBook::load() {
  return store_.for_each(
      folder_, FileStore::Part::file, [this](const ItemId& item, ByteView value) -> Result<> {
        // What this program cannot read is read anew from the disk.
        const auto row = wire::decode<Row>(value);
        const auto read = row ? files::read_manifest(row->body)
                              : Result<files::CheckedManifest>(fail(row.error()));
        if (!read || !read->manifest.file) return {};
        keep(item,
             {row->path, row->stat(), files::tag_of(row->body), read->manifest.file->content, 0});
        return {};
      });
}

void FileBook::keep(const ItemId& item, Known known) {
  folds_.try_emplace(fold_hash(known.path), item);
  known_.insert_or_assign(item, std::move(known));
}

Known* FileBook::find(const ItemId& item) {
  const auto found = known_.find(item);
  return found == known_.end() ? nullptr : &found->second;
}

bool FileBook::collides(const ItemId& item, std::string_view path) const {
  const auto found = folds_.find(fold_hash(path));
  return found != folds_.end() && found->second != item;
}

Result<KnownVersion> FileBook::version(const ItemId& item) {
  TROTH_TRY(const auto value, store_.get(folder_, item, FileStore::Part::file));
  if (!value) return fail(Errc::not_found);
  TROTH_TRY(const auto row, wire::decode<Row>(*value));
  TROTH_TRY(auto read, files::read_manifest(row.body));
  if (!read.manifest.file) return fail(Errc::damaged);
  KnownVersion out{std::move(read.manifest), std::move(read.chunks)};
  if (read.pieces.empty()) return out;
  TROTH_TRY(auto rows, store_.get(folder_, item, FileStore::Part::chunks));
  if (rows) {
    TROTH_TRY(out.chunks, files::ChunkList::parse(std::move(*rows), out.manifest.file->size));
  }
  return out;
}

void FileBook::put(const ItemId& item, const std::string& path, const FileStat& stat,
                   const Bytes& body, const files::Manifest& manifest, const Bytes& rows) {
  core_.touch(store::Durability::normal);
  core_.good(
      store_.put(folder_, item, FileStore::Part::file, wire::encode(row_of(path, stat, body))));
  const bool apart = manifest.file->pieces.has_value() && !rows.empty();
  core_.good(apart ? store_.put(folder_, item, FileStore::Part::chunks, rows)
                   : store_.erase_part(folder_, item, FileStore::Part::chunks));
  const auto* old = find(item);
  const auto scan = old != nullptr ? old->scan : 0;
  keep(item, {path, stat, files::tag_of(body), manifest.file->content, scan});
}

void FileBook::touch(const ItemId& item, const FileStat& stat) {
  auto* known = find(item);
  if (known == nullptr || known->stat == stat) return;
  known->stat = stat;
  core_.touch(store::Durability::normal);
  const auto value = store_.get(folder_, item, FileStore::Part::file);
  if (!core_.good(value) || !*value) return;
  auto row = wire::decode<Row>(**value);
  if (!core_.good(row)) return;
  core_.good(store_.put(folder_, item, FileStore::Part::file,
                        wire::encode(row_of(known->path, stat, std::move(row->body)))));
}

void FileBook::erase(const ItemId& item) {
  const auto found = known_.find(item);
  if (found == known_.end()) return;
  const auto fold = folds_.find(fold_hash(found->second.path));
  if (fold != folds_.end() && fold->second == item) folds_.erase(fold);
  known_.erase(found);
  core_.touch(store::Durability::normal);
  core_.good(store_.erase(folder_, item));
}

void FileBook::erase_all() {
  known_.clear();
  folds_.clear();
  core_.touch(store::Durability::full);
  core_.good(store_.erase_folder(folder_));
}

void FileBook::mark(const ItemId& item, std::uint64_t scan) {
  if (auto* known = find(item)) known->scan = scan;
}

}  // namespace troth::device
