#include "audit/log.hpp"

#include <gtest/gtest.h>

#include "unit/audit/memory_store.hpp"

namespace troth::audit::testing {
namespace {

class AuditLogTest : public ::testing::Test {
 protected:
  void fill(std::uint64_t count) {
    AuditLog log = AuditLog::open(store_).value();
    for (std::uint64_t i = 0; i < count; ++i) {
      heads_.push_back(log.head());
      const auto index = log.append(fact_of(i), rng_);
      EXPECT_EQ(index.value(), i);
    }
  }
  MemoryStore store_;
  CountingRng rng_;
  std::vector<Head> heads_;
};

TEST_F(AuditLogTest, KeepsFactsAndProvesEachOverReopen) {
  fill(21);
  const AuditLog log = AuditLog::open(store_).value();
  EXPECT_EQ(log.head().size, 21u);
  for (std::uint64_t i = 0; i < 21; ++i) {
    const Fact fact = log.fact(i).value();
    EXPECT_EQ(fact.kind, fact_of(i).kind);
    EXPECT_EQ(fact.device, fact_of(i).device);
    const Proof proof = log.prove(i).value();
    EXPECT_TRUE(verify_proof(store_.leaves[i], proof, log.head().root));
    EXPECT_FALSE(verify_proof(store_.leaves[(i + 1) % 21], proof, log.head().root));
  }
  EXPECT_EQ(log.fact(21).error().code, Errc::not_found);
  EXPECT_EQ(log.prove(21).error().code, Errc::not_found);
  EXPECT_TRUE(log.verify(0, 1000));
}

TEST_F(AuditLogTest, EveryEarlierHeadIsConfirmedAndProvenConsistent) {
  fill(33);
  const AuditLog log = AuditLog::open(store_).value();
  for (const Head& head : heads_) {
    EXPECT_TRUE(log.confirm(head));
    if (head.size == 0) continue;
    const auto proof = log.prove_consistency(head.size).value();
    EXPECT_TRUE(verify_consistency(head.size, head.root, 33, log.head().root, proof));
  }
  Head other = heads_[7];
  other.root.bytes[0] ^= 1;
  EXPECT_EQ(log.confirm(other).error().code, Errc::rolled_back);
  EXPECT_EQ(log.confirm({34, other.root}).error().code, Errc::rolled_back);
}

TEST_F(AuditLogTest, EveryChangedLeafAndNodeIsFoundByVerify) {
  fill(21);
  const AuditLog log = AuditLog::open(store_).value();
  for (auto& [index, leaf] : store_.leaves) {
    leaf[leaf.size() / 2] ^= 1;
    EXPECT_EQ(log.verify(0, 21).error().code, Errc::damaged) << index;
    EXPECT_EQ(log.verify(index, 1).error().code, Errc::damaged) << index;
    leaf[leaf.size() / 2] ^= 1;
  }
  for (auto& [place, hash] : store_.nodes) {
    hash.bytes[9] ^= 1;
    EXPECT_EQ(log.verify(0, 21).error().code, Errc::damaged) << place.first << " " << place.second;
    hash.bytes[9] ^= 1;
  }
  EXPECT_TRUE(log.verify(0, 21));
}

TEST_F(AuditLogTest, RewrittenHistoryIsRefusedByItsWitness) {
  fill(10);
  const Head witnessed = AuditLog::open(store_).value().head();
  MemoryStore forged;
  AuditLog log = AuditLog::open(forged).value();
  for (std::uint64_t i = 0; i < 12; ++i) {
    Fact fact = fact_of(i);
    if (i == 4) fact.kind = FactKind::lockout;
    ASSERT_TRUE(log.append(fact, rng_));
  }
  EXPECT_TRUE(log.verify(0, 12)) << "the forger's tree is whole";
  EXPECT_EQ(log.confirm(witnessed).error().code, Errc::rolled_back);
}

TEST_F(AuditLogTest, CutOrLengthenedHeadIsRefusedAtOpen) {
  fill(12);
  store_.kept.size = 11;
  EXPECT_EQ(AuditLog::open(store_).error().code, Errc::damaged);
  store_.kept.size = 13;
  EXPECT_EQ(AuditLog::open(store_).error().code, Errc::damaged);
}

TEST_F(AuditLogTest, EqualFactsHaveDifferentLeaves) {
  AuditLog log = AuditLog::open(store_).value();
  ASSERT_TRUE(log.append(fact_of(1), rng_));
  ASSERT_TRUE(log.append(fact_of(1), rng_));
  EXPECT_NE(store_.leaves[0], store_.leaves[1]);
}

TEST(FactKind, EveryKindHasANameAndNoOtherNumberIsKnown) {
  for (unsigned i = 0; i < 256; ++i) {
    if (i == 17 || i == 20) continue;  // reserved (spec 11 §8)
    const auto kind = static_cast<FactKind>(i);
    EXPECT_EQ(wire_known(kind), name_of(kind) != "unknown") << i;
  }
}

}  // namespace
}  // namespace troth::audit::testing
