// Content-defined chunking (spec 10 §3): where a file is cut depends on the 64 bytes before the cut
// and on a table made from the file's key, so that an edit moves few cuts and cuts say nothing
// about the content to whoever lacks the key.
#pragma once

#include <array>

#include "base/limits.hpp"
#include "troth/types.hpp"

namespace troth::files {

using GearTable = std::array<std::uint64_t, 256>;

class Chunker {
 public:
  explicit Chunker(const GearTable& table) : table_(&table) {}  // borrowed

  struct Cut {
    std::size_t taken = 0;  // bytes that belong to the chunk that is open
    bool end = false;       // the chunk is complete
  };
  // Looks at no byte behind the cut; feed the rest again.
  [[nodiscard]] Cut feed(ByteView in);
  [[nodiscard]] std::size_t open() const { return size_; }

 private:
  const GearTable* table_;
  std::uint64_t hash_ = 0;
  std::size_t size_ = 0;
};

}  // namespace troth::files
