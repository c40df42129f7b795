// FileItems: files as items of a category (spec 10 §2): what the newest version of a path is, and
// writing a new one.
#pragma once

#include "device/core.hpp"
#include "files/manifest.hpp"
#include "files/names.hpp"

namespace troth::device {

struct ItemNow {
  std::string path;
  bool alive = true;
  bool readable = false;  // the manifest is one that this program understands
  Bytes body;
  files::Tag tag;
  files::CheckedManifest read;
  [[nodiscard]] bool is_file() const { return readable && read.manifest.file.has_value(); }
  [[nodiscard]] const files::Seen& seen() const { return read.manifest.seen; }
};

class FileItems {
 public:
  explicit FileItems(Core& core) : core_(core) {}

  // Nothing: no item, or none of a file. The item's id is that of its path.
  [[nodiscard]] std::optional<ItemNow> current(const CategoryId& category, const ItemId& item);
  void put(const CategoryId& category, const ItemId& item, const std::string& path,
           const Bytes& body);
  void remove(const CategoryId& category, const ItemId& item, const std::string& path,
              const files::Seen& seen);
  void restore(const CategoryId& category, const ItemId& item);
  // A deleted item whose newest version did not know of the deletion: it stays (spec 10 §7).
  [[nodiscard]] bool survives(const CategoryId& category, const ItemId& item,
                              const files::Seen& seen);
  // Counts an own edit on top of both.
  [[nodiscard]] files::Seen edited(const files::Seen& base, const files::Seen& also) const;
  // Under which key manifests are sealed now; zero when there is none.
  [[nodiscard]] files::KeyEpoch sealing_epoch(const CategoryId& category);
  [[nodiscard]] std::string device_name(const DeviceId& device) const;

 private:
  struct Epoch {
    MonoMs at{};
    files::KeyEpoch epoch{};
  };
  Core& core_;
  std::map<CategoryId, Epoch> epochs_;
};

}  // namespace troth::device
