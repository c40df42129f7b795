// A leaf of the audit log as version 1 writes it, and what it hashes to (spec 11 §8).
#include "audit/fact.hpp"
#include "audit/merkle.hpp"
#include "frozen.hpp"

namespace troth::audit {
namespace {

using troth::test::expect_frozen;
using troth::test::frozen;

TEST(AuditVersion1, ALeafReadsAndIsMadeOfTheSameBytes) {
  Leaf leaf;
  leaf.salt.fill(0x5a);
  leaf.fact.kind = FactKind::withdraw;
  leaf.fact.at_ms = 1'750'000'000'000;
  leaf.fact.device = DeviceId{{1}};
  leaf.fact.category = CategoryId{{2}};
  leaf.fact.entry = EntryId{{3}};
  leaf.fact.reason = 502;
  leaf.fact.number = 6;
  expect_frozen("audit.leaf", wire::encode(leaf));
  expect_frozen("audit.leaf.hash", leaf_hash(wire::encode(leaf)).view());
  const auto read = wire::decode<Leaf>(frozen("audit.leaf"));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->salt, leaf.salt);
  EXPECT_EQ(read->fact.kind, leaf.fact.kind);
  EXPECT_EQ(read->fact.entry, leaf.fact.entry);
  EXPECT_EQ(read->fact.number, leaf.fact.number);
}

}  // namespace
}  // namespace troth::audit
