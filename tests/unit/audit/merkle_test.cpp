#include "audit/merkle.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"

namespace troth::audit {
namespace {

constexpr std::uint64_t kMost = 40;

Hash leaf_of(std::uint64_t n) {
  Bytes bytes;
  append_be64(bytes, n);
  return leaf_hash(bytes);
}

// MTH as RFC 9162 §2.1.1 writes it, with nothing kept.
Hash naive(std::uint64_t begin, std::uint64_t end) {
  if (end == begin) return empty_root();
  if (end - begin == 1) return leaf_of(begin);
  std::uint64_t k = 1;
  while (k * 2 < end - begin) k *= 2;
  return node_hash(naive(begin, begin + k), naive(begin + k, end));
}

Result<Hash> nodes(unsigned level, std::uint64_t index) {
  return naive(index << level, (index + 1) << level);
}

TEST(Merkle, RootIsThatOfTheDefinition) {
  for (std::uint64_t size = 0; size <= kMost; ++size) {
    EXPECT_EQ(root_of(nodes, size).value(), naive(0, size)) << size;
  }
}

TEST(Merkle, EveryLeafOfEverySizeIsProvenAndNothingElse) {
  for (std::uint64_t size = 1; size <= kMost; ++size) {
    const Hash root = naive(0, size);
    for (std::uint64_t index = 0; index < size; ++index) {
      auto path = inclusion_proof(nodes, index, size).value();
      EXPECT_TRUE(verify_inclusion(leaf_of(index), index, size, path, root));
      EXPECT_FALSE(verify_inclusion(leaf_of(index + 1), index, size, path, root));
      EXPECT_FALSE(verify_inclusion(leaf_of(index), size, size, path, root));
      EXPECT_FALSE(verify_inclusion(leaf_of(index), index, size, path, naive(0, size + 1)));
      if (path.empty()) continue;
      path[size % path.size()].bytes[3] ^= 1;
      EXPECT_FALSE(verify_inclusion(leaf_of(index), index, size, path, root));
      path[size % path.size()].bytes[3] ^= 1;
      const auto shorter = std::span<const Hash>(path).first(path.size() - 1);
      EXPECT_FALSE(verify_inclusion(leaf_of(index), index, size, shorter, root));
      path.push_back(path.back());
      EXPECT_FALSE(verify_inclusion(leaf_of(index), index, size, path, root));
    }
  }
}

TEST(Merkle, EveryPairOfSizesIsConsistentAndAChangedPastIsNot) {
  for (std::uint64_t size = 1; size <= kMost; ++size) {
    const Hash root = naive(0, size);
    for (std::uint64_t older = 1; older <= size; ++older) {
      auto path = consistency_proof(nodes, older, size).value();
      const Hash older_root = naive(0, older);
      EXPECT_TRUE(verify_consistency(older, older_root, size, root, path)) << older << " " << size;
      EXPECT_FALSE(verify_consistency(older, leaf_of(99), size, root, path));
      EXPECT_FALSE(verify_consistency(older, older_root, size, leaf_of(99), path));
      EXPECT_FALSE(verify_consistency(size + 1, older_root, size, root, path));
      if (path.empty()) continue;
      path.back().bytes[0] ^= 1;
      EXPECT_FALSE(verify_consistency(older, older_root, size, root, path));
      path.pop_back();
      EXPECT_FALSE(verify_consistency(older, older_root, size, root, path));
    }
  }
}

TEST(Merkle, LabelsKeepLeavesAndNodesApart) {
  const Hash a = leaf_of(1);
  const Hash b = leaf_of(2);
  Bytes both = to_bytes(a.view());
  append(both, b.view());
  EXPECT_NE(leaf_hash(both), node_hash(a, b));
  EXPECT_NE(node_hash(a, b), node_hash(b, a));
}

}  // namespace
}  // namespace troth::audit
