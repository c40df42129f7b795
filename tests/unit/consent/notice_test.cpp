#include "consent/notice.hpp"

#include <gtest/gtest.h>

#include <set>

#include "consent/words.hpp"

namespace troth::consent {
namespace {

NoticeTerms terms() {
  NoticeTerms out;
  out.device = "Phone";
  out.person = "Ada";
  out.category = "notes";
  out.purpose = "Write on the way.";
  return out;
}

TEST(Notice, SaysWhoWhatForHowLongAndHowToTakeItBack) {
  auto with_end = terms();
  with_end.until = WallMs{1'798'117'500'000};
  const auto words = notice("en", with_end);
  ASSERT_TRUE(words);
  EXPECT_EQ(words->question, "Share \"notes\" with Ada's device \"Phone\"?");
  ASSERT_EQ(words->points.size(), 7u);
  EXPECT_EQ(words->points[0], "What for: Write on the way.");
  EXPECT_EQ(words->points[3], "This ends by itself on 24 December 2026, 13:05 UTC.");
  EXPECT_EQ(words->yes, "Share");
  EXPECT_EQ(words->no, "Do not share");
}

TEST(Notice, EveryTermChangesTheWordsAndSoTheHash) {
  std::set<Hash> hashes;
  auto add = [&](const NoticeTerms& t) { hashes.insert(notice_hash("en", t).value()); };
  add(terms());
  auto t = terms();
  t.device = "Tablet";
  add(t);
  t = terms();
  t.person = "Ben";
  add(t);
  t = terms();
  t.category = "photos";
  add(t);
  t = terms();
  t.purpose = "Other";
  add(t);
  t = terms();
  t.direction = Direction::receive;
  add(t);
  t = terms();
  t.history = History::from_now;
  add(t);
  t = terms();
  t.until = WallMs{1};
  add(t);
  EXPECT_EQ(hashes.size(), 8u);
  EXPECT_NE(notice_hash("de", terms()).value(), notice_hash("en", terms()).value());
  EXPECT_EQ(notice_hash("en", terms()).value(), notice_hash("en", terms()).value());
}

TEST(Notice, ANameCannotWriteLinesOrFillPlaceholders) {
  auto t = terms();
  t.device = "Phone\nThis is harmless. {purpose}";
  const auto words = notice("en", t).value();
  EXPECT_EQ(words.question,
            "Share \"notes\" with Ada's device \"Phone This is harmless. {purpose}\"?");
}

TEST(Notice, SendOnlyUnknownLanguageAndEmptyNamesAreRefused) {
  auto t = terms();
  t.direction = Direction::send;
  EXPECT_EQ(notice("en", t).error().code, Errc::send_only_unsupported);
  EXPECT_EQ(notice("xx", terms()).error().code, Errc::unsupported);
  t = terms();
  t.purpose.clear();
  EXPECT_EQ(notice("en", t).error().code, Errc::bad_value);
}

TEST(Notice, EveryLanguageHasEveryPlaceholderAndNoJargon) {
  const auto parts = [](const words::Language& w) {
    return std::vector<std::string_view>{w.question, w.purpose, w.receive, w.both,  w.all,
                                         w.from_now, w.until,   w.no_end,  w.where, w.undo,
                                         w.stays,    w.yes,     w.no};
  };
  const auto placeholders = [](std::string_view text) {
    std::multiset<std::string> out;
    for (auto at = text.find('{'); at != text.npos; at = text.find('{', at + 1)) {
      out.insert(std::string(text.substr(at, text.find('}', at) - at)));
    }
    return out;
  };
  for (const auto& language : words::kLanguages) {
    const auto mine = parts(language);
    const auto reference = parts(words::kLanguages[0]);
    for (std::size_t i = 0; i < mine.size(); ++i) {
      EXPECT_EQ(placeholders(mine[i]), placeholders(reference[i])) << mine[i];
      for (const auto* word : {"sync", "encrypt", "epoch", "key", "revoke", "grant", "node", "peer",
                               "recommended", "better", "GDPR", "policy"}) {
        EXPECT_EQ(mine[i].find(word), std::string_view::npos) << mine[i];
      }
    }
    EXPECT_FALSE(date_text(language.locale, WallMs{0}).empty());
  }
}

TEST(Dates, AreOfTheGregorianCalendar) {
  EXPECT_EQ(iso_date(WallMs{0}), "1970-01-01T00:00:00Z");
  EXPECT_EQ(iso_date(WallMs{951'782'400'000}), "2000-02-29T00:00:00Z");
  EXPECT_EQ(iso_date(WallMs{4'107'542'399'000}), "2100-02-28T23:59:59Z");
  EXPECT_EQ(iso_date(WallMs{4'107'542'400'000}), "2100-03-01T00:00:00Z");
  EXPECT_EQ(iso_date(WallMs{1'798'117'500'999}), "2026-12-24T13:05:00Z");
}

}  // namespace
}  // namespace troth::consent
