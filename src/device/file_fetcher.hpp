// FileFetcher: brings wanted versions to the disk (spec 10 §6): chunks from peers and from the file
// that is there, checked, written beside it in order, and put in its place in one move.
#pragma once

#include "device/file_desk.hpp"
#include "device/file_items.hpp"
#include "session/messages.hpp"

namespace troth::device {

class Peers;

class FileFetcher {
 public:
  FileFetcher(FileDesk& desk, FileItems& items, Peers& peers)
      : desk_(desk), items_(items), peers_(peers) {}

  void want(Folder& folder, const ItemId& item, std::uint64_t size);
  void unwant(Folder& folder, const ItemId& item);
  void run(Folder& folder);  // begins what there is room for; asks elsewhere after a silence
  [[nodiscard]] std::optional<MonoMs> deadline(const Folder& folder) const;
  // Of a folder that is let go.
  void release(Folder& folder);

  void next_wants(Folder& folder, const DeviceId& peer, std::size_t at_most,
                  std::vector<session::ChunkRef>& out);
  void take(Folder& folder, const DeviceId& from, const session::ChunkRef& ref, ByteView sealed);
  void refused(Folder& folder, const DeviceId& from, const session::ChunkRef& ref);
  void peer_gone(Folder& folder, const DeviceId& peer);

 private:
  using Step = void (FileFetcher::*)(Folder&, const ItemId&, Fetch&);
  // Runs a step of this fetch when the shell has answered, if it is still under way.
  template <class Kind, class Then>
  void ask(Folder& folder, const ItemId& item, const Fetch& fetch, Kind effect, Then then);
  void begin(Folder& folder, const ItemId& item);
  void use_local(Folder& folder, const ItemId& item, Fetch& fetch);
  void pump(Folder& folder, const ItemId& item, Fetch& fetch);
  void ask_local(Folder& folder, const ItemId& item, Fetch& fetch);
  void write(Folder& folder, const ItemId& item, Fetch& fetch, std::uint64_t offset, Bytes data,
             std::size_t charged);
  bool list_complete(Folder& folder, const ItemId& item, Fetch& fetch);
  void complete(Folder& folder, const ItemId& item, Fetch& fetch);
  void place(Folder& folder, const ItemId& item, Fetch& fetch);
  [[nodiscard]] bool meets_another(const Folder& folder, const Fetch& fetch) const;
  void set_aside(Folder& folder, const ItemId& item, Fetch& fetch, const KnownVersion& mine);
  void finish(Folder& folder, const ItemId& item, Fetch& fetch, std::optional<FileStat> expected);
  void finished(Folder& folder, const ItemId& item, Fetch& fetch, const FileStat& stat);
  void failed(Folder& folder, const ItemId& item, Fetch& fetch, Errc code);
  void give_up(Folder& folder, const ItemId& item, const char* why);
  void put_off(Folder& folder, const ItemId& item);
  void cancel(Folder& folder, const ItemId& item);
  void charge(Fetch& fetch, std::size_t bytes);
  void discharge(Fetch& fetch, std::size_t bytes);
  [[nodiscard]] bool room() const { return bytes_ + limits::kChunkMax <= limits::kFetchBytes; }
  [[nodiscard]] bool nobody_has(const Folder& folder, const Fetch& fetch) const;
  [[nodiscard]] bool is_stuck(const Folder& folder, const Fetch& fetch) const;

  FileDesk& desk_;
  FileItems& items_;
  Peers& peers_;
  std::size_t bytes_ = 0;  // asked for, waiting to be written, being written
};

template <class Kind, class Then>
void FileFetcher::ask(Folder& folder, const ItemId& item, const Fetch& fetch, Kind effect,
                      Then then) {
  desk_.ask(folder, std::move(effect),
            [item, serial = fetch.serial, then](Folder& in, const Answer& answer) {
              const auto found = in.fetches.find(item);
              if (found == in.fetches.end() || found->second->serial != serial) return;
              then(in, *found->second, answer);
            });
}

}  // namespace troth::device
