// Bytes and keys for the tests of files.
#pragma once

#include <gtest/gtest.h>

#include "files/manifest.hpp"

namespace troth::files::testing {

inline Bytes noise(std::size_t size, std::uint64_t seed) {
  Bytes out(size);
  std::uint64_t x = seed * 0x9e3779b97f4a7c15 + 1;
  for (auto& byte : out) {
    x ^= x << 13, x ^= x >> 7, x ^= x << 17;
    byte = static_cast<std::uint8_t>(x);
  }
  return out;
}

inline KeyBytes key_bytes(std::uint8_t fill) {
  KeyBytes out;
  out.fill(fill);
  return out;
}
inline FileKey file_key(std::uint8_t fill, std::uint8_t suite = 1) {
  return FileKey(key_bytes(fill), *keyring::readable_suite(suite));
}

// Lengths of the chunks, feeding pieces of this size.
inline std::vector<std::size_t> cuts(const GearTable& gear, ByteView in, std::size_t piece) {
  Chunker chunker(gear);
  std::vector<std::size_t> out;
  std::size_t open = 0;
  for (std::size_t at = 0; at < in.size(); at += piece) {
    auto part = in.subspan(at, std::min(piece, in.size() - at));
    while (!part.empty()) {
      const auto cut = chunker.feed(part);
      open += cut.taken;
      part = part.subspan(cut.taken);
      if (!cut.end) continue;
      out.push_back(open);
      open = 0;
    }
  }
  if (open > 0) out.push_back(open);
  return out;
}

}  // namespace troth::files::testing
