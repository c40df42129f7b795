// Every bound of the protocol and of this implementation, by module. Numbers that a specification
// page fixes say so; the others are choices and may change without a protocol version.
#pragma once

#include <cstddef>
#include <cstdint>

namespace troth::limits {

inline constexpr std::uint64_t kSecond = 1000;
inline constexpr std::uint64_t kMinute = 60 * kSecond;
inline constexpr std::uint64_t kHour = 60 * kMinute;
inline constexpr std::uint64_t kDay = 24 * kHour;

// wire (spec 01)
inline constexpr std::size_t kFrameHead = 8;
inline constexpr std::size_t kMessageBytes = 1024 * 1024;

// names that people see
inline constexpr std::size_t kNameBytes = 128;
inline constexpr std::size_t kPurposeBytes = 512;
inline constexpr std::size_t kWhyBytes = 256;

// circle log (spec 04)
inline constexpr std::size_t kEntryBytes = 64 * 1024;
inline constexpr std::size_t kParents = 64;
inline constexpr std::size_t kDevices = 256;
inline constexpr std::size_t kCategories = 256;
inline constexpr std::size_t kCatchUpBytes = 256 * 1024;  // rule 14: an unknown key hands in at most this

// channel (spec 03)
inline constexpr std::size_t kChannelFrame = 16 * 1024;

// sync (spec 07)
inline constexpr std::size_t kOpsPerBatch = 256;
inline constexpr std::size_t kValueBytes = 64 * 1024;
inline constexpr std::size_t kBatchBytes = 1024 * 1024;
inline constexpr std::uint64_t kClockSkewMs = 5 * kMinute;

// store (spec 11)
inline constexpr std::uint32_t kStoreCacheKib = 8 * 1024;
inline constexpr std::uint32_t kStoreWalPages = 4096;      // 16 MiB: a commit above it checkpoints
inline constexpr std::uint32_t kStoreIdleWalPages = 256;   // 1 MiB: maintain() leaves less alone
inline constexpr int kStoreValueBytes = 4 * 1024 * 1024;   // the longest value SQLite may hold

}  // namespace troth::limits
