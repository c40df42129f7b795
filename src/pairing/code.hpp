// Pairing codes (spec 08 §2): twelve digits (4 nameplate, 7 secret, 1 Verhoeff), or a nameplate and
// three words, or the text of a QR with 256 bits. A typo is told apart here, before anything is sent.
#pragma once

#include <string>

#include "base/ports.hpp"
#include "base/secret.hpp"
#include "troth/result.hpp"

namespace troth::pairing {

enum class Mode : std::uint8_t { digits = 1, words = 2, qr = 3 };
constexpr bool wire_known(Mode m) { return m >= Mode::digits && m <= Mode::qr; }

// What an applicant knows after typing or scanning. The secret never becomes a std::string.
struct TypedCode {
  Mode mode = Mode::digits;
  std::string nameplate;   // 4 digits, public
  SecretBytes secret;
  std::string address;     // "host:port", from a QR only
  [[nodiscard]] TypedCode clone() const { return {mode, nameplate, secret.clone(), address}; }
};
[[nodiscard]] Result<TypedCode> parse_code(std::string_view typed);

// What a sponsor makes for one invitation.
struct MadeCode {
  std::string nameplate;
  SecretBytes code_secret;  // normalised digits or words
  Mode code_mode = Mode::digits;
  SecretBytes qr_secret;    // 32 bytes
  std::string shown;        // "4821-7390-1124" or "4821-copper-lantern-orbit": shown to the user only
};
void wipe(std::string& text);  // what was a code, before its memory is given back
[[nodiscard]] MadeCode make_code(bool words, Rng& rng);
[[nodiscard]] std::string qr_text(const MadeCode& code, std::string_view address);

[[nodiscard]] char verhoeff_digit(std::string_view digits);

}  // namespace troth::pairing
