// Target: audit leaves, proofs and signed checkpoints decode, re-encode to the same bytes, and no
// proof made of foreign bytes is taken for one of a tree that it does not belong to
#include "audit/checkpoint.hpp"
#include "fuzz/fuzz.hpp"

namespace troth::fuzzing {
namespace {

template <class T>
void round_trip(ByteView in) {
  const auto decoded = wire::decode<T>(in);
  if (decoded) FUZZ_REQUIRE(equal(wire::encode(*decoded), in));
}

Result<Hash> node(unsigned level, std::uint64_t index) {
  Bytes name;
  append_be32(name, level);
  append_be64(name, index);
  return audit::leaf_hash(name);
}

audit::Leaf sample() {
  audit::Leaf leaf;
  leaf.fact.kind = audit::FactKind::grant;
  leaf.fact.at_ms = 1700000000000;
  leaf.fact.device = DeviceId{{1, 2}};
  leaf.fact.number = 3;
  return leaf;
}

// The root that `size` leaves of node() would have is not known to the fuzzer: a proof that
// verifies against it must be the one true proof.
void forge(ByteView in) {
  const auto proof = wire::decode<audit::Proof>(in);
  if (!proof || proof->size == 0 || proof->size > 64) return;
  const Hash root = audit::root_of(node, proof->size).value();
  const Hash leaf = node(0, proof->index).value();
  if (!audit::verify_inclusion(leaf, proof->index, proof->size, proof->path, root)) return;
  FUZZ_REQUIRE(proof->path == audit::inclusion_proof(node, proof->index, proof->size).value());
}

}  // namespace
}  // namespace troth::fuzzing

void fuzz(troth::ByteView in) {
  using namespace troth;
  fuzzing::round_trip<audit::Leaf>(in);
  fuzzing::round_trip<audit::Proof>(in);
  fuzzing::round_trip<audit::Checkpoint>(in);
  fuzzing::round_trip<audit::SignedCheckpoint>(in);
  fuzzing::round_trip<audit::Head>(in);
  fuzzing::forge(in);
}

std::vector<troth::Bytes> fuzz_seeds() {
  using namespace troth;
  audit::Proof proof{5, 11, audit::inclusion_proof(fuzzing::node, 5, 11).value()};
  audit::Checkpoint checkpoint;
  checkpoint.head.size = 9;
  audit::SignedCheckpoint signed_one;
  signed_one.body = wire::encode(checkpoint);
  return {wire::encode(fuzzing::sample()), wire::encode(proof), wire::encode(checkpoint),
          wire::encode(signed_one), wire::encode(checkpoint.head)};
}
