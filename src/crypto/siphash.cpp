#include "crypto/siphash.hpp"

#include <sodium.h>

#include <algorithm>

#include "base/assert.hpp"

namespace troth::crypto {

static_assert(SipKey::kSize == crypto_shorthash_siphashx24_KEYBYTES);
static_assert(std::tuple_size_v<SipTag> == crypto_shorthash_siphashx24_BYTES);

SipKey::SipKey(ByteView key16) {
  TROTH_ASSERT(key16.size() == kSize);
  std::copy(key16.begin(), key16.end(), key_.expose_mutable().begin());
}

SipTag SipKey::mac(ByteView data) const {
  SipTag out;
  TROTH_ASSERT(
      crypto_shorthash_siphashx24(out.data(), data.data(), data.size(), key_.expose().data()) == 0);
  return out;
}

}  // namespace troth::crypto
