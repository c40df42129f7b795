#include "shell/texts/names.hpp"

#include <algorithm>

namespace troth::shell {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lowered(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

template <class F>
std::vector<std::size_t> matching(std::span<const Named> all, F&& fits) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (fits(all[i])) found.push_back(i);
  }
  return found;
}

}  // namespace

bool is_hex_prefix(std::string_view text) {
  return text.size() >= 4 && std::all_of(text.begin(), text.end(), [](char c) {
           const char l = lower(c);
           return (l >= '0' && l <= '9') || (l >= 'a' && l <= 'f');
         });
}

bool is_good_name(std::string_view text) {
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (std::any_of(text.begin(), text.end(), control)) return false;
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {  // U+0080 to U+009F
    const auto next = static_cast<unsigned char>(text[i + 1]);
    if (text[i] == '\xC2' && next >= 0x80 && next <= 0x9F) return false;
  }
  const bool breaks = text.find("\u2028") != std::string_view::npos ||
                      text.find("\u2029") != std::string_view::npos;
  return !breaks && text.find_first_not_of(' ') != std::string_view::npos;
}

std::string typed_word(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return lowered(text);
}

std::optional<bool> yes_or_no(std::string_view typed) {
  const std::string word = typed_word(typed);
  if (word == "y" || word == "yes") return true;
  if (word == "n" || word == "no") return false;
  return std::nullopt;
}

Resolved resolve(std::span<const Named> all, std::string_view wanted) {
  if (wanted.empty()) return {};  // else it would name what has no name, such as an offer
  const std::string small = lowered(wanted);
  std::vector<std::size_t> found = matching(all, [&](const Named& n) { return n.id == small; });
  if (found.empty()) found = matching(all, [&](const Named& n) { return n.name == wanted; });
  if (found.empty() && is_hex_prefix(small)) {
    found = matching(all, [&](const Named& n) { return n.id.starts_with(small); });
  }
  if (found.empty()) {
    found = matching(all, [&](const Named& n) { return lowered(n.name) == small; });
  }
  Resolved out;
  if (found.size() == 1) out.index = found.front();
  if (found.size() > 1) out.candidates = std::move(found);
  return out;
}

}  // namespace troth::shell
