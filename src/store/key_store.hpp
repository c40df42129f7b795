// Epoch secrets as sealed rows: the row key names category and epoch, the value is a CarriedKey
// that is only ever opened into locked memory.
#pragma once

#include "keyring/key_store.hpp"
#include "store/vault.hpp"

namespace troth::store {

class SealedKeyStore final : public keyring::KeyStore {
 public:
  explicit SealedKeyStore(Vault& vault) : map_(vault.map("keyring/epochs")) {}

  [[nodiscard]] Result<> save(const keyring::EpochSecret& secret, Rng& rng) override;
  [[nodiscard]] Result<> erase(const CategoryId& category) override;
  [[nodiscard]] Result<std::vector<keyring::EpochSecret>> load(const CircleId& circle) override;

 private:
  SealedMap map_;
};

}  // namespace troth::store
