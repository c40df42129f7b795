#include "sync/vector.hpp"

#include "crypto/hash.hpp"
#include "crypto/labels.hpp"

namespace troth::sync {

std::vector<BatchRange> missing(const Vector& mine, const Vector& theirs) {
  std::vector<BatchRange> ranges;
  for (const auto& [author, entry] : theirs) {
    const auto it = mine.find(author);
    const std::uint64_t have = it == mine.end() ? 0 : it->second.counter;
    if (entry.counter > have) ranges.push_back({author, have, entry.counter});
  }
  return ranges;
}

Hash digest(const CategoryId& category, const Vector& vector) {
  return crypto::sha256(
      {as_bytes(crypto::labels::kVectorDigest), wire::encode(to_wire(category, vector))});
}

Hash digest(const std::map<CategoryId, Vector>& vectors) {
  Bytes all = to_bytes(crypto::labels::kVectorDigest);
  for (const auto& [category, vector] : vectors) {
    if (!vector.empty()) append(all, digest(category, vector).view());
  }
  return crypto::sha256(all);
}

WireVector to_wire(const CategoryId& category, const Vector& vector) {
  WireVector out{category, {}};
  out.entries.reserve(vector.size());
  for (const auto& [author, entry] : vector) {
    out.entries.push_back({author, entry.counter, entry.chain});
  }
  return out;
}

Result<Vector> from_wire(const WireVector& wire) {
  Vector out;
  for (const auto& entry : wire.entries) {
    if (entry.counter == 0) return fail(Errc::bad_value);
    if (!out.empty() && !(out.rbegin()->first < entry.author)) return fail(Errc::bad_value);
    out.emplace_hint(out.end(), entry.author, VectorEntry{entry.counter, entry.chain});
  }
  return out;
}

}  // namespace troth::sync
