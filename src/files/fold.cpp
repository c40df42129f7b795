#include <algorithm>
#include <vector>

#include "files/fold_table.hpp"
#include "files/names.hpp"

namespace troth::files {

namespace {

using Text = std::vector<std::uint32_t>;

// Of text that is_utf8() accepted.
std::uint32_t next_character(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<std::uint8_t>(text[at++]);
  if (lead < 0x80) return lead;
  const int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
  std::uint32_t out = lead & (0x3fu >> more);
  for (int i = 0; i < more && at < text.size(); ++i)
    out = (out << 6) | (static_cast<std::uint8_t>(text[at++]) & 0x3fu);
  return out;
}

std::uint32_t lower(std::uint32_t c) {
  for (const auto& rule : detail::kCases) {
    if (c < rule.first || c > rule.last) continue;
    if (rule.how == detail::Case::even) return c | 1;
    if (rule.how == detail::Case::odd) return c + (c & 1);
    return (c + rule.add) & 0xffff;
  }
  return c;
}

// Canonical parts of a Hangul syllable: 19 leads, 21 vowels, 27 tails.
void add_hangul(Text& out, std::uint32_t c) {
  const std::uint32_t at = c - 0xac00;
  out.push_back(0x1100 + at / 588);
  out.push_back(0x1161 + at % 588 / 28);
  if (at % 28 != 0) out.push_back(0x11a7 + at % 28);
}

void add_parts(Text& out, std::uint32_t c) {
  if (c >= 0xac00 && c < 0xac00 + 11'172) return add_hangul(out, c);
  const auto* found = std::lower_bound(
      std::begin(detail::kParts), std::end(detail::kParts), c,
      [](const detail::Parts& parts, std::uint32_t letter) { return parts.letter < letter; });
  if (found == std::end(detail::kParts) || found->letter != c) return out.push_back(c);
  add_parts(out, found->first);
  out.push_back(found->second);
}

bool is_mark(std::uint32_t c) { return (c >= 0x300 && c < 0x370) || c == 0x3099 || c == 0x309a; }

}  // namespace

std::string fold(std::string_view path) {
  Text text;
  for (std::size_t at = 0; at < path.size();) add_parts(text, lower(next_character(path, at)));
  // Marks on one letter may be written in any order.
  for (auto it = text.begin(); it != text.end();) {
    const auto end = std::find_if_not(it, text.end(), is_mark);
    std::sort(it, end);
    it = end == text.end() ? end : end + 1;
  }
  std::string out;
  for (const auto c : text) {
    out += static_cast<char>(c >> 16);
    out += static_cast<char>(c >> 8);
    out += static_cast<char>(c);
  }
  return out;
}

}  // namespace troth::files
