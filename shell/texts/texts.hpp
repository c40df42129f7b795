// Every sentence for people that is not an error, by key: reasons that the engine names, questions
// and answers of the command line. Plain words only; tools/words_lint reads this file.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace troth::shell {

// The sentence of a key; empty when the key is unknown.
[[nodiscard]] std::string_view find_text(std::string_view key);
// The sentence with {0}, {1} replaced. An unknown key gives the key itself: ugly, but never silent.
[[nodiscard]] std::string say(std::string_view key,
                              std::initializer_list<std::string_view> with = {});
// A reason for a sentence: unknown keys become words ("waiting_for_key" -> "waiting for key").
[[nodiscard]] std::string reason_words(std::string_view key);

}  // namespace troth::shell
