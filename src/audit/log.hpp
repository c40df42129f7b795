// AuditLog: appends facts to a Merkle tree over an abstract store and proves what it holds. Every
// append goes with the step of the decision that it records.
#pragma once

#include "audit/fact.hpp"
#include "audit/merkle.hpp"
#include "base/ports.hpp"
#include "troth/result.hpp"

namespace troth::audit {

struct Head {
  std::uint64_t size{};
  Hash root;
  using Fields = wire::FieldList<wire::Field<1, &Head::size>, wire::Field<2, &Head::root>>;
  friend bool operator==(const Head&, const Head&) = default;
};

// Where a log is kept. Absent leaves and nodes are damaged: the head says that they exist.
class AuditStore {
 public:
  virtual ~AuditStore() = default;
  [[nodiscard]] virtual Result<> put_leaf(std::uint64_t index, ByteView leaf) = 0;
  [[nodiscard]] virtual Result<Bytes> leaf(std::uint64_t index) = 0;
  [[nodiscard]] virtual Result<> put_node(unsigned level, std::uint64_t index,
                                          const Hash& hash) = 0;
  [[nodiscard]] virtual Result<Hash> node(unsigned level, std::uint64_t index) = 0;
  [[nodiscard]] virtual Result<> put_head(const Head& head) = 0;
  [[nodiscard]] virtual Result<Head> head() = 0;  // size 0 and the empty root when there is none
};

struct Proof {
  std::uint64_t index{};
  std::uint64_t size{};
  std::vector<Hash> path;
  using Fields = wire::FieldList<wire::Field<1, &Proof::index>, wire::Field<2, &Proof::size>,
                                 wire::Field<3, &Proof::path, 64>>;
};

class AuditLog {
 public:
  // The store must outlive the log. damaged: the tree's upper nodes do not give the head's root.
  [[nodiscard]] static Result<AuditLog> open(AuditStore& store);

  [[nodiscard]] Result<std::uint64_t> append(const Fact& fact, Rng& rng);  // its index
  [[nodiscard]] const Head& head() const { return head_; }
  [[nodiscard]] Result<Fact> fact(std::uint64_t index) const;

  // not_found: no such index or size.
  [[nodiscard]] Result<Proof> prove(std::uint64_t index) const;
  [[nodiscard]] Result<std::vector<Hash>> prove_consistency(std::uint64_t older) const;
  // Was the log once this? rolled_back: it is shorter now, or another: somebody changed the past.
  [[nodiscard]] Result<> confirm(const Head& witnessed) const;

  // Recomputes leaves [from, from + count) and every node that they complete; damaged when one
  // differs. All ranges together check the whole log, so a job can do it in slices.
  [[nodiscard]] Result<> verify(std::uint64_t from, std::uint64_t count) const;

 private:
  explicit AuditLog(AuditStore& store) : store_(&store) {}
  [[nodiscard]] Nodes nodes() const;
  [[nodiscard]] Result<> verify_leaf(std::uint64_t index) const;

  AuditStore* store_;
  Head head_;
};

// True when leaf, the encoded Leaf of a fact, stands in the tree that root names.
[[nodiscard]] bool verify_proof(ByteView leaf, const Proof& proof, const Hash& root);

}  // namespace troth::audit
