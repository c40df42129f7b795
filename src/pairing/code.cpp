#include "pairing/code.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "base/wordlist.hpp"

namespace troth::pairing {

namespace {

constexpr std::size_t kNameplateDigits = 4;
constexpr std::size_t kSecretDigits = 7;
constexpr std::size_t kCodeDigits = kNameplateDigits + kSecretDigits + 1;
constexpr std::size_t kCodeWords = 3;
constexpr std::size_t kQrSecret = 32;
constexpr std::size_t kSecretRoom = 64;  // for words, and the nameplate with them
constexpr std::string_view kQrPrefix = "troth:pair?v=1&n=";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// A digit without bias: bytes of 250 and more are drawn again.
char random_digit(Rng& rng) {
  std::uint8_t byte = 255;
  while (byte >= 250) rng.fill({&byte, 1});
  return static_cast<char>('0' + byte % 10);
}

std::uint32_t random_word(Rng& rng) {
  std::array<std::uint8_t, 2> bytes{};
  rng.fill(bytes);
  return static_cast<std::uint32_t>(read_be(bytes)) % kWords;  // a power of two: no bias
}

// What a code is put together in: room for all of it, so that growing leaves no copies behind.
struct Wiped {
  explicit Wiped(std::size_t room) { text.reserve(room); }
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;
  ~Wiped() { wipe(text); }
  std::string text;
};

Result<TypedCode> parse_digits(std::string_view typed) {
  Wiped wiped(typed.size());
  auto& digits = wiped.text;
  for (const char c : typed) {
    if (is_digit(c)) {
      digits.push_back(c);
    } else if (c != '-' && c != ' ') {
      return fail(Errc::bad_code_format);
    }
  }
  if (digits.size() != kCodeDigits) return fail(Errc::bad_code_format);
  const auto payload = std::string_view(digits).substr(0, kCodeDigits - 1);
  if (verhoeff_digit(payload) != digits.back()) return fail(Errc::bad_code_format);
  return TypedCode{Mode::digits, digits.substr(0, kNameplateDigits),
                   SecretBytes(as_bytes(payload.substr(kNameplateDigits))), {}};
}

Result<TypedCode> parse_words(std::string_view typed) {
  Wiped wiped(typed.size());
  auto& lower = wiped.text;
  for (const char c : typed) {
    lower.push_back(c == ' ' ? '-' : (c >= 'A' && c <= 'Z') ? static_cast<char>(c + 32) : c);
  }
  const auto split = lower.find('-');
  if (split != kNameplateDigits ||
      !std::all_of(lower.begin(), lower.begin() + kNameplateDigits, is_digit)) {
    return fail(Errc::bad_code_format);
  }
  std::size_t count = 0;
  Wiped whole(kSecretRoom);  // words: typing the first four letters is enough
  auto& secret = whole.text;
  std::string_view rest = std::string_view(lower).substr(split + 1);
  while (!rest.empty()) {
    const auto end = std::min(rest.find('-'), rest.size());
    const auto index = word_index(rest.substr(0, end));
    if (!index) return fail(Errc::bad_code_format);
    if (count++ == kCodeWords) return fail(Errc::bad_code_format);
    if (count > 1) secret.push_back('-');
    secret += word(*index);
    rest = rest.substr(std::min(end + 1, rest.size()));
  }
  if (count != kCodeWords) return fail(Errc::bad_code_format);
  return TypedCode{
      Mode::words, lower.substr(0, kNameplateDigits), SecretBytes(as_bytes(secret)), {}};
}

// troth:pair?v=1&n=NNNN&k=64 hex&a=host:port
Result<TypedCode> parse_qr(std::string_view text) {
  text.remove_prefix(kQrPrefix.size());
  constexpr std::string_view kKey = "&k=";
  constexpr std::string_view kAddress = "&a=";
  const std::size_t least = kNameplateDigits + kKey.size() + 2 * kQrSecret + kAddress.size();
  if (text.size() < least) return fail(Errc::bad_code_format);
  const auto nameplate = text.substr(0, kNameplateDigits);
  text.remove_prefix(kNameplateDigits);
  if (text.substr(0, kKey.size()) != kKey) return fail(Errc::bad_code_format);
  if (!std::all_of(nameplate.begin(), nameplate.end(), is_digit))
    return fail(Errc::bad_code_format);
  const auto hex = text.substr(kKey.size(), 2 * kQrSecret);
  text.remove_prefix(kKey.size() + 2 * kQrSecret);
  if (text.substr(0, kAddress.size()) != kAddress) return fail(Errc::bad_code_format);
  auto key = from_hex(hex);
  if (!key) return fail(Errc::bad_code_format);
  TypedCode out{Mode::qr, std::string(nameplate), SecretBytes(*key),
                std::string(text.substr(kAddress.size()))};
  secret_wipe(*key);
  return out;
}

}  // namespace

Result<TypedCode> parse_code(std::string_view typed) {
  if (typed.size() > limits::kTypedCodeBytes) return fail(Errc::bad_code_format);
  while (!typed.empty() && (typed.back() == ' ' || typed.back() == '\n' || typed.back() == '\r'))
    typed.remove_suffix(1);
  while (!typed.empty() && typed.front() == ' ') typed.remove_prefix(1);
  if (typed.substr(0, kQrPrefix.size()) == kQrPrefix) return parse_qr(typed);
  const bool has_letter = std::any_of(typed.begin(), typed.end(),
                                      [](char c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; });
  return has_letter ? parse_words(typed) : parse_digits(typed);
}

MadeCode make_code(bool words, Rng& rng) {
  MadeCode made;
  for (std::size_t i = 0; i < kNameplateDigits; ++i) made.nameplate.push_back(random_digit(rng));
  made.qr_secret = SecretBytes(kQrSecret);
  rng.fill(made.qr_secret.expose_mutable());
  Wiped wiped(kSecretRoom);
  auto& secret = wiped.text;
  made.shown.reserve(kSecretRoom);
  made.shown.append(made.nameplate).append("-");
  if (words) {
    made.code_mode = Mode::words;
    for (std::size_t i = 0; i < kCodeWords; ++i) {
      if (i > 0) secret.push_back('-');
      secret += word(random_word(rng));
    }
    made.shown += secret;
  } else {
    for (std::size_t i = 0; i < kSecretDigits; ++i) secret.push_back(random_digit(rng));
    Wiped all(kSecretRoom);
    all.text += made.nameplate;
    all.text += secret;
    made.shown.append(secret, 0, 4).append("-").append(secret, 4);
    made.shown.push_back(verhoeff_digit(all.text));
  }
  made.code_secret = SecretBytes(as_bytes(secret));
  return made;
}

void wipe(std::string& text) {
  secret_wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
}

std::string qr_text(const MadeCode& code, std::string_view address) {
  std::string out(kQrPrefix);
  out += code.nameplate;
  std::string key = to_hex(code.qr_secret.expose());
  out.reserve(out.size() + key.size() + address.size() + 16);
  out += "&k=";
  out += key;
  out += "&a=";
  out += address;
  wipe(key);
  return out;
}

}  // namespace troth::pairing
