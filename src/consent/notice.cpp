#include "consent/notice.hpp"

#include <algorithm>
#include <utility>

#include "base/bytes.hpp"
#include "consent/words.hpp"
#include "crypto/labels.hpp"

namespace troth::consent {
namespace {

const words::Language* find_language(std::string_view locale) {
  for (const auto& language : words::kLanguages) {
    if (language.locale == locale) return &language;
  }
  return nullptr;
}

// A name must not be able to write lines of its own into what a person reads before agreeing.
std::string one_line(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return out;
}

using Values = std::vector<std::pair<std::string_view, std::string>>;

// One pass, so that a "{device}" inside a name stays as it is.
std::string fill(std::string_view pattern, const Values& values) {
  std::string out;
  while (!pattern.empty()) {
    const auto hit = std::find_if(values.begin(), values.end(), [&](const auto& value) {
      return pattern.size() > value.first.size() + 1 && pattern[0] == '{' &&
             pattern.substr(1, value.first.size()) == value.first &&
             pattern[value.first.size() + 1] == '}';
    });
    if (hit == values.end()) {
      out += pattern[0];
      pattern.remove_prefix(1);
    } else {
      out += hit->second;
      pattern.remove_prefix(hit->first.size() + 2);
    }
  }
  return out;
}

struct Civil {
  std::uint64_t year = 1970;
  unsigned month = 1;
  unsigned day = 1;
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
};

// Days since 1970 to a date of the Gregorian calendar, counted in eras of 400 years from 1 March 0.
Civil civil(WallMs at) {
  const std::uint64_t seconds = at.ms / 1000;
  const std::uint64_t days = seconds / 86400 + 719468;
  const std::uint64_t era = days / 146097;
  const std::uint64_t doe = days - era * 146097;
  const std::uint64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const std::uint64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const std::uint64_t mp = (5 * doy + 2) / 153;
  Civil out;
  out.day = static_cast<unsigned>(doy - (153 * mp + 2) / 5 + 1);
  out.month = static_cast<unsigned>(mp < 10 ? mp + 3 : mp - 9);
  out.year = yoe + era * 400 + (out.month <= 2 ? 1 : 0);
  out.hour = static_cast<unsigned>(seconds % 86400 / 3600);
  out.minute = static_cast<unsigned>(seconds % 3600 / 60);
  out.second = static_cast<unsigned>(seconds % 60);
  return out;
}

std::string two(unsigned value) {
  return std::string{static_cast<char>('0' + value / 10 % 10), static_cast<char>('0' + value % 10)};
}

Notice build(const words::Language& w, const NoticeTerms& terms) {
  const Values values{{"device", one_line(terms.device)},
                      {"person", one_line(terms.person)},
                      {"category", one_line(terms.category)},
                      {"purpose", one_line(terms.purpose)},
                      {"date", terms.until ? date_text(w.locale, *terms.until) : std::string{}}};
  const auto direction = terms.direction == Direction::receive ? w.receive : w.both;
  const auto history = terms.history == History::all ? w.all : w.from_now;
  Notice out;
  out.locale = std::string(w.locale);
  out.question = fill(w.question, values);
  for (const auto part : {w.purpose, direction, history, terms.until ? w.until : w.no_end, w.where,
                          w.undo, w.stays}) {
    out.points.push_back(fill(part, values));
  }
  out.yes = std::string(w.yes);
  out.no = std::string(w.no);
  return out;
}

}  // namespace

std::vector<std::string_view> notice_locales() {
  std::vector<std::string_view> out;
  for (const auto& language : words::kLanguages) out.push_back(language.locale);
  return out;
}

Result<Notice> notice(std::string_view locale, const NoticeTerms& terms) {
  const auto* language = find_language(locale);
  if (language == nullptr) return fail(Errc::unsupported);
  if (terms.direction == Direction::send) return fail(Errc::send_only_unsupported);  // rule 9
  for (const auto* name : {&terms.device, &terms.person, &terms.category, &terms.purpose}) {
    if (name->empty()) return fail(Errc::bad_value);
  }
  return build(*language, terms);
}

Result<std::string> notice_text(std::string_view locale, const NoticeTerms& terms) {
  TROTH_TRY(const auto words, notice(locale, terms));
  std::string out = words.question + '\n';
  for (const auto& point : words.points) out += point + '\n';
  out += words.yes + '\n' + words.no + '\n';
  return out;
}

Result<Hash> notice_hash(std::string_view locale, const NoticeTerms& terms) {
  TROTH_TRY(const auto text, notice_text(locale, terms));
  return crypto::sha256({as_bytes(crypto::labels::kNotice), as_bytes(locale),
                         as_bytes(std::string_view("\n")), as_bytes(text)});
}

std::string date_text(std::string_view locale, WallMs at) {
  const auto* language = find_language(locale);
  if (language == nullptr) return iso_date(at);
  const auto date = civil(at);
  return fill(language->date, {{"day", std::to_string(date.day)},
                               {"month", std::string(language->months[date.month - 1])},
                               {"year", std::to_string(date.year)},
                               {"time", two(date.hour) + ':' + two(date.minute)}});
}

std::string iso_date(WallMs at) {
  const auto d = civil(at);
  auto year = std::to_string(d.year);
  if (year.size() < 4) year.insert(0, 4 - year.size(), '0');
  return year + '-' + two(d.month) + '-' + two(d.day) + 'T' + two(d.hour) + ':' + two(d.minute) +
         ':' + two(d.second) + 'Z';
}

}  // namespace troth::consent
