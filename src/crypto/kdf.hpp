// HMAC-SHA256 and HKDF-SHA256 (RFC 2104, RFC 5869). A Prk keeps the keyed inner and outer state, so
// that one more expansion costs a few hash blocks and no key schedule.
#pragma once

#include <memory>
#include <string_view>

#include "base/secret.hpp"
#include "crypto/hash.hpp"

namespace troth::crypto {

[[nodiscard]] Hash hmac_sha256(ByteView key, ByteView data);

class Prk {
 public:
  // Takes any key as the pseudo-random key of HKDF-Expand and of plain HMAC.
  explicit Prk(ByteView key);
  ~Prk();
  Prk(Prk&&) noexcept;
  Prk& operator=(Prk&&) noexcept;

  [[nodiscard]] static Prk extract(ByteView salt, ByteView input_key);
  // The same over parts one after another, so that no joined copy of a secret is needed.
  [[nodiscard]] static Prk extract_parts(ByteView salt, std::initializer_list<ByteView> input_key);
  // HKDF-Expand with info = label | context, at most 255 * 32 bytes out.
  void expand(std::string_view label, ByteView context, MutableBytes out) const;
  [[nodiscard]] Secret32 expand32(std::string_view label, ByteView context = {}) const;
  [[nodiscard]] Hash mac(ByteView data) const;  // HMAC-SHA256 under this key
  [[nodiscard]] Hash mac_parts(std::initializer_list<ByteView> parts) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace troth::crypto
