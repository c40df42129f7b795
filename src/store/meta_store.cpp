#include "store/meta_store.hpp"

namespace troth::store {

Result<> MetaStore::put(std::string_view name, ByteView value, Rng& rng) {
  return map_.put(as_bytes(name), value, rng);
}

Result<> MetaStore::put_u64(std::string_view name, std::uint64_t value, Rng& rng) {
  Bytes bytes;
  append_be64(bytes, value);
  return put(name, bytes, rng);
}

Result<std::optional<Bytes>> MetaStore::get(std::string_view name) {
  return map_.get(as_bytes(name));
}

Result<std::optional<std::uint64_t>> MetaStore::get_u64(std::string_view name) {
  TROTH_TRY(const auto value, get(name));
  if (!value) return std::optional<std::uint64_t>();
  if (value->size() != 8) return fail(Errc::damaged);
  return std::optional<std::uint64_t>(read_be(*value));
}

Result<bool> MetaStore::erase(std::string_view name) { return map_.erase(as_bytes(name)); }

Result<std::vector<std::pair<std::string, Bytes>>> MetaStore::list(std::string_view prefix) {
  std::vector<std::pair<std::string, Bytes>> out;
  TROTH_CHECK(map_.for_each([&](ByteView key, ByteView value) -> Result<> {
    const std::string_view name = as_text(key);
    if (name.starts_with(prefix)) out.emplace_back(std::string(name), to_bytes(value));
    return {};
  }));
  return out;
}

}  // namespace troth::store
