// Value types that cross the public API. All are copyable and comparable; ids are opaque bytes.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troth {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;

// A fixed-size opaque id. Tag makes ids of different things different types.
template <class Tag, std::size_t N>
struct Id {
  static constexpr std::size_t kSize = N;
  std::array<std::uint8_t, N> bytes{};

  friend auto operator<=>(const Id&, const Id&) = default;
  [[nodiscard]] ByteView view() const { return bytes; }
  [[nodiscard]] bool is_zero() const { return *this == Id{}; }
};

using CircleId = Id<struct CircleTag, 32>;      // SHA-256 of the genesis body
using EntryId = Id<struct EntryTag, 32>;        // SHA-256(label | body) of a circle log entry
using DeviceId = Id<struct DeviceTag, 32>;      // SHA-256(label | descriptor keys)
using MemberId = Id<struct MemberTag, 16>;
using CategoryId = Id<struct CategoryTag,
                      16>;  // zero = control; else first 16 bytes of category_create's entry id
using ItemId = Id<struct ItemTag, 16>;          // time-ordered, or derived from a name
using AuthorId = Id<struct AuthorTag, 8>;       // rule 19: SHA-256(device | incarnation)[0..8]
using Hash = Id<struct HashTag, 32>;            // SHA-256
using ChainHash = Id<struct ChainTag, 16>;      // first 16 bytes of a batch hash (rule 10)

// Milliseconds since the Unix epoch, corrected wall time: HLC, expiry and audit use it.
struct WallMs {
  std::uint64_t ms = 0;
  friend auto operator<=>(const WallMs&, const WallMs&) = default;
};
// Milliseconds of a clock that never jumps: timeouts use it.
struct MonoMs {
  std::uint64_t ms = 0;
  friend auto operator<=>(const MonoMs&, const MonoMs&) = default;
};
// Time enters once a step, as an argument. Nothing in src/ can read a clock.
struct Now {
  WallMs wall;
  MonoMs mono;
};

// What a keystore is asked to do with one of the three device keys (design 3). sign and approve
// take the whole message and answer 64 bytes r | s (ECDSA P-256 over SHA-256, low s); agree takes
// the peer's 65-byte point and answers the 32-byte x coordinate. approve needs the user's presence.
enum class KeyOp : std::uint8_t { sign = 1, agree = 2, approve = 3 };
struct KeyRequest {
  KeyOp op = KeyOp::sign;
  Bytes input;
  const char* why = "";  // static text key: what the user is told the key is needed for
};

// Names an outstanding command, key operation, job or question. Never 0.
struct Ticket {
  std::uint64_t value = 0;
  friend auto operator<=>(const Ticket&, const Ticket&) = default;
};
// Names a live transport connection inside one engine. Never 0.
struct ConnId {
  std::uint64_t value = 0;
  friend auto operator<=>(const ConnId&, const ConnId&) = default;
};

}  // namespace troth
