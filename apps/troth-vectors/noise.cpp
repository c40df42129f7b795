// Noise vectors (the "cacophony" format): both parties run from the published keys, and every
// message of the handshake and of the transport after it must come out as published.
#include "channel/noise.hpp"

#include "apps/troth-vectors/node.hpp"
#include "apps/troth-vectors/tally.hpp"

namespace troth::vectors {

namespace {

using channel::NoiseHandshake;
using channel::NoisePattern;

Result<Secret32> key_pair(ByteView scalar, channel::X25519Dh) {
  if (scalar.size() != 32) return fail(Errc::bad_value);
  return Secret32(scalar);
}
Result<crypto::P256KeyPair> key_pair(ByteView scalar, channel::P256Dh) {
  return crypto::P256KeyPair::from_scalar(scalar);
}

struct Name {
  std::string pattern, dh, cipher, hash;
};
Name split_name(const std::string& protocol) {
  Name out;
  std::size_t at = protocol.find('_');
  for (std::string* part : {&out.pattern, &out.dh, &out.cipher, &out.hash}) {
    if (at == std::string::npos) return out;
    const std::size_t end = protocol.find('_', at + 1);
    *part = protocol.substr(at + 1, end == std::string::npos ? end : end - at - 1);
    at = end;
  }
  return out;
}

const NoisePattern* find_pattern(const std::string& name) {
  for (const NoisePattern* pattern : channel::kNoisePatterns) {
    if (pattern->name == name) return pattern;
  }
  return nullptr;
}

// One of the two, with its static key beside it: the handshake asks for each agreement.
template <class Dh>
struct Party {
  NoiseHandshake<Dh> handshake;
  std::optional<typename Dh::KeyPair> own;

