#include "audit/checkpoint.hpp"

#include <gtest/gtest.h>

#include "unit/audit/memory_store.hpp"

namespace troth::audit::testing {
namespace {

struct Signer {
  CountingRng rng;
  crypto::P256KeyPair key = crypto::P256KeyPair::generate(rng);

  SignedCheckpoint sign(const Checkpoint& checkpoint) {
    SignedCheckpoint out;
    out.body = wire::encode(checkpoint);
    const KeyRequest request = checkpoint_request(out.body);
    EXPECT_EQ(request.op, KeyOp::sign);
    out.signature = key.sign(request.input, rng);
    return out;
  }
};

Checkpoint checkpoint_of(const AuditLog& log) {
  Checkpoint out;
  out.device = DeviceId{{1}};
  out.head = log.head();
  return out;
}

TEST(Checkpoint, OpensUnderTheKeyThatSignedItOnly) {
  Signer signer;
  MemoryStore store;
  AuditLog log = AuditLog::open(store).value();
  ASSERT_TRUE(log.append(fact_of(0), signer.rng));
  SignedCheckpoint made = signer.sign(checkpoint_of(log));
  EXPECT_EQ(open_checkpoint(made, signer.key.public_key())->head, log.head());
  const auto other = crypto::P256KeyPair::generate(signer.rng);
  EXPECT_FALSE(open_checkpoint(made, other.public_key()));
  made.body.back() ^= 1;
  EXPECT_FALSE(open_checkpoint(made, signer.key.public_key()));
}

TEST(Checkpoint, NextOneMustContinueTheKnownOne) {
  Signer signer;
  MemoryStore store;
  AuditLog log = AuditLog::open(store).value();
  const Checkpoint empty = checkpoint_of(log);
  for (std::uint64_t i = 0; i < 5; ++i) ASSERT_TRUE(log.append(fact_of(i), signer.rng));
  const Checkpoint known = checkpoint_of(log);
  for (std::uint64_t i = 5; i < 9; ++i) ASSERT_TRUE(log.append(fact_of(i), signer.rng));
  const Checkpoint next = checkpoint_of(log);
  const auto proof = log.prove_consistency(5).value();
  EXPECT_TRUE(continues(known, next, proof));
  EXPECT_TRUE(continues(empty, next, {}));
  EXPECT_TRUE(continues(next, next, {}));
  EXPECT_EQ(continues(next, known, proof).error().code, Errc::rolled_back);
  Checkpoint forged = next;
  forged.head.root.bytes[1] ^= 1;
  EXPECT_EQ(continues(known, forged, proof).error().code, Errc::rolled_back);
  Checkpoint elsewhere = next;
  elsewhere.device = DeviceId{{2}};
  EXPECT_EQ(continues(known, elsewhere, proof).error().code, Errc::bad_value);
}

TEST(Pseudonym, IsStableWithinAnEpochAndUnlinkableAcross) {
  const crypto::Prk one(Bytes(32, 1));
  const crypto::Prk two(Bytes(32, 2));
  const DeviceId device{{5}};
  EXPECT_EQ(pseudonym(one, device.view()), pseudonym(one, device.view()));
  EXPECT_NE(pseudonym(one, device.view()), pseudonym(two, device.view()));
  EXPECT_NE(pseudonym(one, device.view()), pseudonym(one, DeviceId{{6}}.view()));
}

}  // namespace
}  // namespace troth::audit::testing
