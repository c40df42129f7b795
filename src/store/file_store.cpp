#include "store/file_store.hpp"

namespace troth::store {

namespace {

constexpr std::string_view kTable = "files/known";

Bytes place(std::uint32_t folder, const ItemId& item, FileStore::Part part) {
  Bytes key;
  append_be32(key, folder);
  append(key, item.view());
  key.push_back(static_cast<std::uint8_t>(part));
  return key;
}

std::uint64_t number(FileStore::Part part) { return static_cast<std::uint64_t>(part); }

}  // namespace

Result<> FileStore::put(std::uint32_t folder, const ItemId& item, Part part, ByteView value) {
  const Bytes sealed = sealer_->seal(kTable, place(folder, item, part), value, *rng_);
  TROTH_TRY(Query query, db_->prepare("INSERT OR REPLACE INTO file_known (folder, item, part, v) "
                                      "VALUES (?1, ?2, ?3, ?4)"));
  query.bind(1, std::uint64_t{folder}).bind(2, item).bind(3, number(part));
  return query.bind_borrowed(4, sealed).run();
}

Result<std::optional<Bytes>> FileStore::get(std::uint32_t folder, const ItemId& item, Part part) {
  TROTH_TRY(Query query, db_->prepare("SELECT v FROM file_known WHERE folder = ?1 AND item = ?2 "
                                      "AND part = ?3"));
  query.bind(1, std::uint64_t{folder}).bind(2, item).bind(3, number(part));
  TROTH_TRY(const bool has, query.step());
  if (!has) return std::optional<Bytes>();
  TROTH_TRY(auto value, sealer_->open(kTable, place(folder, item, part), query.blob(0)));
  return std::optional<Bytes>(std::move(value));
}

Result<> FileStore::erase(std::uint32_t folder, const ItemId& item) {
  TROTH_TRY(Query query, db_->prepare("DELETE FROM file_known WHERE folder = ?1 AND item = ?2"));
  return query.bind(1, std::uint64_t{folder}).bind(2, item).run();
}

Result<> FileStore::erase_part(std::uint32_t folder, const ItemId& item, Part part) {
  TROTH_TRY(Query query, db_->prepare("DELETE FROM file_known WHERE folder = ?1 AND item = ?2 "
                                      "AND part = ?3"));
  return query.bind(1, std::uint64_t{folder}).bind(2, item).bind(3, number(part)).run();
}

Result<> FileStore::erase_folder(std::uint32_t folder) {
  TROTH_TRY(Query query, db_->prepare("DELETE FROM file_known WHERE folder = ?1"));
  return query.bind(1, std::uint64_t{folder}).run();
}

Result<> FileStore::for_each(std::uint32_t folder, Part part, const Visit& visit) {
  TROTH_TRY(Query query, db_->prepare("SELECT item, v FROM file_known WHERE folder = ?1 "
                                      "AND part = ?2"));
  query.bind(1, std::uint64_t{folder}).bind(2, number(part));
  return query.each([&]() -> Result<> {
    TROTH_TRY(const auto item, query.id<ItemId>(0));
    TROTH_TRY(const auto value, sealer_->open(kTable, place(folder, item, part), query.blob(1)));
    return visit(item, value);
  });
}

}  // namespace troth::store
