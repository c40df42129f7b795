// Files: folders that are kept equal with a category. It turns what the shell reports into items,
// and items into files; chunks move between devices by request (spec 10).
#pragma once

#include "device/file_fetcher.hpp"
#include "device/file_reader.hpp"
#include "device/file_server.hpp"

namespace troth::device {

class Peers;

class Files {
 public:
  Files(Core& core, Peers& peers);
  Result<> load();

  // ---- commands
  Result<Bytes> add(const AddFolder& command);
  Result<> remove(const RemoveFolder& command);
  void forget(const CategoryId& category);  // consent ended: unbind, keep the files

  // ---- the shell's reports and answers
  void entry(const FolderEntry& entry);
  void scanning(std::uint32_t folder);  // of the shell's own: a folder is back, or bound
  void scanned(std::uint32_t folder);
  bool answer(Ticket ticket, const Answer& answer);  // false: not one of ours

  // ---- data
  void items_changed(const CategoryId& category, const std::vector<ItemId>& items);
  void compare_anew(const CategoryId& category);  // its rows were mended
  [[nodiscard]] bool bound(const CategoryId& category) const;
  [[nodiscard]] std::vector<FolderInfo> folders() const;
  // What is not in place here yet; peers are told (spec 09 §2).
  [[nodiscard]] std::vector<session::CategoryLeft> left() const;
  [[nodiscard]] std::uint64_t bytes_of(const CategoryId& category) const;  // on the disk
  // What became possible, a bounded part of it; called at the end of every step.
  void work();

  // ---- chunks
  std::vector<session::ChunkRef> next_wants(const DeviceId& peer, std::size_t at_most);
  void asked(const DeviceId& peer, const session::ChunkRef& ref);
  void take(const DeviceId& from, const session::ChunkRef& ref, ByteView sealed);
  void refused(const DeviceId& from, const session::ChunkRef& ref);
  void peer_gone(const DeviceId& peer);

  [[nodiscard]] std::optional<MonoMs> deadline() const;

 private:
  // ---- bindings (files.cpp)
  void bind(const Folder& folder);
  void let_go(std::uint32_t folder);
  void work_on(Folder& folder);
  void tell_progress(Folder& folder);
  [[nodiscard]] bool is_shared(const Folder& folder) const;
  [[nodiscard]] bool may_write(const Folder& folder) const;
  void take_up(Folder& folder);

  // ---- disk to items (files_publish.cpp)
  [[nodiscard]] FileReader::Key key_for(Folder& folder, const std::string& path);
  void publish(Folder& folder);
  void publish_one(Folder& folder, ReadResult& read);
  void scan_again(Folder& folder);
  void read_again(Folder& folder, const ItemId& item, const ReadResult& read);
  void keep_here(Folder& folder, const std::string& path);
  void gone(Folder& folder, const std::string& path);
  void rescan_if_due(Folder& folder);

  // ---- items to disk (files_compare.cpp)
  void compare_some(Folder& folder);
  void compare(Folder& folder, const ItemId& item);
  void taken_back(Folder& folder, const ItemId& item);
  void compare_gone(Folder& folder, const ItemId& item, const ItemNow& now);
  void compare_file(Folder& folder, const ItemId& item, const ItemNow& now);
  void publish_again(Folder& folder, const ItemId& item, const ItemNow& now);
  void remove_from_disk(Folder& folder, const ItemId& item);

  Core& core_;
  Peers& peers_;
  FileDesk desk_;
  FileItems items_;
  FileReader reader_;
  FileFetcher fetcher_;
  FileServer server_;
};

}  // namespace troth::device
