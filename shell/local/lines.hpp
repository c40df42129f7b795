// Newline framing of the local socket: bounded lines, and secret lines that never become a string.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/secret.hpp"
#include "troth/result.hpp"

namespace troth::shell {

// The widest item fits as base64: 256 fields of 64 KiB.
inline constexpr std::size_t kLineMax = 32 * 1024 * 1024;
inline constexpr std::string_view kSecretMark = "!";  // "!" hex of the secret (spec 13 §4)

// Collects bytes into lines. A line that starts with "!" goes to on_secret as SecretBytes and its
// bytes are wiped from the buffer; every other line goes to on_line.
class LineReader {
 public:
  using OnLine = std::function<void(std::string_view)>;
  using OnSecret = std::function<void(SecretBytes)>;
  // too_long when a line passes kLineMax, bad_value for a bad secret line; the connection is over
  // then.
  [[nodiscard]] Result<> feed(MutableBytes bytes, const OnLine& on_line, const OnSecret& on_secret);
  [[nodiscard]] bool empty() const { return partial_.empty(); }

 private:
  Result<> one(MutableBytes line, const OnLine& on_line, const OnSecret& on_secret);
  void release();
  Bytes partial_;
};

[[nodiscard]] SecretBytes secret_line(const SecretBytes& secret);  // with newline, for the client

}  // namespace troth::shell
