#include "shell/texts/texts.hpp"

#include <algorithm>

#include "shell/texts/tables.hpp"

namespace troth::shell {

std::string_view find_text(std::string_view key) {
  for (const auto table : {dialogue_texts(), report_texts(), reason_texts(), help_texts()}) {
    const auto found =
        std::find_if(table.begin(), table.end(), [&](const Text& text) { return text.key == key; });
    if (found != table.end()) return found->sentence;
  }
  return {};
}

std::string say(std::string_view key, std::initializer_list<std::string_view> with) {
  std::string_view rest = find_text(key);
  if (rest.empty()) return std::string(key);
  std::string out;
  while (!rest.empty()) {
    const bool hole = rest.size() >= 3 && rest[0] == '{' && rest[2] == '}' && rest[1] >= '0' &&
                      static_cast<std::size_t>(rest[1] - '0') < with.size();
    if (hole) {
      out += *(with.begin() + (rest[1] - '0'));
      rest.remove_prefix(3);
    } else {
      out += rest.front();
      rest.remove_prefix(1);
    }
  }
  return out;
}

std::string reason_words(std::string_view key) {
  const auto sentence = find_text(key);
  if (!sentence.empty()) return std::string(sentence);
  std::string out(key);
  std::replace(out.begin(), out.end(), '_', ' ');
  std::replace(out.begin(), out.end(), '.', ' ');
  return out;
}

}  // namespace troth::shell
