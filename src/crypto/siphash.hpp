// SipHash-2-4 with 128 bits: a keyed hash that is four times as fast as HMAC on short input. Only
// where its outputs stay secret (spec 02 §3).
#pragma once

#include "base/secret.hpp"

namespace troth::crypto {

using SipTag = std::array<std::uint8_t, 16>;

class SipKey {
 public:
  static constexpr std::size_t kSize = 16;
  explicit SipKey(ByteView key16);
  [[nodiscard]] SipTag mac(ByteView data) const;

 private:
  Secret<kSize> key_;
};

}  // namespace troth::crypto
