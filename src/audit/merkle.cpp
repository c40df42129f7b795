#include "audit/merkle.hpp"

#include <algorithm>
#include <bit>

#include "base/assert.hpp"
#include "base/bytes.hpp"
#include "crypto/hash.hpp"
#include "crypto/labels.hpp"

namespace troth::audit {
namespace {

// The largest power of two below size; size > 1.
std::uint64_t split_of(std::uint64_t size) { return std::bit_floor(size - 1); }

// The hash of leaves [begin, begin + size), where begin is a multiple of the next power of two.
Result<Hash> range_hash(const Nodes& nodes, std::uint64_t begin, std::uint64_t size) {
  if (std::has_single_bit(size)) {
    const auto level = static_cast<unsigned>(std::countr_zero(size));
    return nodes(level, begin >> level);
  }
  const std::uint64_t left_size = split_of(size);
  TROTH_TRY(const Hash left, range_hash(nodes, begin, left_size));
  TROTH_TRY(const Hash right, range_hash(nodes, begin + left_size, size - left_size));
  return node_hash(left, right);
}

}  // namespace

Hash leaf_hash(ByteView leaf) {
  return crypto::sha256({as_bytes(crypto::labels::kAuditLeaf), leaf});
}

Hash node_hash(const Hash& left, const Hash& right) {
  return crypto::sha256({as_bytes(crypto::labels::kAuditNode), left.view(), right.view()});
}

Hash empty_root() { return crypto::sha256(ByteView{}); }

Result<Hash> root_of(const Nodes& nodes, std::uint64_t size) {
  if (size == 0) return empty_root();
  return range_hash(nodes, 0, size);
}

// PATH of RFC 9162 §2.1.3.1, from the root down; the proof is read from the leaf up.
Result<std::vector<Hash>> inclusion_proof(const Nodes& nodes, std::uint64_t index,
                                          std::uint64_t size) {
  TROTH_ASSERT(index < size);
  std::vector<Hash> path;
  std::uint64_t begin = 0;
  while (size > 1) {
    const std::uint64_t left = split_of(size);
    const bool goes_left = index - begin < left;
    const std::uint64_t other = goes_left ? begin + left : begin;
    TROTH_TRY(const Hash sibling, range_hash(nodes, other, goes_left ? size - left : left));
    path.push_back(sibling);
    if (!goes_left) begin += left;
    size = goes_left ? left : size - left;
  }
  std::reverse(path.begin(), path.end());
  return path;
}

// SUBPROOF of RFC 9162 §2.1.4.1.
Result<std::vector<Hash>> consistency_proof(const Nodes& nodes, std::uint64_t older,
                                            std::uint64_t size) {
  TROTH_ASSERT(older > 0 && older <= size);
  std::vector<Hash> path;
  std::uint64_t begin = 0;
  bool known = true;  // the verifier has the hash of this subtree: it is the older root itself
  while (older < size) {
    const std::uint64_t left = split_of(size);
    const bool goes_left = older <= left;
    const std::uint64_t other = goes_left ? begin + left : begin;
    TROTH_TRY(const Hash sibling, range_hash(nodes, other, goes_left ? size - left : left));
    path.push_back(sibling);
    if (!goes_left) {
      begin += left;
      older -= left;
      known = false;
    }
    size = goes_left ? left : size - left;
  }
  if (!known) {
    TROTH_TRY(const Hash seed, range_hash(nodes, begin, size));
    path.push_back(seed);
  }
  std::reverse(path.begin(), path.end());
  return path;
}

// RFC 9162 §2.1.3.2.
bool verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size,
                      std::span<const Hash> proof, const Hash& root) {
  if (index >= size) return false;
  std::uint64_t fn = index;
  std::uint64_t sn = size - 1;
  Hash hash = leaf;
  for (const Hash& sibling : proof) {
    if (sn == 0) return false;
    if ((fn & 1) == 1 || fn == sn) {
      hash = node_hash(sibling, hash);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      hash = node_hash(hash, sibling);
    }
    fn >>= 1;
    sn >>= 1;
  }
  return sn == 0 && hash == root;
}

// RFC 9162 §2.1.4.2.
bool verify_consistency(std::uint64_t older, const Hash& older_root, std::uint64_t size,
                        const Hash& root, std::span<const Hash> proof) {
  if (older == 0 || older > size) return false;
  if (older == size) return proof.empty() && older_root == root;
  std::vector<Hash> path(proof.begin(), proof.end());
  if (std::has_single_bit(older)) path.insert(path.begin(), older_root);
  if (path.empty()) return false;
  std::uint64_t fn = older - 1;
  std::uint64_t sn = size - 1;
  while ((fn & 1) == 1) {
    fn >>= 1;
    sn >>= 1;
  }
  Hash fr = path.front();
  Hash sr = path.front();
  for (std::size_t i = 1; i < path.size(); ++i) {
    if (sn == 0) return false;
    if ((fn & 1) == 1 || fn == sn) {
      fr = node_hash(path[i], fr);
      sr = node_hash(path[i], sr);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      sr = node_hash(sr, path[i]);
    }
    fn >>= 1;
    sn >>= 1;
  }
  return sn == 0 && fr == older_root && sr == root;
}

}  // namespace troth::audit
