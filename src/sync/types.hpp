// Small types of the sync module: who wrote, under which epoch, what kind of field (spec 07 §1).
#pragma once

#include <string_view>

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "troth/result.hpp"

namespace troth::sync {

// 16 random bytes; a device takes a new one whenever its counters may have been rolled back (rule
// 19).
using Incarnation = Id<struct IncarnationTag, 16>;
using CertificateId = Id<struct CertificateTag, 16>;  // first 16 bytes of SHA-256(label | body)
using Leaf = Id<struct LeafTag, 32>;
using EpochCommit = Id<struct EpochCommitTag, 16>;  // first 16 bytes of the commitment (rule 16)
using MailboxId = Id<struct SyncMailboxTag, 16>;

// Names one epoch of one category.
struct EpochName {
  CategoryId category;
  std::uint64_t number = 0;
  EpochCommit commit;
  friend auto operator<=>(const EpochName&, const EpochName&) = default;
};

// Numbers are fixed (design 10). lww is merged; the others are kept and shown as they are: the
// newest op stands for the field until this program learns the type.
enum class FieldType : std::uint8_t {
  lww = 1,
  mvr = 2,
  counter = 3,
  set = 4,
  list = 5,
  log = 6,
  blob = 7,
  text = 8,
};

// Priority in the clear header, two bits (design 8).
enum class Delivery : std::uint8_t { control = 0, interactive = 1, normal = 2, bulk = 3 };
inline constexpr std::size_t kDeliveries = 4;
[[nodiscard]] constexpr bool wire_known(Delivery value) { return value <= Delivery::bulk; }

// The reserved field whose value says whether the item exists (spec 07 §4). Body: kAlive or kDead.
inline constexpr std::string_view kAliveField = "_alive";
inline constexpr std::uint8_t kAlive = 0xf5;  // CBOR true
inline constexpr std::uint8_t kDead = 0xf4;   // CBOR false

// 1 to 32 bytes of UTF-8 without control characters.
[[nodiscard]] Result<> check_field_name(std::string_view name);
// Rule 19: the first 8 bytes of SHA-256(label | device | incarnation).
[[nodiscard]] AuthorId author_of(const DeviceId& device, const Incarnation& incarnation);

}  // namespace troth::sync