  Result<> settle() {
    while (handshake.waiting_for()) {
      if (!own) return fail(Errc::no_key);
      TROTH_TRY(const auto agreed, Dh::agree(*own, *handshake.waiting_for()));
      TROTH_CHECK(handshake.answer(agreed));
    }
    return {};
  }
  Result<Bytes> write(ByteView payload) {
    TROTH_CHECK(handshake.write(payload));
    TROTH_CHECK(settle());
    return handshake.take_message();
  }
  Result<Bytes> read(const Bytes& message) {
    TROTH_CHECK(handshake.read(message));
    TROTH_CHECK(settle());
    return handshake.take_payload();
  }
};

template <class Dh>
Result<Party<Dh>> make_party(const Node& v, const NoisePattern& pattern, crypto::Aead aead,
                             bool initiator) {
  const std::string who = initiator ? "init_" : "resp_";
  typename NoiseHandshake<Dh>::Config config;
  config.pattern = &pattern;
  config.aead = aead;
  config.initiator = initiator;
  const Bytes prologue = v.hex(who + "prologue");
  config.prologue = prologue;
  std::optional<typename Dh::KeyPair> own;
  if (v.has(who + "static")) {
    TROTH_TRY(auto pair, key_pair(v.hex(who + "static"), Dh{}));
    config.own_static = Dh::public_of(pair);
    own.emplace(std::move(pair));
  }
  if (v.has(who + "remote_static")) {
    TROTH_TRY(config.peer_static, Dh::parse(v.hex(who + "remote_static")));
  }
  if (const auto& psks = v.at(who + "psks").items; !psks.empty()) {
    const Bytes psk = from_hex(psks.front().text).value_or(Bytes{});
    TROTH_CHECK(require(psk.size() == 32 && psks.size() == 1, Errc::bad_value));
    config.psk = Secret32(psk);
  }
  Party<Dh> party{NoiseHandshake<Dh>(std::move(config)), std::move(own)};
  TROTH_TRY(auto ephemeral, key_pair(v.hex(who + "ephemeral"), Dh{}));
  party.handshake.set_ephemeral(std::move(ephemeral));
  return party;
}

Result<> transport_message(channel::CipherState& sealer, channel::CipherState& opener,
                           const Node& m) {
  const Bytes payload = m.hex("payload");
  Bytes sealed(payload.size() + crypto::kAeadTag);
  TROTH_CHECK(sealer.seal({}, payload, sealed));
  TROTH_CHECK(require(sealed == m.hex("ciphertext"), Errc::bad_value));
  Bytes opened(payload.size());
  TROTH_CHECK(opener.open({}, sealed, opened));
  return require(opened == payload, Errc::bad_value);
}

template <class Dh>
Result<> handshake_message(Party<Dh>& writer, Party<Dh>& reader, const Node& m) {
  TROTH_TRY(const Bytes message, writer.write(m.hex("payload")));
  TROTH_CHECK(require(message == m.hex("ciphertext"), Errc::bad_value));
  TROTH_TRY(const Bytes payload, reader.read(message));
  return require(payload == m.hex("payload"), Errc::bad_value);
}

template <class Dh>
Result<> run_transport(Party<Dh>& initiator, Party<Dh>& responder, const Node& v, std::size_t at) {
  const auto& messages = v.at("messages").items;
  auto ours = std::move(initiator.handshake).split();
  auto theirs = std::move(responder.handshake).split();
  for (; at < messages.size(); ++at) {
    const bool even = at % 2 == 0;
    TROTH_CHECK(transport_message(even ? ours.initiator : theirs.responder,
                                  even ? theirs.initiator : ours.responder, messages[at]));
  }
  return {};
}

template <class Dh>
Result<> run_protocol(const Node& v, const NoisePattern& pattern, crypto::Aead aead) {
  TROTH_TRY(auto initiator, make_party<Dh>(v, pattern, aead, true));
  TROTH_TRY(auto responder, make_party<Dh>(v, pattern, aead, false));
  const auto& messages = v.at("messages").items;
  std::size_t at = 0;
  for (; at < messages.size() && !initiator.handshake.finished(); ++at) {
    TROTH_CHECK(at % 2 == 0 ? handshake_message(initiator, responder, messages[at])
                            : handshake_message(responder, initiator, messages[at]));
  }
  TROTH_CHECK(
      require(initiator.handshake.finished() && responder.handshake.finished(), Errc::truncated));
  TROTH_CHECK(require(initiator.handshake.hash() == responder.handshake.hash(), Errc::bad_hash));
  if (v.has("handshake_hash")) {
    TROTH_CHECK(
        require(equal(initiator.handshake.hash().view(), v.hex("handshake_hash")), Errc::bad_hash));
  }
  return run_transport(initiator, responder, v, at);
}

void run_vector(const Node& v, Tally& tally) {
  const std::string& protocol = v.has("protocol_name") ? v.str("protocol_name") : v.str("name");
  const Name name = split_name(protocol);
  const NoisePattern* pattern = find_pattern(name.pattern);
  if (pattern == nullptr) return tally.skip("Noise pattern " + name.pattern);
  if (name.hash != "SHA256") return tally.skip("Noise hash " + name.hash);
  const bool chacha = name.cipher == "ChaChaPoly";
  if (!chacha && name.cipher != "AESGCM") return tally.skip("Noise cipher " + name.cipher);
  const auto aead = chacha ? crypto::Aead::chacha20poly1305 : crypto::Aead::aes256gcm;
  if (name.dh == "25519") {
    tally.check(run_protocol<channel::X25519Dh>(v, *pattern, aead).has_value(), protocol);
  } else if (name.dh == "P256") {
    tally.check(run_protocol<channel::P256Dh>(v, *pattern, aead).has_value(), protocol);
  } else {
    tally.skip("Noise DH " + name.dh);
  }
}

}  // namespace

bool run_noise(const std::string& path, Tally& tally) {
  const auto file = load_json(path);
  if (!file || file->at("vectors").items.empty()) return false;
  for (const Node& v : file->at("vectors").items) run_vector(v, tally);
  return true;
}

}  // namespace troth::vectors
