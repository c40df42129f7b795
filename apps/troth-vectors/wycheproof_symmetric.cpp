#include <algorithm>
#include <optional>

#include "apps/troth-vectors/wycheproof.hpp"
#include "crypto/aead.hpp"
#include "crypto/kdf.hpp"

namespace troth::vectors {

namespace {

std::optional<crypto::Aead> aead_named(const std::string& algorithm) {
  if (algorithm == "AES-GCM") return crypto::Aead::aes256gcm;
  if (algorithm == "CHACHA20-POLY1305") return crypto::Aead::chacha20poly1305;
  return std::nullopt;
}

// A nonce is 12 bytes by its type, so a test that wants another size refused is refused.
void aead_test(crypto::Aead aead, const std::string& algorithm, const Node& test, Tally& tally) {
  const Bytes iv = test.hex("iv");
  const Bytes key_bytes = test.hex("key");
  crypto::Nonce nonce{};
  if (iv.size() != nonce.size() || key_bytes.size() != 32)
    return judge(tally, test, algorithm, false);
  std::copy(iv.begin(), iv.end(), nonce.begin());
  const crypto::AeadKey key(aead, key_bytes);
  Bytes sealed = test.hex("ct");
  append(sealed, test.hex("tag"));
  Bytes opened;
  bool accepted = key.open(nonce, test.hex("aad"), sealed, opened).has_value();
  if (accepted) {
    Bytes again;
    key.seal(nonce, test.hex("aad"), test.hex("msg"), again);
    accepted = opened == test.hex("msg") && again == sealed;
  }
  judge(tally, test, algorithm, accepted);
}

}  // namespace

void aead_group(const std::string& algorithm, const Node& group, Tally& tally) {
  const auto aead = aead_named(algorithm);
  if (!aead) return skip_group(tally, group, algorithm);
  if (group.number("keySize") != 256)
    return skip_group(tally, group, algorithm + " with keys of " + group.str("keySize") + " bits");
  if (group.number("tagSize") != 128)
    return skip_group(tally, group, algorithm + " with tags of " + group.str("tagSize") + " bits");
  const bool other_nonces = *aead == crypto::Aead::aes256gcm && group.number("ivSize") != 96;
  if (other_nonces)
    return skip_group(tally, group, algorithm + " with nonces of " + group.str("ivSize") + " bits");
  for (const Node& test : group.at("tests").items) aead_test(*aead, algorithm, test, tally);
}

void mac_group(const std::string& algorithm, const Node& group, Tally& tally) {
  if (algorithm != "HMACSHA256") return skip_group(tally, group, algorithm);
  const std::size_t tag_size = group.number("tagSize") / 8;
  for (const Node& test : group.at("tests").items) {
    const Hash mac = crypto::hmac_sha256(test.hex("key"), test.hex("msg"));
    const Bytes tag = test.hex("tag");
    const bool same = tag.size() == tag_size && tag_size <= mac.bytes.size() &&
                      equal(mac.view().first(tag_size), tag);
    judge(tally, test, algorithm, same);
  }
}

void hkdf_group(const std::string& algorithm, const Node& group, Tally& tally) {
  if (algorithm != "HKDF-SHA-256") return skip_group(tally, group, algorithm);
  for (const Node& test : group.at("tests").items) {
    const std::uint64_t size = test.number("size");
    bool same = false;
    if (size <= std::uint64_t{255} * 32) {  // a longer output is a broken precondition of expand()
      Bytes out(size);
      crypto::Prk::extract(test.hex("salt"), test.hex("ikm")).expand("", test.hex("info"), out);
      same = out == test.hex("okm");
    }
    judge(tally, test, algorithm, same);
  }
}

}  // namespace troth::vectors
