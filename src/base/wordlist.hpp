// 1,024 words for circle words, key words and spoken pairing codes: 10 bits each.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "troth/types.hpp"

namespace troth {

inline constexpr std::uint32_t kWords = 1024;
inline constexpr std::size_t kWordBits = 10;
inline constexpr std::size_t kWordPrefix = 4;  // letters that name a word

[[nodiscard]] std::string_view word(std::uint32_t index);  // index taken modulo kWords
// Lower case, whole or cut after at least four letters.
[[nodiscard]] std::optional<std::uint32_t> word_index(std::string_view text);
// count words from the leading bits, high bit first, separated by one space; 4 words need 5 bytes.
[[nodiscard]] std::string words_of(ByteView bits, std::size_t count);

}  // namespace troth
