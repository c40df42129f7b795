#include "audit/log.hpp"

#include <algorithm>

namespace troth::audit {

Result<AuditLog> AuditLog::open(AuditStore& store) {
  AuditLog log(store);
  TROTH_TRY(log.head_, store.head());
  TROTH_TRY(const Hash root, root_of(log.nodes(), log.head_.size));
  TROTH_CHECK(require(root == log.head_.root, Errc::damaged));
  return log;
}

Nodes AuditLog::nodes() const {
  return
      [store = store_](unsigned level, std::uint64_t index) { return store->node(level, index); };
}

Result<std::uint64_t> AuditLog::append(const Fact& fact, Rng& rng) {
  Leaf leaf;
  rng.fill(leaf.salt);
  leaf.fact = fact;
  const Bytes encoded = wire::encode(leaf);
  const std::uint64_t index = head_.size;
  TROTH_CHECK(store_->put_leaf(index, encoded));

  // The new leaf completes one subtree a level for as long as its index is odd on that level.
  Hash hash = leaf_hash(encoded);
  TROTH_CHECK(store_->put_node(0, index, hash));
  std::uint64_t place = index;
  for (unsigned level = 0; (place & 1) == 1; ++level) {
    TROTH_TRY(const Hash left, store_->node(level, place - 1));
    hash = node_hash(left, hash);
    place >>= 1;
    TROTH_CHECK(store_->put_node(level + 1, place, hash));
  }
  Head head{index + 1, {}};
  TROTH_TRY(head.root, root_of(nodes(), head.size));
  TROTH_CHECK(store_->put_head(head));
  head_ = head;
  return index;
}

Result<Fact> AuditLog::fact(std::uint64_t index) const {
  TROTH_CHECK(require(index < head_.size, Errc::not_found));
  TROTH_TRY(const Bytes encoded, store_->leaf(index));
  auto leaf = wire::decode<Leaf>(encoded);
  if (!leaf || leaf->version != 1) return fail(Errc::damaged);
  return leaf->fact;
}

Result<Proof> AuditLog::prove(std::uint64_t index) const {
  TROTH_CHECK(require(index < head_.size, Errc::not_found));
  Proof proof{index, head_.size, {}};
  TROTH_TRY(proof.path, inclusion_proof(nodes(), index, head_.size));
  return proof;
}

Result<std::vector<Hash>> AuditLog::prove_consistency(std::uint64_t older) const {
  TROTH_CHECK(require(older > 0 && older <= head_.size, Errc::not_found));
  return consistency_proof(nodes(), older, head_.size);
}

Result<> AuditLog::confirm(const Head& witnessed) const {
  TROTH_CHECK(require(witnessed.size <= head_.size, Errc::rolled_back));
  TROTH_TRY(const Hash root, root_of(nodes(), witnessed.size));
  return require(root == witnessed.root, Errc::rolled_back);
}

Result<> AuditLog::verify(std::uint64_t from, std::uint64_t count) const {
  const std::uint64_t end = from + std::min(count, head_.size - std::min(from, head_.size));
  for (std::uint64_t index = from; index < end; ++index) TROTH_CHECK(verify_leaf(index));
  TROTH_TRY(const Hash root, root_of(nodes(), head_.size));
  return require(root == head_.root, Errc::damaged);
}

Result<> AuditLog::verify_leaf(std::uint64_t index) const {
  TROTH_TRY(const Bytes encoded, store_->leaf(index));
  Hash hash = leaf_hash(encoded);
  TROTH_TRY(Hash stored, store_->node(0, index));
  TROTH_CHECK(require(stored == hash, Errc::damaged));
  std::uint64_t place = index;
  for (unsigned level = 0; (place & 1) == 1; ++level) {
    TROTH_TRY(const Hash left, store_->node(level, place - 1));
    hash = node_hash(left, hash);
    place >>= 1;
    TROTH_TRY(stored, store_->node(level + 1, place));
    TROTH_CHECK(require(stored == hash, Errc::damaged));
  }
  return {};
}

bool verify_proof(ByteView leaf, const Proof& proof, const Hash& root) {
  return verify_inclusion(leaf_hash(leaf), proof.index, proof.size, proof.path, root);
}

}  // namespace troth::audit
