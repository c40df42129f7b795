// Files, from the items to the disk: is what an item says what is there, and if not, what is to be
// done? Decided from the two versions alone, so that every device decides alike (spec 10 §7).
#include "device/files.hpp"
#include "device/peers.hpp"

namespace troth::device {

void Files::items_changed(const CategoryId& category, const std::vector<ItemId>& items) {
  auto* folder = desk_.folder_of(category);
  if (folder != nullptr) folder->todo.insert(items.begin(), items.end());
}

void Files::compare_anew(const CategoryId& category) {
  auto* folder = desk_.folder_of(category);
  if (folder == nullptr) return;
  folder->comparing = true;
  folder->compare_after.reset();
}

void Files::compare_some(Folder& folder) {
  if (!folder.scanned) return;  // what is here is not known yet
  for (std::size_t i = 0; i < limits::kFilesPerStep && !folder.todo.empty(); ++i) {
    if (core_.in_doubt(folder.category)) return;  // found by the one before
    const auto item = *folder.todo.begin();
    folder.todo.erase(folder.todo.begin());
    compare(folder, item);
  }
  if (!folder.comparing || !folder.todo.empty()) return;
  const auto page = core_.watched(
      folder.category, core_.replica_->list(folder.category, folder.compare_after,
                                            limits::kFilesPerStep, true, core_.now_.wall));
  if (!page && page.error().code == Errc::damaged) return;
  if (!core_.good(page)) return;
  for (const auto& view : *page) folder.todo.insert(view.item);
  folder.comparing = page->size() == limits::kFilesPerStep;
  if (!page->empty()) folder.compare_after = page->back().item;
}

void Files::compare(Folder& folder, const ItemId& item) {
  auto now = items_.current(folder.category, item);
  if (!now) {
    fetcher_.unwant(folder, item);
    return taken_back(folder, item);
  }
  // What is under way comes back here when it is done.
  if (folder.is_busy(now->path)) return;
  if (!files::check_path(now->path)) return desk_.leave_alone(folder, now->path, "bad_name");
  const auto left = folder.left_alone.find(now->path);
  const bool ours =
      left != folder.left_alone.end() && (left->second == std::string_view("special_file") ||
                                          left->second == std::string_view("file_too_large"));
  if (ours) return fetcher_.unwant(folder, item);
  if (!now->readable) {
    fetcher_.unwant(folder, item);
    return desk_.leave_alone(folder, now->path, "bad_file");
  }
  if (now->is_file() && !now->alive && items_.survives(folder.category, item, now->seen())) {
    if (!may_write(folder)) return fetcher_.unwant(folder, item);  // another device brings it back
    items_.restore(folder.category, item);
    now->alive = true;
  }
  if (now->is_file() && now->alive) return compare_file(folder, item, *now);
  compare_gone(folder, item, *now);
}

// Whoever wrote the version that is here was cut off before it (rule 10): it stays, and goes to
// nobody.
void Files::taken_back(Folder& folder, const ItemId& item) {
  const auto* known = folder.book.find(item);
  if (known == nullptr || core_.in_doubt(folder.category)) return;
  desk_.leave_alone(folder, std::string(known->path), "taken_back");
}

void Files::compare_gone(Folder& folder, const ItemId& item, const ItemNow& now) {
  fetcher_.unwant(folder, item);
  if (folder.book.find(item) == nullptr) return;
  const auto mine = folder.book.version(item);
  if (!core_.good(mine)) return;
  if (files::covers(now.seen(), mine->manifest.seen)) return remove_from_disk(folder, item);
  publish_again(folder, item, now);
}

// Whoever deleted it had not seen the version that is here: it is a version still.
void Files::publish_again(Folder& folder, const ItemId& item, const ItemNow& now) {
  if (!may_write(folder)) return keep_here(folder, std::string(folder.book.find(item)->path));
  auto mine = folder.book.version(item);
  if (!core_.good(mine)) return;
  mine->manifest.seen = items_.edited(files::merged(mine->manifest.seen, now.seen()), {});
  const Bytes body = wire::encode(mine->manifest);
  const auto known = *folder.book.find(item);
  folder.book.put(item, known.path, known.stat, body, mine->manifest, mine->chunks.rows());
  items_.put(folder.category, item, known.path, body);
}

void Files::remove_from_disk(Folder& folder, const ItemId& item) {
  const auto& known = *folder.book.find(item);
  const auto path = known.path;
  folder.busy.insert(path);
  RemoveFile remove;
  remove.path = path;
  remove.expected = known.stat;
  desk_.ask(folder, std::move(remove), [this, item, path](Folder& in, const Answer& answer) {
    in.busy.erase(path);
    const auto code = error_of(answer);
    if (std::holds_alternative<FileDone>(answer) || code == Errc::not_found) {
      desk_.forget(in, item);
      in.todo.insert(item);
    } else if (code == Errc::file_changed) {
      desk_.change(in, path);  // an edit that the deletion did not know: it is published
    } else if (code != Errc::cancelled) {
      desk_.leave_alone(in, path, "cannot_write");
    }
  });
}

void Files::compare_file(Folder& folder, const ItemId& item, const ItemNow& now) {
  const auto& file = *now.read.manifest.file;
  const auto* known = folder.book.find(item);
  if (known != nullptr && known->tag == now.tag) return fetcher_.unwant(folder, item);
  const bool same = known != nullptr && known->content == file.content &&
                    known->stat.executable == file.executable;
  if (same) {
    // Two devices made the same file, or one gave it a new key: nothing has to move.
    const auto mine = folder.book.version(item);
    if (!core_.good(mine)) return;
    const bool one_key = mine->manifest.file->key == file.key;
    const Bytes rows = file.chunks ? *file.chunks : one_key ? mine->chunks.rows() : Bytes{};
    const auto was = *known;
    folder.book.put(item, was.path, was.stat, now.body, now.read.manifest, rows);
    // Whoever asks for it here asks by the list of the other one's key: made when it is read again.
    if (file.pieces && rows.empty()) desk_.change(folder, was.path);
    return fetcher_.unwant(folder, item);
  }
  const auto left = folder.left_alone.find(now.path);
  if (left != folder.left_alone.end() && is_changed_here(left->second)) {
    // What stands there was changed here: it is read, and comes back as a version beside this one.
    folder.left_alone.erase(left);
    return desk_.change(folder, now.path);
  }
  if (known == nullptr && folder.book.collides(item, now.path))
    return desk_.leave_alone(folder, now.path, kNameCollision);
  const auto found = folder.fetches.find(item);
  if (found != folder.fetches.end() && files::tag_of(found->second->body) == now.tag) return;
  fetcher_.want(folder, item, file.size);
}

}  // namespace troth::device
