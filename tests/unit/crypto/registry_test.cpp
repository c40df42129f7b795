// The registries that are data: labels, suites, Argon2 ceilings.
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "crypto/argon2.hpp"
#include "crypto/labels.hpp"
#include "crypto/suites.hpp"
#include "tests/unit/crypto/support.hpp"

namespace troth::crypto {
namespace {

TEST(Labels, NoLabelIsAPrefixOfAnother) {
  for (std::size_t i = 0; i < labels::kAll.size(); ++i) {
    for (std::size_t j = 0; j < labels::kAll.size(); ++j) {
      const bool prefix = i != j && labels::kAll[j].starts_with(labels::kAll[i]);
      EXPECT_FALSE(prefix) << labels::kAll[i];
    }
  }
}

TEST(Labels, EveryLabelHasTheOneForm) {
  for (const auto label : labels::kAll) {
    EXPECT_TRUE(label.starts_with("troth/")) << label;
    EXPECT_TRUE(label.ends_with(":")) << label;
    EXPECT_EQ(label.find(':'), label.size() - 1) << label;
  }
}

std::string source_file(const std::string& path) {
  std::ifstream file(std::string(TROTH_SOURCE_DIR) + "/" + path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// A label that is declared but not in kAll would escape the prefix test: read the header itself.
TEST(Labels, ListIsComplete) {
  const std::string body = source_file("src/crypto/labels.hpp");
  ASSERT_FALSE(body.empty());
  constexpr std::string_view kDeclaration = "constexpr std::string_view k";
  std::size_t declared = 0;
  for (auto at = body.find(kDeclaration); at != std::string::npos;) {
    ++declared;
    at = body.find(kDeclaration, at + 1);
  }
  EXPECT_GT(declared, 30U);
  EXPECT_EQ(declared, labels::kAll.size());
  EXPECT_EQ(std::set<std::string_view>(labels::kAll.begin(), labels::kAll.end()).size(), declared);
}

TEST(Labels, SpecificationListsEachOne) {
  const std::string page = source_file("docs/spec/02-crypto.md");
  ASSERT_FALSE(page.empty());
  for (const auto label : labels::kAll) {
    EXPECT_NE(page.find("`" + std::string(label) + "`"), std::string::npos)
        << label << " has no row in docs/spec/02-crypto.md section 10";
  }
}

TEST(Suites, TableSnapshot) {
  std::ostringstream table;
  for (const Suite& suite : suites()) {
    table << int{suite.id} << ' ' << suite.name << ' ' << static_cast<int>(suite.state) << ' '
          << suite.since << ' ' << static_cast<int>(suite.aead) << '\n';
  }
  EXPECT_EQ(table.str(),
            "1 p256-aes256gcm 1 2026-11-24 1\n"
            "2 p256-chacha20poly1305 1 2026-11-24 2\n"
            "3 p256-mlkem768-aes256gcm 0 2026-11-24 1\n");
}

TEST(Suites, OnlyActiveOnesAreUsable) {
  EXPECT_EQ(usable_suite(1)->aead, Aead::aes256gcm);
  EXPECT_EQ(usable_suite(2)->aead, Aead::chacha20poly1305);
  EXPECT_EQ(usable_suite(3).error().code, Errc::suite_refused);
  EXPECT_EQ(usable_suite(0).error().code, Errc::no_suite);
  EXPECT_EQ(usable_suite(200).error().code, Errc::no_suite);
  EXPECT_EQ(usable_suite(1, 2).error().code, Errc::suite_refused);
  EXPECT_TRUE(usable_suite(2, 2));
}

TEST(Suites, NegotiationFollowsOurOrderAndIgnoresUnknownIds) {
  const Bytes ours{1, 2};
  EXPECT_EQ(negotiate(ours, Bytes{2, 1}, 0)->id, 1);
  EXPECT_EQ(negotiate(Bytes{2, 1}, Bytes{1, 2}, 0)->id, 2);
  EXPECT_EQ(negotiate(ours, Bytes{0x0a, 0xfa, 2, 0xaa}, 0)->id, 2);
  EXPECT_EQ(negotiate(Bytes{0x1a, 1}, Bytes{0x1a, 1}, 0)->id, 1);  // unknown to both: never chosen
}

TEST(Suites, NegotiationNeverGoesBelowTheLeastOrToAReservedSuite) {
  EXPECT_EQ(negotiate(Bytes{1, 2}, Bytes{1, 2}, 2)->id, 2);
  EXPECT_EQ(negotiate(Bytes{1, 2}, Bytes{1}, 2).error().code, Errc::no_suite);
  EXPECT_EQ(negotiate(Bytes{3, 1}, Bytes{3, 1}, 0)->id, 1);
  EXPECT_EQ(negotiate(Bytes{3}, Bytes{3}, 0).error().code, Errc::no_suite);
  EXPECT_EQ(negotiate(Bytes{1, 2}, Bytes{}, 0).error().code, Errc::no_suite);
}

TEST(Argon2, PublishedShapeAndCeilings) {
  const Bytes salt(16, 1);
  const auto key = argon2id(as_bytes("correct horse"), salt, {1, 64});
  ASSERT_TRUE(key);
  EXPECT_TRUE(
      ct_equal(key->expose(), argon2id(as_bytes("correct horse"), salt, {1, 64})->expose()));
  EXPECT_FALSE(
      ct_equal(key->expose(), argon2id(as_bytes("correct horsf"), salt, {1, 64})->expose()));
  EXPECT_FALSE(
      ct_equal(key->expose(), argon2id(as_bytes("correct horse"), salt, {2, 64})->expose()));
  EXPECT_EQ(argon2id({}, Bytes(15), {1, 64}).error().code, Errc::bad_value);
  EXPECT_EQ(argon2id({}, salt, {0, 64}).error().code, Errc::bad_value);
  EXPECT_EQ(argon2id({}, salt, {1, 7}).error().code, Errc::bad_value);
  EXPECT_EQ(argon2id({}, salt, {17, 64}).error().code, Errc::limit);
  EXPECT_EQ(argon2id({}, salt, {1, 1024 * 1024 + 1}).error().code, Errc::limit);
  EXPECT_TRUE(argon2id({}, salt, {1, 8}));  // an empty passphrase is the caller's business
}

}  // namespace
}  // namespace troth::crypto
