// Target: safe_text shows nothing that a terminal or a reader could be fooled by, and leaves its
// own output
#include "base/bytes.hpp"
#include "fuzz/fuzz.hpp"
#include "shell/texts/safe_text.hpp"

void fuzz(troth::ByteView in) {
  const std::string shown = troth::shell::safe_text(troth::as_text(in), 1 << 20);
  FUZZ_REQUIRE(troth::is_utf8(troth::as_bytes(shown)));
  for (const char c : shown) FUZZ_REQUIRE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
  // U+202E and U+200B, as bytes: what turns or hides text is gone.
  FUZZ_REQUIRE(shown.find("\xE2\x80\xAE") == std::string::npos);
  FUZZ_REQUIRE(shown.find("\xE2\x80\x8B") == std::string::npos);
  FUZZ_REQUIRE(troth::shell::safe_text(shown, 1 << 20) == shown);
  FUZZ_REQUIRE(troth::shell::safe_text(troth::as_text(in), 16).size() <= 16 + 3);
}

std::vector<troth::Bytes> fuzz_seeds() {
  return {troth::to_bytes("Phone"), troth::to_bytes("a\x1b[31m\u202Eb\u200B"),
          troth::to_bytes("\xED\xA0\x80")};
}
