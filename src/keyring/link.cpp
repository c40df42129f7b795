#include "keyring/link.hpp"

#include "base/bytes.hpp"
#include "base/plant.hpp"
#include "crypto/aead.hpp"
#include "keyring/suite.hpp"

namespace troth::keyring {

Bytes seal_link(const crypto::Suite& suite, const EpochSecret& from, const EpochSecret& to) {
  TROTH_ASSERT(from.category() == to.category());
  const auto link_key = to.link_key(from.id());
  const crypto::AeadKey key(suite.aead, link_key.expose());
  const auto plain = wire::encode_secret(from.carry(true));
  Bytes out{suite.id};
  const Bytes aad = out;
  key.seal(crypto::counter_nonce(0), aad, plain.expose(), out);
  return out;
}

Result<EpochSecret> open_link(const CircleId& circle, const EpochSecret& to, const EpochId& from,
                              const Hash& commitment, ByteView sealed) {
  if (!to.has_history() && !planted(Plant::link_under_k)) return fail(Errc::no_key);
  if (sealed.empty()) return fail(Errc::truncated);
  TROTH_TRY(const auto suite, readable_suite(sealed[0]));
  const auto link_key = to.link_key(from);
  const crypto::AeadKey key(suite.aead, link_key.expose());
  TROTH_TRY(const auto plain,
            key.open_secret(crypto::counter_nonce(0), sealed.first(1), sealed.subspan(1)));
  TROTH_TRY(const auto carried, wire::decode<CarriedKey>(plain.expose()));
  EpochSecret secret(circle, to.category(), from.number, carried);
  if (secret.commitment() != commitment || secret.id() != from) {
    return fail(Errc::commitment_mismatch);
  }
  return secret;
}

}  // namespace troth::keyring
