#include "files/names.hpp"

#include <algorithm>

#include "crypto/hash.hpp"
#include "crypto/labels.hpp"

namespace troth::files {

namespace {

constexpr std::string_view kOwnFolder = ".troth";  // the shell's, for unfinished files
constexpr std::size_t kDeviceBytes = 40;
constexpr std::size_t kExtensionBytes = 16;
constexpr std::uint64_t kNsPerSecond = 1'000'000'000;

// C0, DEL, C1 (c2 80 to c2 9f in UTF-8) and the backslash, which is a separator elsewhere.
bool has_bad_character(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    if (byte < 0x20 || byte == 0x7f || byte == '\\') return true;
    const bool c1 =
        byte == 0xc2 && i + 1 < text.size() && static_cast<std::uint8_t>(text[i + 1]) < 0xa0;
    if (c1) return true;
  }
  return false;
}

bool ends_as_own(std::string_view part) {
  if (part.size() != kOwnFolder.size()) return false;
  return std::equal(part.begin(), part.end(), kOwnFolder.begin(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
  });
}

bool good_part(std::string_view part) {
  if (part.empty() || part.size() > limits::kPathPartBytes) return false;
  return part != "." && part != ".." && !ends_as_own(part);
}

// Cut at a character.
std::string_view at_most(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<std::uint8_t>(text[bytes]) & 0xc0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

std::string clean(std::string_view device) {
  std::string out;
  for (const char c : at_most(device, kDeviceBytes)) {
    const bool bad = c == '/' || c == '\\' || static_cast<std::uint8_t>(c) < 0x20 || c == 0x7f;
    out += bad ? '_' : c;
  }
  return has_bad_character(out) || out.empty() ? "device" : out;
}

void two_digits(std::string& out, std::uint64_t value, char before) {
  if (before != 0) out += before;
  out += static_cast<char>('0' + value / 10 % 10);
  out += static_cast<char>('0' + value % 10);
}

// Days since 1970 to a date: years begin in March, so that a leap day is a year's last.
std::string utc(std::uint64_t seconds) {
  const std::uint64_t days = seconds / 86'400 + 719'468;
  const std::uint64_t era = days / 146'097;
  const std::uint64_t day_of_era = days % 146'097;
  const std::uint64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::uint64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::uint64_t part = (5 * day_of_year + 2) / 153;
  const std::uint64_t day = day_of_year - (153 * part + 2) / 5 + 1;
  const std::uint64_t month = part < 10 ? part + 3 : part - 9;
  const std::uint64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  std::string out = std::to_string(year);
  two_digits(out, month, '-');
  two_digits(out, day, '-');
  two_digits(out, seconds / 3600 % 24, ' ');
  two_digits(out, seconds / 60 % 60, '.');
  two_digits(out, seconds % 60, '.');
  return out;
}

}  // namespace

Result<> check_path(std::string_view path) {
  if (path.empty() || path.size() > limits::kPathBytes) return fail(Errc::bad_name);
  if (!is_utf8(as_bytes(path)) || has_bad_character(path)) return fail(Errc::bad_name);
  std::size_t depth = 0;
  for (std::size_t at = 0; at <= path.size(); ++depth) {
    const auto slash = std::min(path.find('/', at), path.size());
    if (!good_part(path.substr(at, slash - at))) return fail(Errc::bad_name);
    at = slash + 1;
  }
  return require(depth <= limits::kPathDepth, Errc::bad_name);
}

ItemId item_of(const CategoryId& category, std::string_view path) {
  return id_prefix<ItemId>(
      crypto::sha256({as_bytes(crypto::labels::kItemName), category.view(), as_bytes(path)}));
}

Result<std::string> conflict_path(std::string_view path, std::string_view device,
                                  std::uint64_t mtime_ns, std::size_t attempt) {
  const auto slash = path.rfind('/');
  const auto folder =
      slash == std::string_view::npos ? path.substr(0, 0) : path.substr(0, slash + 1);
  const auto name = path.substr(folder.size());
  const auto dot = name.rfind('.');
  const bool split =
      dot != std::string_view::npos && dot > 0 && name.size() - dot <= kExtensionBytes;
  const auto extension = split ? name.substr(dot) : name.substr(name.size());
  const auto stem = name.substr(0, name.size() - extension.size());
  std::string tail = attempt > 1 ? " (conflict " + std::to_string(attempt) : " (conflict";
  tail += ", " + clean(device) + ", " + utc(mtime_ns / kNsPerSecond) + ")";
  tail += extension;
  const auto room = std::min(limits::kPathPartBytes, limits::kPathBytes - folder.size());
  if (room <= tail.size()) return fail(Errc::too_long);
  std::string out(folder);
  out += at_most(stem, room - tail.size());
  out += tail;
  TROTH_CHECK(check_path(out));
  return out;
}

}  // namespace troth::files
