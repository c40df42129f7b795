#include <algorithm>

#include "base/assert.hpp"
#include "store/vault.hpp"

namespace troth::store {
namespace {

// A row's plaintext carries its key, because the key column is blinded: be16 length | key | value.
struct Row {
  ByteView key;
  ByteView value;
};

void write_row(ByteView key, ByteView value, MutableBytes out) {
  out[0] = static_cast<std::uint8_t>(key.size() >> 8);
  out[1] = static_cast<std::uint8_t>(key.size() & 0xff);
  std::copy(key.begin(), key.end(), out.begin() + 2);
  std::copy(value.begin(), value.end(), out.begin() + 2 + static_cast<std::ptrdiff_t>(key.size()));
}

Result<Row> read_row(ByteView plain) {
  if (plain.size() < 2) return fail(Errc::damaged);
  const auto length = static_cast<std::size_t>(read_be(plain.first(2)));
  if (plain.size() < 2 + length) return fail(Errc::damaged);
  return Row{plain.subspan(2, length), plain.subspan(2 + length)};
}

ByteView view_of(const Bytes& bytes) { return bytes; }
ByteView view_of(const SecretBytes& bytes) { return bytes.expose(); }

}  // namespace

SealedMap::SealedMap(Vault& vault, std::string_view name)
    : vault_(&vault), name_(name), number_(vault.sealer().table_number(name)) {}

Result<> SealedMap::put(ByteView key, ByteView value, Rng& rng) {
  TROTH_ASSERT(key.size() <= limits::kStoreKeyBytes);
  Bytes plain(2 + key.size() + value.size());
  write_row(key, value, plain);
  return put_row(key, plain, rng);
}

Result<> SealedMap::put_secret(ByteView key, const SecretBytes& value, Rng& rng) {
  TROTH_ASSERT(key.size() <= limits::kStoreKeyBytes);
  SecretBytes plain(2 + key.size() + value.size());
  write_row(key, value.expose(), plain.expose_mutable());
  return put_row(key, plain.expose(), rng);
}

Result<> SealedMap::put_row(ByteView key, ByteView plain, Rng& rng) {
  const RowSealer& sealer = vault_->sealer();
  const auto row_key = sealer.blind(name_, key);
  const Bytes sealed = sealer.seal(name_, row_key, plain, rng);
  TROTH_TRY(const auto old, stored(row_key));
  TROTH_TRY(Query query,
            vault_->db().prepare("INSERT OR REPLACE INTO sealed (t, k, v) VALUES (?1, ?2, ?3)"));
  TROTH_CHECK(query.bind(1, number_).bind(2, ByteView(row_key)).bind_borrowed(3, sealed).run());
  const Hash added = sealer.row_mac(name_, row_key, sealed);
  if (!old) return vault_->changed(name_, nullptr, &added);
  const Hash removed = sealer.row_mac(name_, row_key, *old);
  return vault_->changed(name_, &removed, &added);
}

Result<std::optional<Bytes>> SealedMap::stored(ByteView row_key) {
  TROTH_TRY(Query query, vault_->db().prepare("SELECT v FROM sealed WHERE t = ?1 AND k = ?2"));
  query.bind(1, number_).bind(2, row_key);
  TROTH_TRY(const bool has, query.step());
  if (!has) return std::optional<Bytes>();
  return std::optional<Bytes>(to_bytes(query.blob(0)));
}

Result<std::optional<Bytes>> SealedMap::get(ByteView key) {
  const auto row_key = vault_->sealer().blind(name_, key);
  TROTH_TRY(const auto sealed, stored(row_key));
  if (!sealed) return std::optional<Bytes>();
  TROTH_TRY(const Bytes plain, vault_->sealer().open(name_, row_key, *sealed));
  TROTH_TRY(const Row row, read_row(plain));
  TROTH_CHECK(require(equal(row.key, key), Errc::damaged));
  return std::optional<Bytes>(to_bytes(row.value));
}

Result<std::optional<SecretBytes>> SealedMap::get_secret(ByteView key) {
  const auto row_key = vault_->sealer().blind(name_, key);
  TROTH_TRY(const auto sealed, stored(row_key));
  if (!sealed) return std::optional<SecretBytes>();
  TROTH_TRY(const SecretBytes plain, vault_->sealer().open_secret(name_, row_key, *sealed));
  TROTH_TRY(const Row row, read_row(plain.expose()));
  TROTH_CHECK(require(equal(row.key, key), Errc::damaged));
  return std::optional<SecretBytes>(SecretBytes(row.value));
}

Result<bool> SealedMap::erase(ByteView key) {
  const RowSealer& sealer = vault_->sealer();
  const auto row_key = sealer.blind(name_, key);
  TROTH_TRY(const auto old, stored(row_key));
  if (!old) return false;
  TROTH_TRY(Query query, vault_->db().prepare("DELETE FROM sealed WHERE t = ?1 AND k = ?2"));
  TROTH_CHECK(query.bind(1, number_).bind(2, ByteView(row_key)).run());
  const Hash removed = sealer.row_mac(name_, row_key, *old);
  TROTH_CHECK(vault_->changed(name_, &removed, nullptr));
  return true;
}

// All rows are opened before the first visit: their order in the file is that of the blinded keys.
template <class Opened, class Open>
Result<> SealedMap::visit_sorted(const Open& open, const Visit& visit) {
  std::vector<Opened> rows;
  {
    TROTH_TRY(Query query, vault_->db().prepare("SELECT k, v FROM sealed WHERE t = ?1"));
    query.bind(1, number_);
    while (true) {
      TROTH_TRY(const bool has, query.step());
      if (!has) break;
      TROTH_TRY(auto plain, open(query.blob(0), query.blob(1)));
      TROTH_CHECK(read_row(view_of(plain)));
      rows.push_back(std::move(plain));
    }
  }
  std::sort(rows.begin(), rows.end(), [](const Opened& a, const Opened& b) {
    const ByteView left = read_row(view_of(a))->key;
    const ByteView right = read_row(view_of(b))->key;
    return std::lexicographical_compare(left.begin(), left.end(), right.begin(), right.end());
  });
  for (const Opened& plain : rows) {
    const Row row = *read_row(view_of(plain));
    TROTH_CHECK(visit(row.key, row.value));
  }
  return {};
}

Result<> SealedMap::for_each(const Visit& visit) {
  return visit_sorted<Bytes>(
      [this](ByteView key, ByteView sealed) { return vault_->sealer().open(name_, key, sealed); },
      visit);
}

Result<> SealedMap::for_each_secret(const Visit& visit) {
  return visit_sorted<SecretBytes>(
      [this](ByteView key, ByteView sealed) {
        return vault_->sealer().open_secret(name_, key, sealed);
      },
      visit);
}

std::uint64_t SealedMap::count() const {
  const auto set = vault_->sets_.find(name_);
  return set == vault_->sets_.end() ? 0 : set->second.count();
}

}  // namespace troth::store
