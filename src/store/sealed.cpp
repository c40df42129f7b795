#include "store/sealed.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "base/bytes.hpp"
#include "crypto/labels.hpp"

namespace troth::store {
namespace {

constexpr std::uint8_t kRowVersion = 1;
constexpr std::size_t kRandom = 16;

// Length-prefixed, so that no two (table, key) pairs give the same bytes.
Bytes place(std::string_view table, ByteView key) {
  TROTH_ASSERT(table.size() < 256);
  Bytes out;
  out.reserve(crypto::labels::kAtRest.size() + 5 + table.size() + key.size() + kRandom + 32);
  append(out, crypto::labels::kAtRest);
  out.push_back(static_cast<std::uint8_t>(table.size()));
  append(out, table);
  append_be32(out, static_cast<std::uint32_t>(key.size()));
  append(out, key);
  return out;
}

Secret32 derive(const Secret32& key, std::string_view use) {
  return crypto::Prk(key.expose()).expand32(crypto::labels::kAtRest, as_bytes(use));
}

// sum += value, or sum -= value, as 256-bit big-endian integers that wrap around.
void accumulate(Hash& sum, const Hash& value, bool subtract) {
  unsigned carry = subtract ? 1 : 0;
  for (std::size_t i = Hash::kSize; i-- > 0;) {
    const unsigned operand = subtract ? 0xffu ^ value.bytes[i] : value.bytes[i];
    const unsigned total = sum.bytes[i] + operand + carry;
    sum.bytes[i] = static_cast<std::uint8_t>(total & 0xff);
    carry = total >> 8;
  }
}

}  // namespace

RowSealer::RowSealer(const Secret32& at_rest_key)
    : aead_(crypto::Aead::aes256gcm, derive(at_rest_key, "row").expose()),
      nonces_(derive(at_rest_key, "nonce").expose()),
      blinds_(derive(at_rest_key, "blind").expose()),
      sums_(derive(at_rest_key, "sum").expose()),
      sets_(ByteView(derive(at_rest_key, "set").expose()).first(crypto::SipKey::kSize)) {}

Bytes RowSealer::seal(std::string_view table, ByteView key, ByteView plain, Rng& rng) const {
  std::array<std::uint8_t, kRandom> random;
  next_random(random, rng);
  return seal_with(table, key, plain, random);
}

// A system's generator costs a system call, as much as the rest of sealing a short row. The numbers
// only have to differ: the nonce is a MAC over them.
void RowSealer::next_random(std::array<std::uint8_t, kRandom>& out, Rng& rng) const {
  constexpr std::uint32_t kRowsPerDraw = 256;
  if (random_left_ == 0) {
    rng.fill(random_);
    random_left_ = kRowsPerDraw;
  }
  --random_left_;
  for (std::size_t i = kRandom; i-- > 0 && ++random_[i] == 0;) {
  }
  out = random_;
}

Bytes RowSealer::seal_with(std::string_view table, ByteView key, ByteView plain,
                           ByteView random) const {
  const Bytes aad = place(table, key);
  Bytes seed = aad;
  append(seed, random);
  append(seed, nonces_.mac(plain).view());
  const Hash mac = nonces_.mac(seed);
  crypto::Nonce nonce;
  std::copy_n(mac.bytes.begin(), nonce.size(), nonce.begin());

  Bytes out;
  out.reserve(kOverhead + plain.size());
  out.push_back(kRowVersion);
  append(out, nonce);
  aead_.seal(nonce, aad, plain, out);
  return out;
}

namespace {

struct Split {
  crypto::Nonce nonce;
  ByteView sealed;
};

Result<Split> split(ByteView stored) {
  if (stored.size() < RowSealer::kOverhead || stored[0] != kRowVersion) return fail(Errc::damaged);
  Split out;
  std::copy_n(stored.begin() + 1, out.nonce.size(), out.nonce.begin());
  out.sealed = stored.subspan(1 + out.nonce.size());
  return out;
}

}  // namespace

Result<Bytes> RowSealer::open(std::string_view table, ByteView key, ByteView stored) const {
  TROTH_TRY(const Split parts, split(stored));
  Bytes out;
  if (!aead_.open(parts.nonce, place(table, key), parts.sealed, out)) return fail(Errc::damaged);
  return out;
}

Result<SecretBytes> RowSealer::open_secret(std::string_view table, ByteView key,
                                           ByteView stored) const {
  TROTH_TRY(const Split parts, split(stored));
  auto out = aead_.open_secret(parts.nonce, place(table, key), parts.sealed);
  if (!out) return fail(Errc::damaged);
  return out;
}

std::array<std::uint8_t, 16> RowSealer::blind(std::string_view table, ByteView key) const {
  const Hash mac = blinds_.mac(place(table, key));
  std::array<std::uint8_t, 16> out;
  std::copy_n(mac.bytes.begin(), out.size(), out.begin());
  return out;
}

std::uint64_t RowSealer::table_number(std::string_view table) const {
  return read_be(ByteView(blind(table, as_bytes("table"))).first(8)) >> 1;
}

Hash RowSealer::row_mac(std::string_view table, ByteView key, ByteView stored) const {
  Bytes input = place(table, key);
  append(input, stored);
  return sums_.mac(input);
}

void RowSet::add(const Hash& row_mac) {
  accumulate(sum_, row_mac, false);
  ++count_;
}

void RowSet::remove(const Hash& row_mac) {
  accumulate(sum_, row_mac, true);
  --count_;
}

RowSet RowSet::from(const Hash& sum, std::uint64_t count) {
  RowSet out;
  out.sum_ = sum;
  out.count_ = count;
  return out;
}

}  // namespace troth::store
