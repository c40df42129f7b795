#include "crypto/cpace.hpp"

#include <sodium.h>

#include "base/bytes.hpp"

namespace troth::crypto {

namespace {

constexpr std::string_view kDsi = "CPaceRistretto255";
constexpr std::string_view kDsiIsk = "CPaceRistretto255_ISK";
constexpr std::size_t kHashBlock = 128;  // SHA-512
constexpr std::size_t kIskBytes = 64;

std::size_t leb128_size(std::size_t value) {
  std::size_t size = 1;
  while ((value >>= 7) != 0) ++size;
  return size;
}

void append_leb128(Bytes& out, std::size_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<std::uint8_t>(0x80 | (value & 0x7f)));
    value >>= 7;
  }
  out.push_back(static_cast<std::uint8_t>(value));
}

std::size_t lv_size(ByteView part) { return leb128_size(part.size()) + part.size(); }

// generator_string of the draft: the zeros push the secret into a hash block of its own, so that
// the time of hashing does not depend on what follows.
Bytes generator_string(const CpaceInputs& inputs) {
  const std::size_t front = 1 + lv_size(inputs.secret) + lv_size(as_bytes(kDsi));
  const Bytes padding(front < kHashBlock ? kHashBlock - front : 0, 0);
  return lv_cat({as_bytes(kDsi), inputs.secret, padding, inputs.channel_id, inputs.session_id});
}

Secret32 generator(const CpaceInputs& inputs) {
  Bytes text = generator_string(inputs);
  Secret<64> wide;
  crypto_hash_sha512(wide.expose_mutable().data(), text.data(), text.size());
  secret_wipe(text);
  Secret32 point;
  crypto_core_ristretto255_from_hash(point.expose_mutable().data(), wide.expose().data());
  return point;
}

SecretBytes session_key(ByteView session_id, const Secret32& shared, ByteView transcript) {
  Bytes prefix = lv_cat({as_bytes(kDsiIsk), session_id, shared.expose()});
  crypto_hash_sha512_state state;
  crypto_hash_sha512_init(&state);
  crypto_hash_sha512_update(&state, prefix.data(), prefix.size());
  crypto_hash_sha512_update(&state, transcript.data(), transcript.size());
  SecretBytes key(kIskBytes);
  crypto_hash_sha512_final(&state, key.expose_mutable().data());
  sodium_memzero(&state, sizeof state);
  secret_wipe(prefix);
  return key;
}

}  // namespace

Bytes lv_cat(std::initializer_list<ByteView> parts) {
  std::size_t size = 0;
  for (const ByteView part : parts) size += lv_size(part);
  Bytes out;
  out.reserve(size);  // no regrowth: a copy left behind could hold a secret
  for (const ByteView part : parts) {
    append_leb128(out, part.size());
    append(out, part);
  }
  return out;
}

Result<Cpace> Cpace::start(const CpaceInputs& inputs, Rng& rng) {
  Secret<64> wide;
  rng.fill(wide.expose_mutable());
  Cpace run;
  run.scalar_ = SecretBytes(crypto_core_ristretto255_SCALARBYTES);
  crypto_core_ristretto255_scalar_reduce(run.scalar_.expose_mutable().data(), wide.expose().data());
  const Secret32 base = generator(inputs);
  // Fails only for a zero scalar or generator: random numbers that are none.
  if (crypto_scalarmult_ristretto255(run.share_.data(), run.scalar_.expose().data(),
                                     base.expose().data()) != 0) {
    return fail(Errc::crypto_failed);
  }
  run.session_id_ = to_bytes(inputs.session_id);
  return run;
}

// scalar_mult_vfy of the draft: refuses what does not decode and what comes out as the identity.
Result<Secret32> Cpace::shared_point(ByteView peer_share) const {
  if (scalar_.empty()) return fail(Errc::auth_failed);  // used up
  if (peer_share.size() != share_.size()) return fail(Errc::auth_failed);
  if (equal(peer_share, share_)) return fail(Errc::auth_failed);
  Secret32 shared;
  if (crypto_scalarmult_ristretto255(shared.expose_mutable().data(), scalar_.expose().data(),
                                     peer_share.data()) != 0) {
    return fail(Errc::auth_failed);
  }
  return shared;
}

Result<SecretBytes> Cpace::finish_initiator(ByteView peer_share, ByteView own_ad,
                                            ByteView peer_ad) && {
  auto shared = shared_point(peer_share);
  scalar_.reset();
  if (!shared) return fail(shared.error());
  Bytes transcript = lv_cat({share_, own_ad});
  append(transcript, lv_cat({peer_share, peer_ad}));
  return session_key(session_id_, *shared, transcript);
}

Result<SecretBytes> Cpace::finish_responder(ByteView peer_share, ByteView own_ad,
                                            ByteView peer_ad) && {
  auto shared = shared_point(peer_share);
  scalar_.reset();
  if (!shared) return fail(shared.error());
  Bytes transcript = lv_cat({peer_share, peer_ad});
  append(transcript, lv_cat({share_, own_ad}));
  return session_key(session_id_, *shared, transcript);
}

}  // namespace troth::crypto
