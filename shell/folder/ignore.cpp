#include "shell/folder/ignore.hpp"

#include "base/bytes.hpp"

namespace troth::shell {

namespace {

constexpr std::string_view kAny = "**";

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto slash = text.find('/');
    parts.push_back(text.substr(0, slash));
    if (slash == std::string_view::npos) return parts;
    text = text.substr(slash + 1);
  }
}

// Bytes of the character that starts at `at`; broken UTF-8 counts byte by byte.
std::size_t character(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  std::size_t size = 1;
  if (lead >= 0xf0) {
    size = 4;
  } else if (lead >= 0xe0) {
    size = 3;
  } else if (lead >= 0xc0) {
    size = 2;
  }
  for (std::size_t i = 1; i < size; ++i) {
    if (at + i >= text.size() || (static_cast<unsigned char>(text[at + i]) & 0xc0) != 0x80)
      return 1;
  }
  return size;
}

// One row of the table a time: row[j] says that the pattern so far matches the first j names.
bool matches_parts(const std::vector<std::string>& pattern,
                   const std::vector<std::string_view>& names) {
  std::vector<bool> row(names.size() + 1, false);
  row[0] = true;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    std::vector<bool> next(names.size() + 1, false);
    const bool any = pattern[i] == kAny;
    // At the end "**" means what is inside, so it needs a name of its own.
    const bool inside = any && i + 1 == pattern.size();
    bool reached = false;
    for (std::size_t j = 0; j <= names.size(); ++j) {
      if (any) {
        if (!inside) reached = reached || row[j];
        next[j] = reached;
        if (inside) reached = reached || row[j];
      } else if (j > 0) {
        next[j] = row[j - 1] && matches_name(pattern[i], names[j - 1]);
      }
    }
    row = std::move(next);
  }
  return row[names.size()];
}

std::string_view trim_end(std::string_view line) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  while (!line.empty() && (line.back() == ' ' || line.back() == '\t')) {
    if (line.size() > 1 && line[line.size() - 2] == '\\') break;
    line.remove_suffix(1);
  }
  return line;
}

}  // namespace

bool matches_name(std::string_view pattern, std::string_view name) {
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t star = std::string_view::npos;  // after the last *, and how far it has eaten
  std::size_t eaten = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = ++p;
      eaten = n;
      continue;
    }
    const bool literal = p + 1 < pattern.size() && pattern[p] == '\\';
    if (p < pattern.size() && !literal && pattern[p] == '?') {
      ++p;
      n += character(name, n);
      continue;
    }
    if (p < pattern.size() && pattern[p + (literal ? 1 : 0)] == name[n]) {
      p += literal ? 2 : 1;
      ++n;
      continue;
    }
    if (star == std::string_view::npos) return false;
    p = star;
    eaten += character(name, eaten);
    n = eaten;
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

Result<> IgnoreRules::add(std::string_view line, std::vector<Rule>& rules) {
  line = trim_end(line);
  if (line.empty() || line.front() == '#') return {};
  if (line.size() > kIgnoreRuleBytes || rules.size() >= kIgnoreRules) return fail(Errc::too_long);
  Rule rule;
  if (line.front() == '!') {
    rule.show = true;
    line.remove_prefix(1);
  }
  while (!line.empty() && line.back() == '/') {
    rule.directories = true;
    line.remove_suffix(1);
  }
  const bool anchored = line.find('/') != std::string_view::npos;
  if (!line.empty() && line.front() == '/') line.remove_prefix(1);
  if (line.empty()) return {};
  if (!anchored) rule.parts.emplace_back(kAny);
  for (const auto part : split(line)) {
    const bool repeated = part == kAny && !rule.parts.empty() && rule.parts.back() == kAny;
    if (!part.empty() && !repeated) rule.parts.emplace_back(part);
  }
  rules.push_back(std::move(rule));
  return {};
}

Result<IgnoreRules> IgnoreRules::parse(ByteView file) {
  if (file.size() > kIgnoreBytes) return fail(Errc::too_long);
  IgnoreRules out;
  auto text = as_text(file);
  while (!text.empty()) {
    const auto end = text.find('\n');
    TROTH_CHECK(add(text.substr(0, end), out.rules_));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return out;
}

bool IgnoreRules::ignores_entry(std::string_view path, bool directory) const {
  if (rules_.empty()) return false;
  const auto names = split(path);
  for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule) {
    if (rule->directories && !directory) continue;
    if (matches_parts(rule->parts, names)) return !rule->show;
  }
  return false;
}

bool IgnoreRules::ignores(std::string_view path, bool directory) const {
  if (rules_.empty()) return false;
  for (auto slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/', slash + 1)) {
    if (ignores_entry(path.substr(0, slash), true)) return true;
  }
  return ignores_entry(path, directory);
}

}  // namespace troth::shell
