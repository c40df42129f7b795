// AuditStore over the database: leaves sealed, tree nodes in clear (salted leaves say nothing), the
// head among the vault's rows, so that a log cut short is found when the file opens.
#pragma once

#include "audit/log.hpp"
#include "store/vault.hpp"

namespace troth::store {

class SqlAuditStore final : public audit::AuditStore {
 public:
  SqlAuditStore(Vault& vault, Rng& rng) : vault_(vault), rng_(rng), head_(vault.map("audit")) {}

  [[nodiscard]] Result<> put_leaf(std::uint64_t index, ByteView leaf) override;
  [[nodiscard]] Result<Bytes> leaf(std::uint64_t index) override;
  [[nodiscard]] Result<> put_node(unsigned level, std::uint64_t index, const Hash& hash) override;
  [[nodiscard]] Result<Hash> node(unsigned level, std::uint64_t index) override;
  [[nodiscard]] Result<> put_head(const audit::Head& head) override;
  [[nodiscard]] Result<audit::Head> head() override;

 private:
  Vault& vault_;
  Rng& rng_;
  SealedMap head_;
};

}  // namespace troth::store
