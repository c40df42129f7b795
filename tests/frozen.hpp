// Bytes of version 1 as they were once written: tests/data/bytes_v1.txt, a name and hex a line.
// What was written then reads for ever, and the same input still makes the same bytes.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "base/bytes.hpp"

namespace troth::test {

// Empty where the file has no such name.
inline Bytes frozen(const std::string& name) {
  static const auto kAll = [] {
    std::map<std::string, Bytes> out;
    std::ifstream file(std::string(TROTH_SOURCE_DIR) + "/tests/data/bytes_v1.txt");
    for (std::string key, hex; file >> key >> hex;) out[key] = from_hex(hex).value_or(Bytes{});
    return out;
  }();
  const auto found = kAll.find(name);
  return found == kAll.end() ? Bytes{} : found->second;
}

// A failure prints the line that the file would need; a new name gets it, an old one never.
inline void expect_frozen(const std::string& name, ByteView made) {
  EXPECT_EQ(to_hex(made), to_hex(frozen(name))) << "frozen: " << name << ' ' << to_hex(made);
}

}  // namespace troth::test
