// Opened batches, most recently used first, bounded in bytes: reading an item opens its batch, and
// neighbours usually stand in the same one.
#pragma once

#include <list>
#include <map>

#include "sync/field.hpp"

namespace troth::sync {

class BatchCache {
 public:
  explicit BatchCache(std::size_t max_bytes = limits::kDecodedCacheBytes) : max_bytes_(max_bytes) {}
  // Valid until the next put or clear.
  [[nodiscard]] const OpenBatch* find(BatchSeq seq);
  const OpenBatch* put(BatchSeq seq, OpenBatch batch);
  void clear();
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    BatchSeq seq;
    std::size_t bytes;
    OpenBatch batch;
  };
  std::list<Entry> entries_;
  std::map<BatchSeq, std::list<Entry>::iterator> by_seq_;
  std::size_t max_bytes_;
  std::size_t bytes_ = 0;
};

}  // namespace troth::sync
