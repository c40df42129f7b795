#include "store/key_store.hpp"

#include "base/bytes.hpp"

namespace troth::store {
namespace {

using keyring::CarriedKey;
using keyring::EpochRef;
using keyring::EpochSecret;

constexpr std::size_t kRowKey =
    CategoryId::kSize + 8 + 16;  // category | number | commitment prefix

Bytes row_key(const EpochRef& ref) {
  Bytes out = to_bytes(ref.category.view());
  keyring::append_epoch_id(out, ref.id);
  return out;
}

Result<EpochSecret> read_row(const CircleId& circle, ByteView key, ByteView value) {
  if (key.size() != kRowKey) return fail(Errc::damaged);
  TROTH_TRY(const auto category, id_from<CategoryId>(key.first(CategoryId::kSize)));
  const auto number = read_be(key.subspan(CategoryId::kSize, 8));
  const auto carried = wire::decode<CarriedKey>(value);
  if (!carried) return fail(Errc::damaged);
  EpochSecret secret(circle, category, number, *carried);
  // The commitment in the row's name proves that these are the keys that were saved under it.
  if (!equal(row_key(secret.ref()), key)) return fail(Errc::damaged);
  return secret;
}

}  // namespace

Result<> SealedKeyStore::save(const EpochSecret& secret, Rng& rng) {
  return map_.put_secret(row_key(secret.ref()), wire::encode_secret(secret.carry(true)), rng);
}

Result<> SealedKeyStore::erase(const CategoryId& category) {
  std::vector<Bytes> doomed;
  TROTH_CHECK(map_.for_each_secret([&](ByteView key, ByteView) -> Result<> {
    if (key.size() == kRowKey && equal(key.first(CategoryId::kSize), category.view())) {
      doomed.push_back(to_bytes(key));
    }
    return {};
  }));
  for (const auto& key : doomed) {
    TROTH_TRY([[maybe_unused]] const bool was_there, map_.erase(key));
  }
  return {};
}

Result<std::vector<EpochSecret>> SealedKeyStore::load(const CircleId& circle) {
  std::vector<EpochSecret> out;
  TROTH_CHECK(map_.for_each_secret([&](ByteView key, ByteView value) -> Result<> {
    TROTH_TRY(auto secret, read_row(circle, key, value));
    out.push_back(std::move(secret));
    return {};
  }));
  return out;
}

}  // namespace troth::store
