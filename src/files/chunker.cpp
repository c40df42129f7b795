#include "files/chunker.hpp"

#include <algorithm>

namespace troth::files {

namespace {

// A cut is made where the hash is below this: once in 96 KiB on average.
constexpr std::uint64_t kBelow = ~std::uint64_t{0} / limits::kChunkSpread;
// The hash remembers 64 bytes, so those before the least length are the first that count.
constexpr std::size_t kWarm = limits::kChunkMin - 64;

}  // namespace

Chunker::Cut Chunker::feed(ByteView in) {
  const std::uint8_t* const begin = in.data();
  const std::size_t room = std::min(in.size(), limits::kChunkMax - size_);
  std::size_t at = 0;
  if (size_ < kWarm) at = std::min(room, kWarm - size_);
  std::uint64_t hash = hash_;
  const auto& table = *table_;
  const std::size_t quiet =
      size_ < limits::kChunkMin ? std::min(room, limits::kChunkMin - size_) : at;
  for (; at < quiet; ++at) hash = (hash << 1) + table[begin[at]];
  bool found = false;
  while (at < room) {
    hash = (hash << 1) + table[begin[at++]];
    if (hash < kBelow) {
      found = true;
      break;
    }
  }
  size_ += at;
  hash_ = hash;
  if (!found && size_ < limits::kChunkMax) return {at, false};
  size_ = 0;
  hash_ = 0;
  return {at, true};
}

}  // namespace troth::files
