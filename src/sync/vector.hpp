// Version vectors: per category, for each author the last counter and chain hash (spec 07 §3). Logs
// of authors are prefix-closed, so a vector says exactly what a device holds.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "sync/types.hpp"
#include "wire/wire.hpp"

namespace troth::sync {

struct VectorEntry {
  std::uint64_t counter = 0;
  ChainHash chain;
  friend auto operator<=>(const VectorEntry&, const VectorEntry&) = default;
};
using Vector = std::map<AuthorId, VectorEntry>;

// Counters after `from`, up to and including `to`, of one author.
struct BatchRange {
  AuthorId author;
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  // Only where batches are left out for the receiver (§11): what it holds of the author before.
  std::optional<std::uint64_t> after{};
  friend bool operator==(const BatchRange&, const BatchRange&) = default;
};
// What `theirs` holds and `mine` lacks. Ascending by author.
[[nodiscard]] std::vector<BatchRange> missing(const Vector& mine, const Vector& theirs);
// SHA-256 over the canonical encoding; equal means the same ops.
[[nodiscard]] Hash digest(const CategoryId& category, const Vector& vector);
// One digest over all categories: for the hello.
[[nodiscard]] Hash digest(const std::map<CategoryId, Vector>& vectors);

// The form on the wire.
struct WireVectorEntry {
  AuthorId author;
  std::uint64_t counter = 0;
  ChainHash chain;
  using Fields = wire::FieldList<wire::Field<1, &WireVectorEntry::author>,
                                 wire::Field<2, &WireVectorEntry::counter>,
                                 wire::Field<3, &WireVectorEntry::chain>>;
};
struct WireVector {
  CategoryId category;
  std::vector<WireVectorEntry> entries;  // ascending by author
  using Fields = wire::FieldList<wire::Field<1, &WireVector::category>,
                                 wire::Field<2, &WireVector::entries, limits::kVectorAuthors>>;
};
[[nodiscard]] WireVector to_wire(const CategoryId& category, const Vector& vector);
[[nodiscard]] Result<Vector> from_wire(const WireVector& wire);  // bad_value: order, zero counters

}  // namespace troth::sync
