#include "crypto/hpke_schedule.hpp"

#include "crypto/kdf.hpp"

namespace troth::crypto::hpke {

namespace {

constexpr std::string_view kVersion = "HPKE-v1";

// RFC 9180 section 4.
Prk labeled_extract(ByteView suite, ByteView salt, std::string_view label, ByteView input) {
  return Prk::extract_parts(salt, {as_bytes(kVersion), suite, as_bytes(label), input});
}

// LabeledExtract with an empty salt, as bytes: for the two inputs that are public.
Hash labeled_hash(ByteView suite, std::string_view label, ByteView input) {
  return Prk(ByteView{}).mac_parts({as_bytes(kVersion), suite, as_bytes(label), input});
}

void labeled_expand(const Prk& prk, ByteView suite, std::string_view label, ByteView info,
                    MutableBytes out) {
  Bytes joined;
  append_be16(joined, static_cast<std::uint16_t>(out.size()));
  append(joined, kVersion);
  append(joined, suite);
  append(joined, label);
  append(joined, info);
  prk.expand("", joined, out);
}

}  // namespace

Secret32 kem_secret(std::uint16_t kem, ByteView dh, ByteView context) {
  Bytes suite = to_bytes("KEM");
  append_be16(suite, kem);
  const Prk prk = labeled_extract(suite, {}, "eae_prk", dh);
  Secret32 shared;
  labeled_expand(prk, suite, "shared_secret", context, shared.expose_mutable());
  return shared;
}

Schedule key_schedule(std::uint16_t kem, std::uint16_t aead, std::size_t key_size, Mode mode,
                      const Secret32& shared, HpkePsk psk, ByteView info) {
  Schedule out{SecretBytes(key_size), {}, {}, to_bytes("HPKE")};
  append_be16(out.suite, kem);
  append_be16(out.suite, kKdfSha256);
  append_be16(out.suite, aead);
  Bytes context{static_cast<std::uint8_t>(mode)};
  append(context, labeled_hash(out.suite, "psk_id_hash", psk.psk_id).view());
  append(context, labeled_hash(out.suite, "info_hash", info).view());
  const Prk secret = labeled_extract(out.suite, shared.expose(), "secret", psk.psk);
  if (key_size != 0) {
    labeled_expand(secret, out.suite, "key", context, out.key.expose_mutable());
    labeled_expand(secret, out.suite, "base_nonce", context, out.base_nonce);
  }
  labeled_expand(secret, out.suite, "exp", context, out.exporter.expose_mutable());
  return out;
}

Nonce message_nonce(const Schedule& schedule, std::uint64_t sequence) {
  Nonce nonce = counter_nonce(sequence);
  for (std::size_t i = 0; i < nonce.size(); ++i) nonce[i] ^= schedule.base_nonce[i];
  return nonce;
}

void export_secret(const Schedule& schedule, ByteView context, MutableBytes out) {
  labeled_expand(Prk(schedule.exporter.expose()), schedule.suite, "sec", context, out);
}

}  // namespace troth::crypto::hpke
