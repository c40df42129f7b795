// FileBook: what this device knows to be on its disk in one bound folder (spec 10 §8). The index is
// in memory, manifests and chunk lists are in the store.
#pragma once

#include "device/core.hpp"
#include "files/manifest.hpp"
#include "files/names.hpp"
#include "store/file_store.hpp"

namespace troth::device {

struct Known {
  std::string path;
  FileStat stat;
  files::Tag tag;  // of the version's manifest
  Hash content;
  std::uint64_t scan = 0;  // the last scan that saw it
};

// A version with its whole chunk list, as far as this device has that.
struct KnownVersion {
  files::Manifest manifest;
  files::ChunkList chunks;  // empty: not known, or an empty file
};

class FileBook {
 public:
  FileBook(Core& core, std::uint32_t folder) : core_(core), store_(store(core)), folder_(folder) {}
  Result<> load();

  [[nodiscard]] Known* find(const ItemId& item);
  [[nodiscard]] const std::map<ItemId, Known>& all() const { return known_; }
  // Another file whose name would meet this one in some file systems.
  [[nodiscard]] bool collides(const ItemId& item, std::string_view path) const;
  Result<KnownVersion> version(const ItemId& item);
  // body: the manifest; rows: the whole chunk list, empty when not known.
  void put(const ItemId& item, const std::string& path, const FileStat& stat, const Bytes& body,
           const files::Manifest& manifest, const Bytes& rows);
  void touch(const ItemId& item, const FileStat& stat);
  void erase(const ItemId& item);
  void erase_all();
  void mark(const ItemId& item, std::uint64_t scan);

 private:
  [[nodiscard]] static store::FileStore store(Core& core) {
    return {*core.db_, core.vault_->sealer(), *core.rng_};
  }
  void keep(const ItemId& item, Known known);

  Core& core_;
  store::FileStore store_;
  std::uint32_t folder_;
  std::map<ItemId, Known> known_;
  std::map<Hash, ItemId> folds_;
};

}  // namespace troth::device
