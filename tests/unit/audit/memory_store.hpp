// An AuditStore that a test can look into and spoil.
#pragma once

#include <map>

#include "audit/log.hpp"

namespace troth::audit::testing {

class MemoryStore final : public AuditStore {
 public:
  Result<> put_leaf(std::uint64_t index, ByteView leaf) override {
    leaves[index] = to_bytes(leaf);
    return {};
  }
  Result<Bytes> leaf(std::uint64_t index) override {
    const auto found = leaves.find(index);
    if (found == leaves.end()) return fail(Errc::damaged);
    return found->second;
  }
  Result<> put_node(unsigned level, std::uint64_t index, const Hash& hash) override {
    nodes[{level, index}] = hash;
    return {};
  }
  Result<Hash> node(unsigned level, std::uint64_t index) override {
    const auto found = nodes.find({level, index});
    if (found == nodes.end()) return fail(Errc::damaged);
    return found->second;
  }
  Result<> put_head(const Head& head) override {
    kept = head;
    return {};
  }
  Result<Head> head() override { return kept; }

  std::map<std::uint64_t, Bytes> leaves;
  std::map<std::pair<unsigned, std::uint64_t>, Hash> nodes;
  Head kept{0, empty_root()};
};

class CountingRng final : public Rng {
 public:
  void fill(MutableBytes out) override {
    for (auto& byte : out) byte = next_++;
  }

 private:
  std::uint8_t next_ = 0;
};

inline Fact fact_of(std::uint64_t n) {
  Fact fact;
  fact.kind = static_cast<FactKind>(1 + n % kFactKinds);
  fact.at_ms = 1000 + n;
  if (n % 2 == 0) fact.device = DeviceId{{static_cast<std::uint8_t>(n)}};
  if (n % 3 == 0) fact.number = n;
  return fact;
}

}  // namespace troth::audit::testing
