// The words of consent (spec 06 §3). One function makes them from a template and the terms, so that
// the hash in a grant can be computed again and shown to be of exactly these words. Texts are data
// here and nowhere else: plain language, both choices of equal weight, nothing preselected.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/hash.hpp"
#include "troth/command.hpp"
#include "troth/result.hpp"

namespace troth::consent {

// What is agreed to, as a person sees it. Names come from the signed log.
struct NoticeTerms {
  std::string device;  // who gets it
  std::string person;  // whose device that is
  std::string category;
  std::string purpose;
  Direction direction = Direction::both;
  History history = History::all;
  std::optional<WallMs> until;  // absent: until withdrawn
};

struct Notice {
  std::string locale;
  std::string question;
  std::vector<std::string>
      points;  // what, what for, how long, where, how to take it back, what stays
  std::string yes;
  std::string no;
};

[[nodiscard]] std::vector<std::string_view> notice_locales();
// unsupported: no words in that language yet. bad_value: a name is empty.
[[nodiscard]] Result<Notice> notice(std::string_view locale, const NoticeTerms& terms);
// Question, points and both answers, a line each: what the hash is taken of.
[[nodiscard]] Result<std::string> notice_text(std::string_view locale, const NoticeTerms& terms);
[[nodiscard]] Result<Hash> notice_hash(std::string_view locale, const NoticeTerms& terms);

// "24 December 2026, 13:05 UTC": a pure function, no time zone database.
[[nodiscard]] std::string date_text(std::string_view locale, WallMs at);
// "2026-12-24T13:05:00Z", for exports.
[[nodiscard]] std::string iso_date(WallMs at);

}  // namespace troth::consent
