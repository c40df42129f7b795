// The Merkle tree of RFC 9162 (§2.1) with troth's labels in place of its one-byte prefixes. Trees
// are given by the hashes of their full subtrees; proofs are checked without any tree.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "troth/result.hpp"
#include "troth/types.hpp"

namespace troth::audit {

[[nodiscard]] Hash leaf_hash(ByteView leaf);
[[nodiscard]] Hash node_hash(const Hash& left, const Hash& right);
[[nodiscard]] Hash empty_root();  // of a tree without leaves: SHA-256 of nothing

// The hash of the full subtree over leaves [index * 2^level, (index + 1) * 2^level).
using Nodes = std::function<Result<Hash>(unsigned level, std::uint64_t index)>;

[[nodiscard]] Result<Hash> root_of(const Nodes& nodes, std::uint64_t size);
// index < size. At most 64 hashes.
[[nodiscard]] Result<std::vector<Hash>> inclusion_proof(const Nodes& nodes, std::uint64_t index,
                                                        std::uint64_t size);
// 0 < older <= size.
[[nodiscard]] Result<std::vector<Hash>> consistency_proof(const Nodes& nodes, std::uint64_t older,
                                                          std::uint64_t size);

[[nodiscard]] bool verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size,
                                    std::span<const Hash> proof, const Hash& root);
[[nodiscard]] bool verify_consistency(std::uint64_t older, const Hash& older_root,
                                      std::uint64_t size, const Hash& root,
                                      std::span<const Hash> proof);

}  // namespace troth::audit
