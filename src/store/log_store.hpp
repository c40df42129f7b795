// LogStore: the circle log on disk, in the order in which entries were admitted, and what is held
// outside it (rule 4.4). Rows are sealed and none can go missing (vault).
#pragma once

#include "circle/log.hpp"
#include "store/vault.hpp"

namespace troth::store {

struct HeldRow {
  circle::Entry entry;
  circle::Reason reason = circle::Reason::ok;
};

class LogStore {
 public:
  explicit LogStore(Vault& vault)
      : entries_(vault.map("circle/entries")), held_(vault.map("circle/held")) {}

  [[nodiscard]] Result<> append(const circle::Entry& entry, Rng& rng);
  [[nodiscard]] Result<std::vector<circle::Entry>> load();  // parents first
  [[nodiscard]] Result<> hold(const circle::Entry& entry, circle::Reason reason, Rng& rng);
  [[nodiscard]] Result<> release(const EntryId& id);  // OfferResult::released
  [[nodiscard]] Result<std::vector<HeldRow>> load_held();  // by id

 private:
  SealedMap entries_;
  SealedMap held_;
};

}  // namespace troth::store
