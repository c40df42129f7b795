// RFC 9180 vectors. KEM 16 (P-256) is ours; KEM 32 (X25519) and the auth modes run through the same
// key schedule with the Diffie-Hellman parts joined here.
#include "crypto/hpke.hpp"

#include <optional>

#include "apps/troth-vectors/node.hpp"
#include "apps/troth-vectors/tally.hpp"
#include "crypto/hpke_schedule.hpp"
#include "crypto/x25519.hpp"

namespace troth::vectors {

namespace {

namespace hpke = crypto::hpke;
constexpr std::uint64_t kKemX25519 = 0x0020;
constexpr std::uint64_t kAeadAes128 = 1;
constexpr std::uint64_t kExportOnly = 0xffff;

std::optional<Bytes> public_of(std::uint64_t kem, ByteView scalar) {
  if (scalar.size() != 32) return std::nullopt;
  if (kem == kKemX25519) return to_bytes(crypto::x25519_public(Secret32(scalar)));
  const auto pair = crypto::P256KeyPair::from_scalar(scalar);
  if (!pair) return std::nullopt;
  return to_bytes(pair->public_key().view());
}

Bytes agree(std::uint64_t kem, ByteView scalar, ByteView peer) {
  if (scalar.size() != 32) return {};
  if (kem == kKemX25519) {
    const auto shared = crypto::x25519(Secret32(scalar), peer);
    return shared ? to_bytes(shared->expose()) : Bytes{};
  }
  const auto pair = crypto::P256KeyPair::from_scalar(scalar);
  const auto key = crypto::P256Public::parse(peer);
  return pair && key ? to_bytes(pair->agree(*key).expose()) : Bytes{};
}

Bytes joined(Bytes left, const Bytes& right) {
  append(left, right);
  return left;
}

std::string name_of(const Node& v) {
  return "HPKE mode " + v.str("mode") + " KEM " + v.str("kem_id") + " AEAD " + v.str("aead_id");
}

struct Sides {
  Bytes sender;
  Bytes recipient;
};
// What sender and recipient feed into the KEM: the ephemeral part, then in auth modes the static
// one.
Sides shared_inputs(const Node& v, std::uint64_t kem, bool auth) {
  Sides out{agree(kem, v.hex("skEm"), v.hex("pkRm")), agree(kem, v.hex("skRm"), v.hex("enc"))};
  if (!auth) return out;
  out.sender = joined(out.sender, agree(kem, v.hex("skSm"), v.hex("pkRm")));
  out.recipient = joined(out.recipient, agree(kem, v.hex("skRm"), v.hex("pkSm")));
  return out;
}

void check_messages(const Node& v, const hpke::Schedule& schedule, Tally& tally) {
  const std::uint64_t aead_id = v.number("aead_id");
  const auto& messages = v.at("encryptions").items;
  if (aead_id == kAeadAes128)
    return tally.skip("AES-128-GCM (messages under it)", static_cast<unsigned>(messages.size()));
  if (messages.empty()) return;
  const auto aead =
      aead_id == hpke::kAeadAes256Gcm ? crypto::Aead::aes256gcm : crypto::Aead::chacha20poly1305;
  const crypto::AeadKey key(aead, schedule.key.expose());
  std::uint64_t sequence = 0;
  for (const Node& m : messages) {
    const auto nonce = hpke::message_nonce(schedule, sequence);
    Bytes sealed;
    key.seal(nonce, m.hex("aad"), m.hex("pt"), sealed);
    Bytes opened;
    const bool opens =
        key.open(nonce, m.hex("aad"), m.hex("ct"), opened).has_value() && opened == m.hex("pt");
    const bool same_nonce = !m.has("nonce") || equal(nonce, m.hex("nonce"));
    tally.check(same_nonce && opens && sealed == m.hex("ct"),
                name_of(v) + " message " + std::to_string(sequence));
    ++sequence;
  }
}

void check_exports(const Node& v, const hpke::Schedule& schedule, Tally& tally) {
  for (const Node& e : v.at("exports").items) {
    const std::uint64_t size = e.has("L") ? e.number("L") : e.hex("exported_value").size();
    Bytes out(std::min<std::uint64_t>(size, 8160));
    hpke::export_secret(schedule, e.hex("exporter_context"), out);
    tally.check(out == e.hex("exported_value"), name_of(v) + " export");
  }
}

// The functions that troth itself calls, with the published ephemeral key.
void check_one_shot(const Node& v, Tally& tally) {
  const auto& messages = v.at("encryptions").items;
  const std::uint64_t id = v.number("aead_id");
  const bool ours = v.number("kem_id") == hpke::kKemP256 && v.number("mode") <= 1 &&
                    !messages.empty() &&
                    (id == hpke::kAeadAes256Gcm || id == hpke::kAeadChaCha20Poly1305);
  if (!ours) return;
  const auto aead =
      id == hpke::kAeadAes256Gcm ? crypto::Aead::aes256gcm : crypto::Aead::chacha20poly1305;
  const auto own = crypto::P256KeyPair::from_scalar(v.hex("skRm"));
  if (!own) return tally.check(false, name_of(v) + " skRm");
  const Node& m = messages.front();
  const Bytes psk = v.hex("psk");
  const Bytes psk_id = v.hex("psk_id");
  const crypto::HpkePsk with{psk, psk_id};
  FixedRng rng(v.hex("skEm"));
  const auto sealed = crypto::hpke_seal(aead, own->public_key(), with, v.hex("info"), m.hex("aad"),
                                        m.hex("pt"), rng);
  const bool same =
      sealed && equal(sealed->enc.view(), v.hex("enc")) && sealed->ciphertext == m.hex("ct");
  tally.check(same, name_of(v) + " hpke_seal");
  if (!sealed) return;
  const auto opened =
      crypto::hpke_open(aead, own->agree(sealed->enc), sealed->enc, own->public_key(), with,
                        v.hex("info"), m.hex("aad"), m.hex("ct"));
  tally.check(opened && equal(opened->expose(), m.hex("pt")), name_of(v) + " hpke_open");
}

// Why troth cannot run this vector; empty when it can.
std::string missing(const Node& v) {
  const std::uint64_t kem = v.number("kem_id");
  if (kem != hpke::kKemP256 && kem != kKemX25519) return "HPKE KEM " + v.str("kem_id");
  if (v.number("kdf_id") != hpke::kKdfSha256) return "HPKE KDF " + v.str("kdf_id");
  const std::uint64_t aead = v.number("aead_id");
  if ((aead < 1 || aead > 3) && aead != kExportOnly) return "HPKE AEAD " + v.str("aead_id");
  return "";
}

void run_vector(const Node& v, Tally& tally) {
  const auto kem = static_cast<std::uint16_t>(v.number("kem_id"));
  const auto aead = static_cast<std::uint16_t>(v.number("aead_id"));
  const auto mode = static_cast<hpke::Mode>(v.number("mode"));
  const bool auth = mode == hpke::Mode::auth || mode == hpke::Mode::auth_psk;
  Bytes context = joined(v.hex("enc"), v.hex("pkRm"));
  if (auth) append(context, v.hex("pkSm"));
  const Sides inputs = shared_inputs(v, kem, auth);
  const Secret32 shared = hpke::kem_secret(kem, inputs.sender, context);
  const Bytes psk = v.hex("psk");
  const Bytes psk_id = v.hex("psk_id");
  const std::size_t key_size = aead == kExportOnly ? 0 : aead == kAeadAes128 ? 16 : 32;
  const auto schedule =
      hpke::key_schedule(kem, aead, key_size, mode, shared, {psk, psk_id}, v.hex("info"));
  const bool keys = public_of(kem, v.hex("skEm")) == v.hex("enc") &&
                    public_of(kem, v.hex("skRm")) == v.hex("pkRm") &&
                    inputs.sender == inputs.recipient &&
                    equal(shared.expose(), v.hex("shared_secret"));
  tally.check(keys, name_of(v) + " encapsulation");
  const bool schedule_good = equal(schedule.key.expose(), v.hex("key")) &&
                             (key_size == 0 || equal(schedule.base_nonce, v.hex("base_nonce"))) &&
                             equal(schedule.exporter.expose(), v.hex("exporter_secret"));
  tally.check(schedule_good, name_of(v) + " key schedule");
  check_messages(v, schedule, tally);
  check_exports(v, schedule, tally);
  check_one_shot(v, tally);
}

}  // namespace

bool run_hpke(const std::string& path, Tally& tally) {
  const auto file = load_json(path);
  if (!file || file->items.empty()) return false;
  for (const Node& v : file->items) {
    if (const std::string what = missing(v); !what.empty()) {
      tally.skip(what);
    } else {
      run_vector(v, tally);
    }
  }
  return true;
}

}  // namespace troth::vectors
