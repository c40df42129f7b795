#include "shell/texts/texts.hpp"

#include <gtest/gtest.h>

#include <set>

#include "audit/fact.hpp"
#include "consent/permits.hpp"
#include "policy/policy.hpp"
#include "shell/texts/durations.hpp"
#include "shell/texts/errors.hpp"
#include "shell/texts/names.hpp"
#include "shell/texts/safe_text.hpp"

namespace troth::shell {
namespace {

TEST(Texts, EveryFactOfTheRecordHasItsWords) {
  for (std::uint8_t number = 1; number <= audit::kFactKinds; ++number) {
    const auto name = audit::name_of(static_cast<audit::FactKind>(number));
    if (name == "unknown") continue;  // reserved
    EXPECT_FALSE(find_text("fact." + std::string(name)).empty()) << name;
  }
}

TEST(Texts, EveryWhyOfConsentHasItsWords) {
  for (int why = 1; why <= static_cast<int>(consent::Why::paused); ++why) {
    const char* key = consent::reason_key(static_cast<consent::Why>(why));
    EXPECT_FALSE(find_text(key).empty()) << key;
  }
}

// A command that may not be carried out says why and what to do instead.
TEST(Texts, EveryRefusalThatAPersonCanBringAboutHasItsWordsAndNextStep) {
  using circle::Reason;
  // Of entries that no command makes.
  const std::set<Reason> never{Reason::ok,
                               Reason::not_proven,
                               Reason::not_ended,
                               Reason::unknown_epoch,
                               Reason::bad_epoch_number,
                               Reason::recipient_not_entitled,
                               Reason::from_now_too_early,
                               Reason::history_not_granted,
                               Reason::unknown_end,
                               Reason::not_the_last_device,
                               Reason::below_floor};
  for (std::size_t i = 0; i < circle::kReasons; ++i) {
    const auto reason = static_cast<Reason>(i);
    const Errc code = policy::error_of(reason);
    if (never.contains(reason) || (code != Errc::not_permitted && code != Errc::policy)) continue;
    const std::string key = circle::reason_key(reason);
    EXPECT_FALSE(find_text(key).empty()) << key;
    EXPECT_FALSE(find_text(key + ".hint").empty()) << key;
  }
}

TEST(SafeText, PlainNamesStayAsTheyAre) {
  for (const char* name : {"Phone", "Anna's laptop", "Büro 2", "手机", "Καλημέρα", "📱 phone"}) {
    EXPECT_EQ(safe_text(name), name);
  }
}

TEST(SafeText, NothingCanMoveTheCursorHideOrTurnTheOrder) {
  EXPECT_EQ(safe_text("a\x1b[31mb"), "a\\u{1B}[31mb");
  EXPECT_EQ(safe_text("a\nb\tc\r"), "a\\u{0A}b\\u{09}c\\u{0D}");
  EXPECT_EQ(safe_text("a\u202Eb"), "a\\u{202E}b");
  EXPECT_EQ(safe_text("a\u200Bb\uFEFF"), "a\\u{200B}b\\u{FEFF}");
  EXPECT_EQ(safe_text("a\u2066b\u2069"), "a\\u{2066}b\\u{2069}");
  EXPECT_EQ(safe_text("a\u0085b\u009B"), "a\\u{85}b\\u{9B}");
  EXPECT_EQ(safe_text("\U000E0041"), "\\u{E0041}");
}

TEST(SafeText, BrokenUtf8IsReplacedByteByByte) {
  EXPECT_EQ(safe_text("a\xFFz"), "a\uFFFDz");
  EXPECT_EQ(safe_text("\xC0\xAF"), "\uFFFD\uFFFD");
  EXPECT_EQ(safe_text("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(safe_text("\xE2\x82"), "\uFFFD\uFFFD");
}

TEST(SafeText, EveryCodePointComesOutWithoutControlBytes) {
  for (std::uint32_t c = 0; c < 0x3000; ++c) {
    std::string text;
    if (c < 0x80) {
      text = {static_cast<char>(c)};
    } else if (c < 0x800) {
      text = {static_cast<char>(0xC0 | (c >> 6)), static_cast<char>(0x80 | (c & 63))};
    } else {
      text = {static_cast<char>(0xE0 | (c >> 12)), static_cast<char>(0x80 | ((c >> 6) & 63)),
              static_cast<char>(0x80 | (c & 63))};
    }
    const std::string safe = safe_text(text);
    for (const char byte : safe)
      EXPECT_FALSE(static_cast<std::uint8_t>(byte) < 0x20 || byte == 0x7F);
    EXPECT_EQ(safe_text(safe), safe) << c;
  }
}

TEST(SafeText, LongTextIsCutAtACharacter) {
  EXPECT_EQ(safe_text(std::string(200, 'x'), 10), "xxxxxxxxxx…");
  EXPECT_EQ(safe_text("éééééé", 5), "éé…");
}

TEST(SafeText, QuotesIsolateRightToLeftNames) {
  EXPECT_EQ(safe_quoted("Phone"), "\"Phone\"");
  EXPECT_EQ(safe_quoted("שלום"), "\"\u2068שלום\u2069\"");
}

TEST(SafeText, BlocksKeepLines) { EXPECT_EQ(safe_block("a\nb\x07", 99), "a\nb\\u{07}"); }

TEST(Durations, AsInTheContract) {
  EXPECT_EQ(parse_duration("90s")->ms, 90'000u);
  EXPECT_EQ(parse_duration("15m")->ms, 900'000u);
  EXPECT_EQ(parse_duration("2h")->ms, 7'200'000u);
  EXPECT_EQ(parse_duration("30d")->ms, 30ull * 86'400'000u);
  EXPECT_EQ(parse_duration("1y")->ms, 365ull * 86'400'000u);
  EXPECT_EQ(parse_duration("once")->kind, DurationKind::once);
  EXPECT_EQ(parse_duration("always")->kind, DurationKind::always);
  for (const char* bad : {"", "s", "0s", "-1s", "1", "1.5h", "1 h", "9999999999999999999y", "1w"}) {
    EXPECT_FALSE(parse_duration(bad)) << bad;
  }
  EXPECT_EQ(*parse_span("250ms"), 250u);
}

TEST(Durations, Moments) {
  const WallMs now{1'800'000'000'000};
  EXPECT_EQ(*parse_moment("2026-11-24", now), 1'795'478'400'000u);
  EXPECT_EQ(*parse_moment("2026-11-24T01:30", now), 1'795'483'800'000u);
  EXPECT_EQ(*parse_moment("2h", now), now.ms - 7'200'000);
  EXPECT_EQ(*parse_moment("1795478400000", now), 1'795'478'400'000u);
  EXPECT_FALSE(parse_moment("yesterday", now));
  EXPECT_EQ(moment_words(1'795'483'800'000), "24 Nov 2026 01:30 UTC");
}

TEST(Durations, Words) {
  EXPECT_EQ(span_words(180'000), "3 minutes");
  EXPECT_EQ(span_words(1000), "1 second");
  EXPECT_EQ(span_words(10), "less than a second");
  EXPECT_EQ(bytes_words(1), "1 byte");
  EXPECT_EQ(bytes_words(1'234'567), "1.2 MB");
  EXPECT_EQ(bytes_words(999'999), "1.0 MB");
}

TEST(Names, FullIdExactNameThenUniquePrefix) {
  const std::vector<Named> all{
      {"abcd1111", "Phone"}, {"abcd2222", "Laptop"}, {"beef3333", "abcd"}, {"cafe4444", "Phone"}};
  EXPECT_EQ(resolve(all, "abcd1111").index, 0u);
  EXPECT_EQ(resolve(all, "ABCD2222").index, 1u);
  EXPECT_EQ(resolve(all, "Laptop").index, 1u);
  EXPECT_EQ(resolve(all, "laptop").index, 1u);
  EXPECT_EQ(resolve(all, "abcd").index, 2u) << "an exact name beats a prefix";
  EXPECT_EQ(resolve(all, "abcd1").index, 0u);
  EXPECT_EQ(resolve(all, "abc").index, std::nullopt) << "a prefix has four or more characters";
  EXPECT_EQ(resolve(all, "Phone").candidates, (std::vector<std::size_t>{0, 3}));
  EXPECT_TRUE(resolve(all, "").candidates.empty());
  const std::vector<Named> nameless{{"abcd1111", ""}};
  EXPECT_EQ(resolve(nameless, "").index, std::nullopt) << "empty text names nothing";
}

TEST(Names, GoodOnesHaveNoControlsAndAreNotBlank) {
  for (const char* good : {"Phone", "Anna's laptop", "Büro 2", "手机", "📱 phone", "❤️", "Â"}) {
    EXPECT_TRUE(is_good_name(good)) << good;
  }
  for (const char* bad : {"", " ", "   ", "a\nb", "\t", "P\x1b[31m", "a\x7f", "a\u0085b", "a\u009B",
                          "a\u2028b", "a\u2029"}) {
    EXPECT_FALSE(is_good_name(bad)) << bad;
  }
}

TEST(Names, YesAndNoInAnyCaseAndNothingElse) {
  for (const char* yes : {"y", "Y", "yes", "Yes", " YES "}) EXPECT_EQ(yes_or_no(yes), true) << yes;
  for (const char* no : {"n", "No", "\tno"}) EXPECT_EQ(yes_or_no(no), false) << no;
  for (const char* other : {"", "maybe", "yess", "1"}) EXPECT_EQ(yes_or_no(other), std::nullopt);
  EXPECT_EQ(typed_word(" 42 "), "42");
}

TEST(Errors, EveryCodeHasItsOwnNameWordsAndNextStep) {
  std::set<std::string_view> names;
  Errc last{};
  for (const auto& text : all_error_texts()) {
    EXPECT_TRUE(names.insert(text.name).second) << text.name;
    EXPECT_LT(last, text.code);
    last = text.code;
    EXPECT_FALSE(text.message.empty());
    EXPECT_FALSE(text.hint.empty()) << text.name;
    EXPECT_FALSE(text.message.ends_with('.')) << text.name;
    EXPECT_EQ(&error_text(text.code), &text);
    EXPECT_EQ(error_text_by_name(text.name), &text);
    EXPECT_NE(text.exit, Exit::done);
  }
  EXPECT_EQ(last, Errc::internal);
}

}  // namespace
}  // namespace troth::shell
