#include "sync/batch_cache.hpp"

namespace troth::sync {

const OpenBatch* BatchCache::find(BatchSeq seq) {
  const auto it = by_seq_.find(seq);
  if (it == by_seq_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, it->second);
  return &it->second->batch;
}

const OpenBatch* BatchCache::put(BatchSeq seq, OpenBatch batch) {
  if (const auto* known = find(seq)) return known;
  const auto size = batch.memory();
  entries_.push_front({seq, size, std::move(batch)});
  by_seq_[seq] = entries_.begin();
  bytes_ += size;
  // The newest entry stays even when it alone is above the bound: the caller is about to read it.
  while (bytes_ > max_bytes_ && entries_.size() > 1) {
    bytes_ -= entries_.back().bytes;
    by_seq_.erase(entries_.back().seq);
    entries_.pop_back();
  }
  return &entries_.front().batch;
}

void BatchCache::clear() {
  entries_.clear();
  by_seq_.clear();
  bytes_ = 0;
}

}  // namespace troth::sync
