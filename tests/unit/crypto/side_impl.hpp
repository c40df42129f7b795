// See side.hpp. Included by exactly the two side_*.cpp, under one name of the crypto namespace
// each.
#pragma once

#include "crypto/aead.hpp"
#include "crypto/cpace.hpp"
#include "crypto/hpke.hpp"
#include "crypto/kdf.hpp"
#include "crypto/p256.hpp"
#include "tests/unit/crypto/side.hpp"

namespace troth::test {
namespace {

std::optional<Bytes> plain_bytes(const Result<SecretBytes>& secret) {
  if (!secret) return std::nullopt;
  return to_bytes(secret->expose());
}

class CpaceImpl : public CpaceSide {
 public:
  explicit CpaceImpl(crypto::Cpace run) : run_(std::move(run)) {}
  Bytes share() const override { return to_bytes(run_.share()); }
  std::optional<Bytes> finish(bool initiator, ByteView peer, ByteView own_ad,
                              ByteView peer_ad) override {
    return plain_bytes(initiator ? std::move(run_).finish_initiator(peer, own_ad, peer_ad)
                                 : std::move(run_).finish_responder(peer, own_ad, peer_ad));
  }

 private:
  crypto::Cpace run_;
};

class SideImpl : public Side {
 public:
  Bytes hash(ByteView data) const override { return to_bytes(crypto::sha256(data).view()); }
  Bytes hmac(ByteView key, ByteView data) const override {
    return to_bytes(crypto::hmac_sha256(key, data).view());
  }
  Bytes hkdf(ByteView salt, ByteView key, ByteView info, std::size_t size) const override {
    Bytes out(size);
    crypto::Prk::extract(salt, key).expand("", info, out);
    return out;
  }
  Bytes seal(int suite, ByteView key, std::uint64_t counter, ByteView aad,
             ByteView plain) const override {
    Bytes out;
    crypto::AeadKey(aead(suite), key).seal(crypto::counter_nonce(counter), aad, plain, out);
    return out;
  }
  std::optional<Bytes> open(int suite, ByteView key, std::uint64_t counter, ByteView aad,
                            ByteView sealed) const override {
    Bytes out;
    if (!crypto::AeadKey(aead(suite), key).open(crypto::counter_nonce(counter), aad, sealed, out))
      return std::nullopt;
    return out;
  }
  bool point_ok(ByteView point) const override {
    return crypto::P256Public::parse(point).has_value();
  }
  Bytes public_of(ByteView scalar) const override {
    return to_bytes(pair(scalar).public_key().view());
  }
  Bytes agree(ByteView scalar, ByteView point) const override {
    return to_bytes(pair(scalar).agree(*crypto::P256Public::parse(point)).expose());
  }
  Bytes sign(ByteView scalar, ByteView message, Rng& rng) const override {
    return to_bytes(pair(scalar).sign(message, rng));
  }
  bool verify(ByteView point, ByteView message, ByteView signature) const override {
    return crypto::p256_verify(*crypto::P256Public::parse(point), message, signature).has_value();
  }
  Box box(int suite, ByteView recipient, const BoxInputs& in, ByteView plain,
          Rng& rng) const override {
    auto sealed = crypto::hpke_seal(aead(suite), *crypto::P256Public::parse(recipient),
                                    {in.psk, in.psk_id}, in.info, in.aad, plain, rng);
    return {to_bytes(sealed->enc.view()), sealed->ciphertext};
  }
  std::optional<Bytes> unbox(int suite, ByteView scalar, const Box& box,
                             const BoxInputs& in) const override {
    const auto own = pair(scalar);
    const auto enc = crypto::P256Public::parse(box.enc);
    return plain_bytes(crypto::hpke_open(aead(suite), own.agree(*enc), *enc, own.public_key(),
                                         {in.psk, in.psk_id}, in.info, in.aad, box.ciphertext));
  }
  std::unique_ptr<CpaceSide> cpace(ByteView secret, ByteView channel, ByteView session,
                                   Rng& rng) const override {
    return std::make_unique<CpaceImpl>(
        std::move(*crypto::Cpace::start({secret, channel, session}, rng)));
  }

 private:
  static crypto::Aead aead(int suite) { return static_cast<crypto::Aead>(suite); }
  static crypto::P256KeyPair pair(ByteView scalar) {
    return std::move(*crypto::P256KeyPair::from_scalar(scalar));
  }
};

}  // namespace
}  // namespace troth::test
