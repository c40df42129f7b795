// Window: the part of one file that is on its way (spec 10 §6). It says which chunk to ask whom
// for, each once, in order, within a bound of bytes; asks elsewhere when somebody has not got it;
// and gives chunks out in the order of the file. Contents are verified before they come here.
#pragma once

#include <deque>
#include <functional>
#include <set>

#include "files/manifest.hpp"

namespace troth::files {

class Window {
 public:
  explicit Window(ChunkList list) : list_(std::move(list)) {}

  using May = std::function<bool(const ChunkId&)>;
  // The next chunk to ask this source for, of those that `may` lets it have. It counts as asked.
  [[nodiscard]] std::optional<ChunkRow> ask(const DeviceId& source, const May& may);
  // False: the list says another size: what stands behind it would be written over it.
  [[nodiscard]] bool fits(const ChunkId& id, std::size_t size) const;
  // False: nobody asked for it.
  [[nodiscard]] bool take(const ChunkId& id, Bytes plain);
  // This source has not got it: it is not asked for anything of this file again before it was gone.
  // Returns the bytes that are no longer asked for.
  std::size_t refused(const DeviceId& source, const ChunkId& id);
  std::size_t gone(const DeviceId& source);
  std::size_t stalled(const DeviceId& except);  // all that were asked count as without it
  [[nodiscard]] bool lacks(const DeviceId& source) const { return lacking_.contains(source); }
  [[nodiscard]] bool waits() const;  // for an answer of somebody

  struct Piece {
    std::uint64_t offset = 0;
    std::size_t length = 0;
    std::size_t charged = 0;  // bytes of what was asked for that end with this piece
    Bytes data;
  };
  [[nodiscard]] std::optional<Piece> pop();  // the next in order, when it is here
  [[nodiscard]] bool done() const { return next_ == list_.size(); }
  [[nodiscard]] const ChunkList& list() const { return list_; }

 private:
  struct Slot {
    ChunkRow row;
    std::optional<DeviceId> asked;
    bool copy = false;  // comes with an earlier slot of the same id
    bool here = false;
    Bytes data;
  };
  std::size_t release(const std::function<bool(const Slot&)>& which);

  ChunkList list_;
  std::size_t next_ = 0;  // index of the first slot
  std::uint64_t offset_ = 0;
  std::size_t bytes_ = 0;  // of all slots
  std::deque<Slot> slots_;
  std::set<DeviceId> lacking_;
};

}  // namespace troth::files
