// Files: folders that are kept equal with a category. It turns what the shell reports into items,
// and items into files; chunks move between devices by request (spec 10).
#pragma once

#include "device/keys.hpp"
#include "session/messages.hpp"

namespace troth::device {

class Peers;

class Files {
 public:
  Files(Core& core, Peers& peers) : core_(core), peers_(peers) {}
  Result<> load();

  // ---- commands
  Result<Bytes> add(const AddFolder& command);
  Result<> remove(const RemoveFolder& command);
  void forget(const CategoryId& category);  // consent ended: unbind, keep the files

  // ---- the shell's reports and answers
  void entry(const FolderEntry& entry);
  void scanned(std::uint32_t folder);
  bool answer(Ticket ticket, const Answer& answer);  // false: not one of ours

  // ---- data
  void items_changed(const CategoryId& category, const std::vector<ItemId>& items);
  [[nodiscard]] bool bound(const CategoryId& category) const;
  [[nodiscard]] std::vector<FolderInfo> folders() const;

  // ---- chunks
  std::vector<session::ChunkRef> next_wants(const DeviceId& peer, std::size_t at_most);
  void asked(const DeviceId& peer, const session::ChunkRef& ref);
  void take(const DeviceId& from, const session::ChunkRef& ref, ByteView sealed);
  void refused(const DeviceId& from, const session::ChunkRef& ref);
  void peer_gone(const DeviceId& peer);

  void tick();
  [[nodiscard]] std::optional<MonoMs> deadline() const;

 private:
  Core& core_;
  Peers& peers_;
};

}  // namespace troth::device
