#include "shell/texts/safe_text.hpp"

#include <cstdint>
#include <iterator>

namespace troth::shell {

namespace {

struct CodePoint {
  std::uint32_t value;
  std::size_t size;  // bytes used; 1 for a broken byte
  bool ok;
};

bool in(std::uint32_t c, std::uint32_t first, std::uint32_t last) {
  return c >= first && c <= last;
}

CodePoint next_code_point(std::string_view text) {
  const auto lead = static_cast<std::uint8_t>(text[0]);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return {0, 1, false};
  std::uint32_t value = lead & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    if ((byte & 0xC0) != 0x80) return {0, 1, false};
    value = (value << 6) | (byte & 0x3FU);
  }
  static constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < kLeast[size] || value > 0x10FFFF || in(value, 0xD800, 0xDFFF)) return {0, 1, false};
  return {value, size, true};
}

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};
// What a reader cannot see or what changes the order of what is read.
constexpr Range kHidden[] = {
    {0x00, 0x1F},     {0x7F, 0x9F},     {0xAD, 0xAD},       {0x034F, 0x034F},   {0x061C, 0x061C},
    {0x115F, 0x1160}, {0x17B4, 0x17B5}, {0x180B, 0x180F},   {0x200B, 0x200F},   {0x2028, 0x202E},
    {0x2060, 0x206F}, {0x3164, 0x3164}, {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},
    {0xFFF0, 0xFFFB}, {0xE000, 0xF8FF}, {0xE0000, 0xE0FFF}, {0xF0000, 0x10FFFF}};

bool hidden(std::uint32_t c) {
  for (const auto& range : kHidden) {
    if (in(c, range.first, range.last)) return true;
  }
  // The last two of each plane are no characters.
  return (c & 0xFFFE) == 0xFFFE;
}

bool right_to_left(std::uint32_t c) {
  return in(c, 0x0590, 0x08FF) || in(c, 0xFB1D, 0xFDFF) || in(c, 0xFE70, 0xFEFC) ||
         in(c, 0x10800, 0x10FFF) || in(c, 0x1E800, 0x1EFFF);
}

std::string escape(std::uint32_t c) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string hex;
  for (int shift = 20; shift >= 0; shift -= 4) {
    const auto digit = (c >> shift) & 15U;
    if (!hex.empty() || digit != 0 || shift < 8) hex.push_back(kDigits[digit]);
  }
  return "\\u{" + hex + "}";
}

struct Cleaned {
  std::string text;
  bool has_right_to_left = false;
};

Cleaned clean(std::string_view text, std::size_t max, bool keep_lines) {
  Cleaned out;
  while (!text.empty()) {
    const auto point = next_code_point(text);
    const bool kept = keep_lines && (point.value == '\n' || point.value == '\t');
    std::string piece = !point.ok                      ? "\xEF\xBF\xBD"
                        : hidden(point.value) && !kept ? escape(point.value)
                                                       : std::string(text.substr(0, point.size));
    if (out.text.size() + piece.size() > max) {
      out.text += "…";
      break;
    }
    out.has_right_to_left = out.has_right_to_left || (point.ok && right_to_left(point.value));
    out.text += piece;
    text.remove_prefix(point.size);
  }
  return out;
}

}  // namespace

bool hides(std::uint32_t code_point) { return hidden(code_point); }

std::string safe_text(std::string_view untrusted, std::size_t max) {
  return clean(untrusted, max, false).text;
}

std::string safe_quoted(std::string_view untrusted, std::size_t max) {
  const auto cleaned = clean(untrusted, max, false);
  if (!cleaned.has_right_to_left) return "\"" + cleaned.text + "\"";
  return "\"\xE2\x81\xA8" + cleaned.text + "\xE2\x81\xA9\"";  // U+2068 FSI .. U+2069 PDI
}

std::string safe_block(std::string_view untrusted, std::size_t max) {
  return clean(untrusted, max, true).text;
}

}  // namespace troth::shell
