#include "crypto/ecdsa_nonce.hpp"

#include <algorithm>

#include "crypto/kdf.hpp"

namespace troth::crypto {

const std::array<std::uint8_t, 32> kP256Order = {
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};
const std::array<std::uint8_t, 32> kP256HalfOrder = {
    0x7f, 0xff, 0xff, 0xff, 0x80, 0x00, 0x00, 0x00, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xde, 0x73, 0x7d, 0x56, 0xd3, 0x8b, 0xcf, 0x42, 0x79, 0xdc, 0xe5, 0x61, 0x7e, 0x31, 0x92, 0xa8};

int compare_be(ByteView a, ByteView b) {
  const auto [at_a, at_b] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (at_a == a.end()) return 0;
  return *at_a < *at_b ? -1 : 1;
}

bool p256_scalar_ok(ByteView scalar32) {
  if (scalar32.size() != kP256Order.size()) return false;
  unsigned any = 0;
  unsigned borrow = 0;  // of scalar - n: 1 when scalar < n
  for (std::size_t i = scalar32.size(); i-- > 0;) {
    any |= scalar32[i];
    borrow = ((unsigned{scalar32[i]} - kP256Order[i] - borrow) >> 8) & 1U;
  }
  return any != 0 && borrow == 1;
}

void negate_mod_order(MutableBytes value32) {
  unsigned borrow = 0;
  for (std::size_t i = value32.size(); i-- > 0;) {
    const unsigned digit = unsigned{kP256Order[i]} - value32[i] - borrow;
    value32[i] = static_cast<std::uint8_t>(digit);
    borrow = (digit >> 8) & 1U;
  }
}

namespace {

// bits2octets: the digest modulo n. A 256-bit digest is below 2n, so one subtraction is enough.
std::array<std::uint8_t, 32> reduce(ByteView digest32) {
  std::array<std::uint8_t, 32> out{};
  std::copy(digest32.begin(), digest32.end(), out.begin());
  if (compare_be(out, kP256Order) < 0) return out;
  unsigned borrow = 0;
  for (std::size_t i = out.size(); i-- > 0;) {
    const unsigned value = unsigned{out[i]} - kP256Order[i] - borrow;
    out[i] = static_cast<std::uint8_t>(value);
    borrow = (value >> 8) & 1U;
  }
  return out;
}

// The nonce gives the private key away: no copy of it stays on the stack.
void store(Hash&& from, Secret32& to) {
  std::copy(from.bytes.begin(), from.bytes.end(), to.expose_mutable().begin());
  secret_wipe(from.bytes);
}

}  // namespace

EcdsaNonce::EcdsaNonce(ByteView scalar32, ByteView digest32, ByteView extra) {
  TROTH_ASSERT(scalar32.size() == 32 && digest32.size() == 32);
  std::fill_n(value_.expose_mutable().begin(), 32, std::uint8_t{1});
  const auto reduced = reduce(digest32);
  rekey(0, scalar32, reduced, extra);
  rekey(1, scalar32, reduced, extra);
}

void EcdsaNonce::rekey(std::uint8_t separator, ByteView scalar32, ByteView digest32,
                       ByteView extra) {
  const Prk key(key_.expose());
  store(key.mac_parts({value_.expose(), ByteView(&separator, 1), scalar32, digest32, extra}), key_);
  store(hmac_sha256(key_.expose(), value_.expose()), value_);
}

Secret32 EcdsaNonce::next() {
  for (;;) {
    if (retry_) rekey(0, {}, {}, {});
    retry_ = true;
    store(hmac_sha256(key_.expose(), value_.expose()), value_);
    if (p256_scalar_ok(value_.expose())) return value_.clone();
  }
}

}  // namespace troth::crypto
