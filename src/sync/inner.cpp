#include "sync/inner.hpp"

#include "crypto/hash.hpp"
#include "crypto/labels.hpp"

namespace troth::sync {

Hash leaf_root(std::span<const Leaf> leaves) {
  Bytes list = to_bytes(crypto::labels::kLeafList);
  list.reserve(list.size() + leaves.size() * Leaf::kSize);
  for (const auto& leaf : leaves) append(list, leaf.view());
  return crypto::sha256(list);
}

std::vector<Leaf> leaves_of(const OpenBatch& batch) {
  std::vector<Leaf> leaves;
  leaves.reserve(batch.ops.size());
  for (const auto& op : batch.ops) leaves.push_back(op.leaf);
  return leaves;
}

Bytes signed_message(ByteView core, const Hash& root) {
  Bytes message = to_bytes(crypto::labels::kBatchSign);
  append(message, core);
  append(message, root.view());
  return message;
}

ChainHash chain_hash(ByteView core, const Hash& root) {
  return id_prefix<ChainHash>(
      crypto::sha256({as_bytes(crypto::labels::kBatchChain), core, root.view()}));
}

Secret32 batch_key(const crypto::Prk& prk, ByteView salt) {
  return prk.expand32(crypto::labels::kBatchKey, salt);
}

}  // namespace troth::sync
