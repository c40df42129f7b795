// NoiseHandshake: HandshakeState of Noise (revision 34, §5.3) over any group, with one difference
// in shape: where a token needs this device's static private key, the handshake stops and names the
// peer's point; answer() goes on with what the keystore computed. Nothing else leaves or enters.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "channel/noise_dh.hpp"
#include "channel/noise_pattern.hpp"
#include "channel/noise_state.hpp"

namespace troth::channel {

[[nodiscard]] inline std::string noise_name(const NoisePattern& pattern, std::string_view dh,
                                            crypto::Aead aead) {
  std::string out("Noise_");
  out.append(pattern.name).append("_").append(dh).append("_");
  out.append(aead == crypto::Aead::aes256gcm ? "AESGCM" : "ChaChaPoly").append("_SHA256");
  return out;
}

template <class Dh>
class NoiseHandshake {
 public:
  using Public = typename Dh::Public;
  using KeyPair = typename Dh::KeyPair;

  struct Config {
    const NoisePattern* pattern = nullptr;
    crypto::Aead aead = crypto::Aead::aes256gcm;
    bool initiator = true;
    ByteView prologue;  // read by the constructor only
    std::optional<Public> own_static;
    std::optional<Public> peer_static;  // where the pattern has it known before
    std::optional<Secret32> psk;
  };

  explicit NoiseHandshake(Config config);

  // A fresh key pair, before the first write; never one used before.
  void set_ephemeral(KeyPair pair) { ephemeral_.emplace(std::move(pair)); }
  // Begins this side's next message. It is ready at once, or after answer()s: see waiting_for().
  [[nodiscard]] Result<> write(ByteView payload);
  [[nodiscard]] Result<> read(Bytes message);
  // The point that the static key must be agreed with, while a message stands still.
  [[nodiscard]] const std::optional<Public>& waiting_for() const { return waiting_for_; }
  [[nodiscard]] Result<> answer(const Secret32& agreed);

  [[nodiscard]] bool my_turn() const { return !finished() && writes(next_) && !busy_; }
  [[nodiscard]] bool finished() const { return next_ == config_.pattern->message_count(); }
  [[nodiscard]] Bytes take_message() { return std::move(buffer_); }   // after a write
  [[nodiscard]] Bytes take_payload() { return std::move(payload_); }  // after a read
  [[nodiscard]] const std::optional<Public>& peer_static() const { return config_.peer_static; }
  [[nodiscard]] const Hash& hash() const { return state_.hash(); }
  [[nodiscard]] CipherPair split() && { return std::move(state_).split(); }

 private:
  [[nodiscard]] bool writes(std::size_t message) const {
    return (message % 2 == 0) == config_.initiator;
  }
  [[nodiscard]] Result<> run();
  [[nodiscard]] Result<> step(Token token);
  [[nodiscard]] Result<> finish_message();
  [[nodiscard]] Result<> token_e();
  [[nodiscard]] Result<> token_s();
  [[nodiscard]] Result<> token_psk();
  [[nodiscard]] Result<> agree(bool own_is_static, bool peer_is_static);
  [[nodiscard]] Result<ByteView> take(std::size_t size);
  [[nodiscard]] static Result<const Public*> known(const std::optional<Public>& key) {
    if (!key) return fail(Errc::no_key);
    return &*key;
  }

