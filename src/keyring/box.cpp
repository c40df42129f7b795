#include "keyring/box.hpp"

#include "base/bytes.hpp"
#include "crypto/labels.hpp"
#include "keyring/suite.hpp"

namespace troth::keyring {
namespace {

Bytes info_bytes(const BoxBinding& info) {
  Bytes out = to_bytes(crypto::labels::kBox);
  append(out, wire::encode(info));
  return out;
}

Secret32 box_psk(ByteView box_secret) {
  return crypto::Prk(box_secret).expand32(crypto::labels::kBoxPsk);
}

Result<std::vector<EpochSecret>> check_keys(const BoxBinding& info, const BoxPlain& plain) {
  if (plain.keys.size() != info.epochs.size()) return fail(Errc::bad_value);
  std::vector<EpochSecret> out;
  for (std::size_t i = 0; i < plain.keys.size(); ++i) {
    const auto& epoch = info.epochs[i];
    EpochSecret secret(info.circle, epoch.category, epoch.number, plain.keys[i]);
    if (secret.commitment() != epoch.commitment) return fail(Errc::commitment_mismatch);
    out.push_back(std::move(secret));
  }
  return out;
}

}  // namespace

Result<SealedBox> seal_box(const crypto::Suite& suite, const BoxBinding& info,
                           const BoxRecipient& recipient, const BoxPlain& keys, Rng& rng) {
  TROTH_ASSERT(keys.keys.size() == info.epochs.size() && !keys.keys.empty());
  const auto psk = box_psk(recipient.box_secret);
  const auto plain = wire::encode_secret(keys);
  SealedBox out;
  out.ciphertext = {suite.id};
  TROTH_TRY(auto sealed,
            crypto::hpke_seal(suite.aead, recipient.agree, {psk.expose(), info.recipient.view()},
                              info_bytes(info), out.ciphertext, plain.expose(), rng));
  out.enc = sealed.enc;
  append(out.ciphertext, sealed.ciphertext);
  return out;
}

KeyRequest box_request(const crypto::P256Public& enc) {
  return KeyRequest{KeyOp::agree, to_bytes(enc.view()), "open_box"};
}

Result<std::vector<EpochSecret>> open_box(const Secret32& dh, const BoxBinding& info,
                                          const BoxRecipient& self, const crypto::P256Public& enc,
                                          ByteView ciphertext) {
  if (ciphertext.empty()) return fail(Errc::truncated);
  TROTH_TRY(const auto suite, readable_suite(ciphertext[0]));
  const auto psk = box_psk(self.box_secret);
  TROTH_TRY(
      const auto plain,
      crypto::hpke_open(suite.aead, dh, enc, self.agree, {psk.expose(), info.recipient.view()},
                        info_bytes(info), ciphertext.first(1), ciphertext.subspan(1)));
  TROTH_TRY(const auto keys, wire::decode<BoxPlain>(plain.expose()));
  return check_keys(info, keys);
}

}  // namespace troth::keyring
