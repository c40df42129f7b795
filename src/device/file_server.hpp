// FileServer: answers peers that ask for chunks, from the real file (spec 10 §6). What is read is
// checked against the chunk's id; reading waits until the peer took what it got before.
#pragma once

#include "device/file_desk.hpp"
#include "session/messages.hpp"

namespace troth::device {

class Peers;

class FileServer {
 public:
  FileServer(FileDesk& desk, Peers& peers) : desk_(desk), peers_(peers) {}

  // Consent was checked by the session, and is again before the bytes leave.
  void asked(const DeviceId& peer, const session::ChunkRef& ref);
  void peer_gone(const DeviceId& peer) { asking_.erase(peer); }
  void run();
  // Somebody waits, and nothing is under way that would bring us back here.
  [[nodiscard]] bool waiting() const;
  void forget_version() { open_.reset(); }

 private:
  struct Asking {
    std::deque<session::ChunkRef> refs;
    std::size_t reading = 0;  // bytes asked of the shell
  };
  struct OpenFile {  // the version that was served last
    ItemId item;
    files::Tag tag;
    files::FileKey key;
    KnownVersion version;
    std::size_t next = 0;  // where the next chunk most likely is
    std::uint64_t offset = 0;
  };
  struct Place {
    std::uint64_t offset = 0;
    std::uint32_t length = 0;
  };
  void answer(const DeviceId& peer, const session::ChunkRef& ref);
  [[nodiscard]] bool open(Folder& folder, const ItemId& item);
  [[nodiscard]] std::optional<Place> find(const files::ChunkId& id);
  [[nodiscard]] std::optional<Bytes> list_piece(const files::ChunkId& id);
  void read(Folder& folder, const DeviceId& peer, const session::ChunkRef& ref, const Place& place);

  FileDesk& desk_;
  Peers& peers_;
  std::map<DeviceId, Asking> asking_;
  std::optional<OpenFile> open_;
};

}  // namespace troth::device
