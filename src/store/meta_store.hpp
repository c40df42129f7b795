// MetaStore: sealed settings by name: addresses of peers, configuration, incarnation, cursors.
// Names are paths such as "peer/address/<hex>"; they are sealed too.
#pragma once

#include "store/vault.hpp"

namespace troth::store {

class MetaStore {
 public:
  explicit MetaStore(Vault& vault) : map_(vault.map("meta")) {}

  [[nodiscard]] Result<> put(std::string_view name, ByteView value, Rng& rng);
  [[nodiscard]] Result<> put_u64(std::string_view name, std::uint64_t value, Rng& rng);
  [[nodiscard]] Result<std::optional<Bytes>> get(std::string_view name);
  [[nodiscard]] Result<std::optional<std::uint64_t>> get_u64(std::string_view name);
  [[nodiscard]] Result<bool> erase(std::string_view name);
  // Pairs whose name starts with prefix, ascending by name.
  [[nodiscard]] Result<std::vector<std::pair<std::string, Bytes>>> list(std::string_view prefix);

 private:
  SealedMap map_;
};

}  // namespace troth::store
