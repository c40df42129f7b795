// The tables behind say(), by subject. Each row is a key and its sentence.
#pragma once

#include <span>
#include <string_view>

namespace troth::shell {

struct Text {
  std::string_view key;
  std::string_view sentence;
};
[[nodiscard]] std::span<const Text> dialogue_texts();  // questions and answers
[[nodiscard]] std::span<const Text> report_texts();    // what commands print
[[nodiscard]] std::span<const Text> reason_texts();    // why something is as it is
[[nodiscard]] std::span<const Text> help_texts();      // commands and options

}  // namespace troth::shell
