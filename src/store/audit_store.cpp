#include "store/audit_store.hpp"

#include "base/assert.hpp"

namespace troth::store {
namespace {

constexpr std::string_view kLeaves = "audit_leaf";
constexpr std::string_view kHead = "head";

// The in-order number of a node: leaves are the even ones, and a tree that grows never renumbers.
std::uint64_t node_number(unsigned level, std::uint64_t index) {
  TROTH_ASSERT(level < 40 && index < (std::uint64_t{1} << (62 - level)));
  return (index << (level + 1)) + (std::uint64_t{1} << level) - 1;
}

Bytes key_of(std::uint64_t index) {
  Bytes key;
  append_be64(key, index);
  return key;
}

}  // namespace

Result<> SqlAuditStore::put_leaf(std::uint64_t index, ByteView leaf) {
  const Bytes sealed = vault_.sealer().seal(kLeaves, key_of(index), leaf, rng_);
  TROTH_TRY(Query query, vault_.db().prepare("INSERT INTO audit_leaf (i, v) VALUES (?1, ?2)"));
  return query.bind(1, index).bind_borrowed(2, sealed).run();
}

Result<Bytes> SqlAuditStore::leaf(std::uint64_t index) {
  TROTH_TRY(Query query, vault_.db().prepare("SELECT v FROM audit_leaf WHERE i = ?1"));
  TROTH_TRY(const bool has, query.bind(1, index).step());
  TROTH_CHECK(require(has, Errc::damaged));
  return vault_.sealer().open(kLeaves, key_of(index), query.blob(0));
}

Result<> SqlAuditStore::put_node(unsigned level, std::uint64_t index, const Hash& hash) {
  TROTH_TRY(Query query, vault_.db().prepare("INSERT INTO audit_node (i, h) VALUES (?1, ?2)"));
  return query.bind(1, node_number(level, index)).bind(2, hash).run();
}

Result<Hash> SqlAuditStore::node(unsigned level, std::uint64_t index) {
  TROTH_TRY(Query query, vault_.db().prepare("SELECT h FROM audit_node WHERE i = ?1"));
  TROTH_TRY(const bool has, query.bind(1, node_number(level, index)).step());
  TROTH_CHECK(require(has, Errc::damaged));
  return query.id<Hash>(0);
}

Result<> SqlAuditStore::put_head(const audit::Head& head) {
  return head_.put(as_bytes(kHead), wire::encode(head), rng_);
}

Result<audit::Head> SqlAuditStore::head() {
  TROTH_TRY(const auto stored, head_.get(as_bytes(kHead)));
  if (!stored) return audit::Head{0, audit::empty_root()};
  const auto head = wire::decode<audit::Head>(*stored);
  if (!head) return fail(Errc::damaged);
  return *head;
}

}  // namespace troth::store
