// Text that somebody else wrote (device names, purposes, item values, file names), made safe to
// show: nothing in it can move the cursor, hide itself, or turn the reading order of what stands
// beside it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace troth::shell {

// Is this a character that safe_text escapes?
[[nodiscard]] bool hides(std::uint32_t code_point);
// Control characters, escapes, reading-order marks, invisible and unassigned-use characters become
// visible escapes like \u{202E}; broken UTF-8 becomes U+FFFD; longer than max bytes is cut with
// "…".
[[nodiscard]] std::string safe_text(std::string_view untrusted, std::size_t max = 160);
// The same in quotation marks, isolated from the text around it when it has right-to-left letters.
[[nodiscard]] std::string safe_quoted(std::string_view untrusted, std::size_t max = 160);
// Values may have several lines: newline and tab stay, everything else as in safe_text.
[[nodiscard]] std::string safe_block(std::string_view untrusted, std::size_t max);

}  // namespace troth::shell
