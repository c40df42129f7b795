#include "device/file_items.hpp"

#include "keyring/key_state.hpp"

namespace troth::device {

using sync::Delivery;

namespace {

constexpr std::uint64_t kEpochMs = limits::kSecond;  // how long an answer about the key is kept

std::optional<files::Manifest> gone_manifest(const sync::FieldView& field) {
  if (field.name != files::kManifestField) return std::nullopt;
  auto read = files::read_manifest(field.body);
  if (!read || read->manifest.file) return std::nullopt;
  return std::move(read->manifest);
}

}  // namespace

std::optional<ItemNow> FileItems::current(const CategoryId& category, const ItemId& item) {
  auto view = core_.watched(category, core_.replica_->get(category, item, core_.now_.wall));
  if (!view) {
    // What is damaged is compared again once it is mended.
    const auto code = view.error().code;
    if (code != Errc::unknown_item && code != Errc::damaged) core_.note(view.error());
    return std::nullopt;
  }
  ItemNow out;
  out.alive = view->alive;
  for (auto& field : view->fields) {
    if (field.name == files::kPathField) out.path = std::string(as_text(field.body));
    if (field.name == files::kManifestField) out.body = std::move(field.body);
  }
  if (out.body.empty() || files::item_of(category, out.path) != item) return std::nullopt;
  out.tag = files::tag_of(out.body);
  auto read = files::read_manifest(out.body);
  out.readable = read.has_value();
  if (read) out.read = std::move(*read);
  return out;
}

void FileItems::put(const CategoryId& category, const ItemId& item, const std::string& path,
                    const Bytes& body) {
  std::vector<sync::FieldEdit> edits;
  const auto lww = static_cast<std::uint8_t>(sync::FieldType::lww);
  // Again with every version: a device whose consent counts from now on never got the first one.
  edits.push_back({std::string(files::kPathField), lww, 0, to_bytes(path)});
  edits.push_back({std::string(files::kManifestField), lww, 0, body});
  core_.touch(store::Durability::normal);
  core_.good_in(category,
                core_.replica_->put(category, item, edits, Delivery::normal, core_.now_.wall));
  core_.data_grew_ = true;
  core_.changed(category, item, false);
}

// The manifest says which versions the deletion knew of; only then is the item gone.
void FileItems::remove(const CategoryId& category, const ItemId& item, const std::string& path,
                       const files::Seen& seen) {
  files::Manifest gone;
  gone.seen = seen;
  put(category, item, path, wire::encode(gone));
  core_.good_in(category,
                core_.replica_->remove(category, item, Delivery::normal, core_.now_.wall));
  core_.changed(category, item, true);
}

void FileItems::restore(const CategoryId& category, const ItemId& item) {
  core_.touch(store::Durability::normal);
  core_.good_in(category,
                core_.replica_->restore(category, item, Delivery::normal, core_.now_.wall));
  core_.data_grew_ = true;
  core_.changed(category, item, false);
}

bool FileItems::survives(const CategoryId& category, const ItemId& item, const files::Seen& seen) {
  const auto history = core_.watched(category, core_.replica_->history(category, item));
  if (!history) return false;
  // A deletion that is not in the history is our own and newer than all of it.
  sync::Hlc died{~std::uint64_t{0}}, written;
  for (const auto& change : *history) {
    const auto gone = gone_manifest(change.field);
    if (gone && !files::covers(seen, gone->seen)) return true;
    if (!change.current) continue;
    if (change.field.name == sync::kAliveField && change.field.body == Bytes{sync::kDead})
      died = change.field.hlc;
    if (change.field.name == files::kManifestField) written = change.field.hlc;
  }
  return written > died;
}

files::Seen FileItems::edited(const files::Seen& base, const files::Seen& also) const {
  const auto self = core_.replica_->author();
  auto out = base;
  const auto last = std::max(files::counter_of(base, self), files::counter_of(also, self));
  files::set_counter(out, self, last + 1);
  return out;
}

files::KeyEpoch FileItems::sealing_epoch(const CategoryId& category) {
  auto& known = epochs_[category];
  if (known.at.ms != 0 && core_.now_.mono.ms < known.at.ms + kEpochMs) return known.epoch;
  known = {core_.now_.mono, {}};
  const auto survey = keyring::survey(core_.view(), category, core_.now_.wall);
  const auto keys = keyring::key_state(survey, *core_.keyring_, core_.self_);
  if (keys.state == keyring::KeyState::ready) known.epoch = keys.epoch->prefix.bytes;
  return known.epoch;
}

std::string FileItems::device_name(const DeviceId& device) const {
  const auto* info = core_.view().device(device);
  return info != nullptr ? info->name : std::string("device");
}

}  // namespace troth::device