  Config config_;
  SymmetricState state_;
  std::optional<KeyPair> ephemeral_;
  std::optional<Public> peer_ephemeral_;
  std::optional<Public> waiting_for_;
  Bytes buffer_;          // the message being written or read
  std::size_t read_ = 0;  // of it
  Bytes payload_;
  std::size_t next_ = 0;   // message of the pattern
  std::size_t token_ = 0;  // of the message
  bool busy_ = false;      // in the middle of a message
};

template <class Dh>
NoiseHandshake<Dh>::NoiseHandshake(Config config)
    : config_(std::move(config)),
      state_(config_.aead, as_bytes(noise_name(*config_.pattern, Dh::kName, config_.aead))) {
  state_.mix_hash(config_.prologue);
  config_.prologue = {};
  const auto& initiator = config_.initiator ? config_.own_static : config_.peer_static;
  const auto& responder = config_.initiator ? config_.peer_static : config_.own_static;
  if (config_.pattern->initiator_known && initiator) state_.mix_hash(Dh::view(*initiator));
  if (config_.pattern->responder_known && responder) state_.mix_hash(Dh::view(*responder));
}

template <class Dh>
Result<> NoiseHandshake<Dh>::write(ByteView payload) {
  if (finished() || busy_ || !writes(next_)) return fail(Errc::unexpected_message);
  payload_ = to_bytes(payload);
  buffer_.clear();
  busy_ = true;
  return run();
}

template <class Dh>
Result<> NoiseHandshake<Dh>::read(Bytes message) {
  if (finished() || busy_ || writes(next_)) return fail(Errc::unexpected_message);
  buffer_ = std::move(message);
  read_ = 0;
  busy_ = true;
  return run();
}

template <class Dh>
Result<> NoiseHandshake<Dh>::answer(const Secret32& agreed) {
  if (!waiting_for_) return fail(Errc::unexpected_message);
  waiting_for_.reset();
  state_.mix_key(agreed.expose());
  return run();
}

template <class Dh>
Result<> NoiseHandshake<Dh>::run() {
  const auto tokens = config_.pattern->messages[next_];
  while (token_ < tokens.size()) {
    TROTH_CHECK(step(tokens[token_++]));
    if (waiting_for_) return {};
  }
  return finish_message();
}

template <class Dh>
Result<> NoiseHandshake<Dh>::finish_message() {
  if (writes(next_)) {
    TROTH_CHECK(state_.seal_and_hash(payload_, buffer_));
    payload_.clear();
  } else {
    TROTH_TRY(payload_, state_.open_and_hash(ByteView(buffer_).subspan(read_)));
  }
  ++next_;
  token_ = 0;
  busy_ = false;
  return {};
}

template <class Dh>
Result<> NoiseHandshake<Dh>::step(Token token) {
  const bool initiator = config_.initiator;
  switch (token) {
    case Token::e:
      return token_e();
    case Token::s:
      return token_s();
    case Token::psk:
      return token_psk();
    case Token::ee:
      return agree(false, false);
    case Token::es:
      return agree(!initiator, initiator);
    case Token::se:
      return agree(initiator, !initiator);
    case Token::ss:
      return agree(true, true);
  }
  TROTH_UNREACHABLE();
}

template <class Dh>
Result<ByteView> NoiseHandshake<Dh>::take(std::size_t size) {
  if (buffer_.size() - read_ < size) return fail(Errc::truncated);
  const auto out = ByteView(buffer_).subspan(read_, size);
  read_ += size;
  return out;
}

template <class Dh>
Result<> NoiseHandshake<Dh>::token_e() {
  Public key{};
  if (writes(next_)) {
    if (!ephemeral_) return fail(Errc::no_key);
    key = Dh::public_of(*ephemeral_);
    append(buffer_, Dh::view(key));
  } else {
    TROTH_TRY(const auto bytes, take(Dh::kPublicSize));
    TROTH_TRY(key, Dh::parse(bytes));
    peer_ephemeral_ = key;
  }
  state_.mix_hash(Dh::view(key));
  // §9.2: with a psk the ephemeral is mixed into the key too, so that no psk key repeats.
  if (config_.pattern->has_psk) state_.mix_key(Dh::view(key));
  return {};
}

template <class Dh>
Result<> NoiseHandshake<Dh>::token_s() {
  if (writes(next_)) {
    TROTH_TRY(const auto* own, known(config_.own_static));
    return state_.seal_and_hash(Dh::view(*own), buffer_);
  }
  TROTH_TRY(const auto sealed, take(Dh::kPublicSize + state_.tag_size()));
  TROTH_TRY(const auto bytes, state_.open_and_hash(sealed));
  TROTH_TRY(config_.peer_static, Dh::parse(bytes));
  return {};
}

template <class Dh>
Result<> NoiseHandshake<Dh>::token_psk() {
  if (!config_.psk) return fail(Errc::no_key);
  state_.mix_key_and_hash(config_.psk->expose());
  return {};
}

template <class Dh>
Result<> NoiseHandshake<Dh>::agree(bool own_is_static, bool peer_is_static) {
  TROTH_TRY(const auto* peer, known(peer_is_static ? config_.peer_static : peer_ephemeral_));
  if (own_is_static) {
    waiting_for_ = *peer;
    return {};
  }
  if (!ephemeral_) return fail(Errc::no_key);
  TROTH_TRY(const auto agreed, Dh::agree(*ephemeral_, *peer));
  state_.mix_key(agreed.expose());
  return {};
}

extern template class NoiseHandshake<P256Dh>;
extern template class NoiseHandshake<X25519Dh>;

}  // namespace troth::channel
