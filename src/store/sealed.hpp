// RowSealer: values at rest under AES-256-GCM, bound to their table and key, so that a row cannot
// be read, changed or moved to another place. RowSet: a keyed sum over rows, so that none can go
// missing. Bytes in spec 11 §5.
#pragma once

#include <string_view>

#include "base/ports.hpp"
#include "base/secret.hpp"
#include "crypto/aead.hpp"
#include "crypto/kdf.hpp"
#include "crypto/siphash.hpp"
#include "troth/result.hpp"

namespace troth::store {

class RowSealer {
 public:
  static constexpr std::size_t kOverhead = 1 + 12 + crypto::kAeadTag;  // version | nonce | tag

  explicit RowSealer(const Secret32& at_rest_key);

  // The nonce is a MAC over place, random bytes and plaintext: it repeats only where all three do,
  // so that a machine restored with the state of its random generator repeats nothing (test T5).
  [[nodiscard]] Bytes seal(std::string_view table, ByteView key, ByteView plain, Rng& rng) const;
  // damaged: changed, cut, of another place or another home.
  [[nodiscard]] Result<Bytes> open(std::string_view table, ByteView key, ByteView stored) const;
  // The same into locked memory.
  [[nodiscard]] Result<SecretBytes> open_secret(std::string_view table, ByteView key,
                                                ByteView stored) const;

  // A key column that says nothing: 16 bytes, the same for the same key of the same table.
  [[nodiscard]] std::array<std::uint8_t, 16> blind(std::string_view table, ByteView key) const;
  // A table column that says nothing: 63 bits.
  [[nodiscard]] std::uint64_t table_number(std::string_view table) const;
  // What RowSet sums: the MAC of one stored row.
  [[nodiscard]] Hash row_mac(std::string_view table, ByteView key, ByteView stored) const;
  // What the set sums of sync are made of (spec 11 §6.1); nobody may see it.
  [[nodiscard]] crypto::SipTag set_mac(ByteView row) const { return sets_.mac(row); }

 private:
  friend class Vault;
  [[nodiscard]] Bytes seal_with(std::string_view table, ByteView key, ByteView plain,
                                ByteView random) const;

  // One of this object's own for each call: drawn now and then, counted up in between.
  void next_random(std::array<std::uint8_t, 16>& out, Rng& rng) const;

  mutable std::array<std::uint8_t, 16> random_{};
  mutable std::uint32_t random_left_ = 0;
  crypto::AeadKey aead_;
  crypto::Prk nonces_;
  crypto::Prk blinds_;
  crypto::Prk sums_;
  crypto::SipKey sets_;
};

// The sum of the MACs of a table's rows, modulo 2^256: rows come and go in any order and the order
// of the table does not matter. A missing, added or older row changes the sum; who has no key
// cannot make up for it.
class RowSet {
 public:
  void add(const Hash& row_mac);
  void remove(const Hash& row_mac);
  [[nodiscard]] const Hash& sum() const { return sum_; }
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] static RowSet from(const Hash& sum, std::uint64_t count);
  friend bool operator==(const RowSet&, const RowSet&) = default;

 private:
  Hash sum_;
  std::uint64_t count_ = 0;
};

}  // namespace troth::store
