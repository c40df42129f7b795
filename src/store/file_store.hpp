// FileStore: what a bound folder held when it was last looked at (spec 10 §8). Rows are sealed to
// their place; a missing or older row only means that a file is read again.
#pragma once

#include <functional>

#include "base/ports.hpp"
#include "store/db.hpp"
#include "store/sealed.hpp"

namespace troth::store {

class FileStore {
 public:
  // Borrowed; all outlive this.
  FileStore(Db& db, const RowSealer& sealer, Rng& rng) : db_(&db), sealer_(&sealer), rng_(&rng) {}

  enum class Part : std::uint8_t { file = 0, chunks = 1 };
  [[nodiscard]] Result<> put(std::uint32_t folder, const ItemId& item, Part part, ByteView value);
  [[nodiscard]] Result<std::optional<Bytes>> get(std::uint32_t folder, const ItemId& item,
                                                 Part part);
  [[nodiscard]] Result<> erase(std::uint32_t folder, const ItemId& item);  // both parts
  [[nodiscard]] Result<> erase_part(std::uint32_t folder, const ItemId& item, Part part);
  [[nodiscard]] Result<> erase_folder(std::uint32_t folder);
  using Visit = std::function<Result<>(const ItemId& item, ByteView value)>;
  [[nodiscard]] Result<> for_each(std::uint32_t folder, Part part, const Visit& visit);

 private:
  Db* db_;
  const RowSealer* sealer_;
  Rng* rng_;
};

}  // namespace troth::store
