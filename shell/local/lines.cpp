#include "shell/local/lines.hpp"

#include <algorithm>
#include <cstring>

#include "base/bytes.hpp"

namespace troth::shell {

namespace {

constexpr std::size_t kSecretLine = 1 + 2 * 1024;
constexpr std::size_t kKept = 1024 * 1024;

int nibble(std::uint8_t c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

Result<SecretBytes> parse_secret(ByteView line) {
  const auto hex = line.subspan(kSecretMark.size());
  if (hex.size() % 2 != 0 || line.size() > kSecretLine) return fail(Errc::bad_value);
  SecretBytes out(hex.size() / 2);
  const auto to = out.expose_mutable();
  for (std::size_t i = 0; i < to.size(); ++i) {
    const int high = nibble(hex[2 * i]);
    const int low = nibble(hex[2 * i + 1]);
    if (high < 0 || low < 0) return fail(Errc::bad_value);
    to[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return out;
}

}  // namespace

Result<> LineReader::one(MutableBytes line, const OnLine& on_line, const OnSecret& on_secret) {
  if (!line.empty() && line.back() == '\r') line = line.first(line.size() - 1);
  if (line.empty()) return {};
  if (line.front() == static_cast<std::uint8_t>(kSecretMark.front())) {
    auto secret = parse_secret(line);
    secret_wipe(line);
    if (!secret) return fail(secret.error());
    on_secret(std::move(*secret));
    return {};
  }
  on_line(as_text(line));
  return {};
}

// A client that once sent a wide item does not keep the room for it.
void LineReader::release() {
  partial_.clear();
  if (partial_.capacity() > kKept) partial_ = Bytes();
}

Result<> LineReader::feed(MutableBytes bytes, const OnLine& on_line, const OnSecret& on_secret) {
  while (!bytes.empty()) {
    const auto newline = std::find(bytes.begin(), bytes.end(), static_cast<std::uint8_t>('\n'));
    const auto size = static_cast<std::size_t>(newline - bytes.begin());
    const bool whole = newline != bytes.end();
    if (partial_.size() + size > kLineMax) return fail(Errc::too_long);
    if (whole && partial_.empty()) {
      TROTH_CHECK(one(bytes.first(size), on_line, on_secret));
    } else {
      // The room for a secret line is taken at once: growing would leave copies of it behind.
      if (partial_.empty()) partial_.reserve(std::max(size, kSecretLine + 2));
      append(partial_, bytes.first(size));
      secret_wipe(bytes.first(size));
      if (whole) {
        const Result<> done = one(partial_, on_line, on_secret);
        release();
        TROTH_CHECK(done);
      }
    }
    bytes = bytes.subspan(whole ? size + 1 : size);
  }
  return {};
}

SecretBytes secret_line(const SecretBytes& secret) {
  static constexpr char kDigits[] = "0123456789abcdef";
  SecretBytes out(kSecretMark.size() + 2 * secret.size() + 1);
  const auto to = out.expose_mutable();
  std::size_t at = 0;
  to[at++] = static_cast<std::uint8_t>(kSecretMark.front());
  for (const auto byte : secret.expose()) {
    to[at++] = static_cast<std::uint8_t>(kDigits[byte >> 4]);
    to[at++] = static_cast<std::uint8_t>(kDigits[byte & 15]);
  }
  to[at] = '\n';
  return out;
}

}  // namespace troth::shell
