#include "pairing/code.hpp"

#include <gtest/gtest.h>

#include "tests/unit/pairing/two_sides.hpp"

namespace troth::pairing {
namespace {

TEST(PairingCode, VerhoeffGivesThePublishedDigits) {
  EXPECT_EQ(verhoeff_digit("48210937551"), '9');
  EXPECT_EQ(verhoeff_digit("00000000000"), '3');
  EXPECT_EQ(verhoeff_digit("99999999999"), '9');
  EXPECT_EQ(verhoeff_digit("12345678901"), '0');
  EXPECT_EQ(verhoeff_digit("236"), '3');
}

TEST(PairingCode, EveryWrongDigitAndEverySwapIsTold) {
  SeededRng rng(1);
  for (int round = 0; round < 50; ++round) {
    const auto made = make_code(false, rng);
    std::string digits;
    for (const char c : made.shown) {
      if (c != '-') digits.push_back(c);
    }
    ASSERT_TRUE(parse_code(digits).has_value());
    for (std::size_t i = 0; i < digits.size(); ++i) {
      for (char d = '0'; d <= '9'; ++d) {
        auto wrong = digits;
        wrong[i] = d;
        if (wrong == digits) continue;
        EXPECT_EQ(parse_code(wrong).error().code, Errc::bad_code_format);
      }
      if (i + 1 == digits.size() || digits[i] == digits[i + 1]) continue;
      auto swapped = digits;
      std::swap(swapped[i], swapped[i + 1]);
      EXPECT_EQ(parse_code(swapped).error().code, Errc::bad_code_format);
    }
  }
}

TEST(PairingCode, DigitsWordsAndQrCarryTheSponsorsSecret) {
  SeededRng rng(2);
  for (const bool words : {false, true}) {
    const auto made = make_code(words, rng);
    auto typed = parse_code(" " + made.shown + "\n");
    ASSERT_TRUE(typed.has_value()) << made.shown;
    EXPECT_EQ(typed->mode, words ? Mode::words : Mode::digits);
    EXPECT_EQ(typed->nameplate, made.nameplate);
    EXPECT_TRUE(ct_equal(typed->secret.expose(), made.code_secret.expose()));
    auto scanned = parse_code(qr_text(made, "127.0.0.1:4101"));
    ASSERT_TRUE(scanned.has_value());
    EXPECT_EQ(scanned->mode, Mode::qr);
    EXPECT_EQ(scanned->address, "127.0.0.1:4101");
    EXPECT_TRUE(ct_equal(scanned->secret.expose(), made.qr_secret.expose()));
  }
}

TEST(PairingCode, WordsMayBeUpperCaseAndCutToFourLetters) {
  SeededRng rng(3);
  const auto made = make_code(true, rng);
  std::string cut;
  std::size_t letters = 0;
  for (const char c : made.shown) {
    letters = c == '-' ? 0 : letters + 1;
    if (letters <= 4) cut.push_back(c == '-' ? ' ' : static_cast<char>(std::toupper(c)));
  }
  const auto typed = parse_code(cut);
  ASSERT_TRUE(typed.has_value()) << cut;
  EXPECT_TRUE(ct_equal(typed->secret.expose(), made.code_secret.expose()));
}

TEST(PairingCode, NonsenseIsRefusedWithoutASecret) {
  for (const char* bad :
       {"", "1", "4821-7390-112", "4821-7390-11245", "4821-copper", "abcd-copper-copper-copper",
        "4821-notaword-copper-copper", "troth:pair?v=1&n=4821", "troth:pair?v=2&n=4821&k=00&a="}) {
    EXPECT_EQ(parse_code(bad).error().code, Errc::bad_code_format) << bad;
  }
  EXPECT_EQ(parse_code(std::string(10'000, '1')).error().code, Errc::bad_code_format);
}

}  // namespace
}  // namespace troth::pairing
