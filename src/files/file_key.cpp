#include "files/file_key.hpp"

#include "crypto/labels.hpp"

namespace troth::files {

namespace {

namespace labels = crypto::labels;
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kHead = 2;  // version, suite

}  // namespace

FileKey::FileKey(const KeyBytes& key, const crypto::Suite& suite) : prk_(key), suite_(suite) {}

GearTable FileKey::gear() const {
  std::array<std::uint8_t, sizeof(GearTable)> bytes;
  prk_.expand(labels::kFileKey, as_bytes("gear"), bytes);
  GearTable table;
  for (std::size_t i = 0; i < table.size(); ++i)
    table[i] = read_be(ByteView(bytes).subspan(i * 8, 8));
  return table;
}

ChunkId FileKey::id(ByteView first, ByteView second) const {
  return prk_.mac_parts({as_bytes(labels::kChunk), first, second});
}

crypto::AeadKey FileKey::chunk_key(const ChunkId& id) const {
  const auto key = prk_.expand32(labels::kFileKey, id.view());
  return crypto::AeadKey(suite_.aead, key.expose());
}

Bytes FileKey::seal(const ChunkId& id, ByteView plain) const {
  Bytes out{kVersion, suite_.id};
  out.reserve(kHead + plain.size() + crypto::kAeadTag);
  const std::array<std::uint8_t, kHead> head{kVersion, suite_.id};
  chunk_key(id).seal(crypto::counter_nonce(0), head, plain, out);
  return out;
}

Result<Bytes> FileKey::open(const ChunkId& id, ByteView sealed) const {
  if (sealed.size() < kHead + crypto::kAeadTag) return fail(Errc::truncated);
  if (sealed[0] != kVersion) return fail(Errc::unknown_version);
  if (sealed[1] != suite_.id) return fail(Errc::no_suite);
  Bytes plain;
  plain.reserve(sealed.size());
  TROTH_CHECK(chunk_key(id).open(crypto::counter_nonce(0), sealed.first(kHead),
                                 sealed.subspan(kHead), plain));
  TROTH_CHECK(require(this->id(plain) == id, Errc::bad_hash));
  return plain;
}

}  // namespace troth::files
