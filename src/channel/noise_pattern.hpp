// Handshake patterns of the Noise Protocol Framework (revision 34) as data. A pattern is its name,
// which party's static key is known before, and the tokens of each message (spec 03 §2).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace troth::channel {

enum class Token : std::uint8_t { e, s, ee, es, se, ss, psk };

struct NoisePattern {
  std::string_view name;
  bool initiator_known = false;                      // pre-message -> s
  bool responder_known = false;                      // pre-message <- s
  std::array<std::span<const Token>, 3> messages{};  // the initiator's first; empty = none
  bool has_psk = false;

  [[nodiscard]] std::size_t message_count() const { return messages[2].empty() ? 2 : 3; }
};

namespace tokens {
inline constexpr std::array kE{Token::e};
inline constexpr std::array kEEe{Token::e, Token::ee};
inline constexpr std::array kPskE{Token::psk, Token::e};
inline constexpr std::array kIk1{Token::e, Token::es, Token::s, Token::ss};
inline constexpr std::array kIk1Psk{Token::e, Token::es, Token::s, Token::ss, Token::psk};
inline constexpr std::array kIk2{Token::e, Token::ee, Token::se};
inline constexpr std::array kIk2Psk{Token::e, Token::ee, Token::se, Token::psk};
inline constexpr std::array kKk1{Token::e, Token::es, Token::ss};
inline constexpr std::array kKk1Psk{Token::psk, Token::e, Token::es, Token::ss};
inline constexpr std::array kXx2{Token::e, Token::ee, Token::s, Token::es};
inline constexpr std::array kXx3{Token::s, Token::se};
}  // namespace tokens

inline constexpr NoisePattern kNN{"NN", false, false, {tokens::kE, tokens::kEEe}};
inline constexpr NoisePattern kNNpsk0{"NNpsk0", false, false, {tokens::kPskE, tokens::kEEe}, true};
inline constexpr NoisePattern kXX{"XX", false, false, {tokens::kE, tokens::kXx2, tokens::kXx3}};
inline constexpr NoisePattern kKK{"KK", true, true, {tokens::kKk1, tokens::kIk2}};
inline constexpr NoisePattern kKKpsk0{"KKpsk0", true, true, {tokens::kKk1Psk, tokens::kIk2}, true};
inline constexpr NoisePattern kKKpsk2{"KKpsk2", true, true, {tokens::kKk1, tokens::kIk2Psk}, true};
inline constexpr NoisePattern kIK{"IK", false, true, {tokens::kIk1, tokens::kIk2}};
inline constexpr NoisePattern kIKpsk1{"IKpsk1", false, true, {tokens::kIk1Psk, tokens::kIk2}, true};
inline constexpr NoisePattern kIKpsk2{"IKpsk2", false, true, {tokens::kIk1, tokens::kIk2Psk}, true};
inline constexpr std::array kNoisePatterns{&kNN,     &kNNpsk0, &kXX,     &kKK,    &kKKpsk0,
                                           &kKKpsk2, &kIK,     &kIKpsk1, &kIKpsk2};

}  // namespace troth::channel
