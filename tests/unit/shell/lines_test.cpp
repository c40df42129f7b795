#include "shell/local/lines.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"

namespace troth::shell {
namespace {

struct Seen {
  std::vector<std::string> lines;
  std::vector<Bytes> secrets;
  Result<> feed(LineReader& reader, Bytes bytes) {
    return reader.feed(
        bytes, [&](std::string_view line) { lines.emplace_back(line); },
        [&](SecretBytes secret) { secrets.push_back(to_bytes(secret.expose())); });
  }
};

TEST(LineReader, SameLinesHoweverTheBytesAreCut) {
  const Bytes all = to_bytes("{\"a\":1}\r\n\n!736573616d65\n{\"b\":2}\n");
  for (std::size_t cut = 0; cut <= all.size(); ++cut) {
    LineReader reader;
    Seen seen;
    ASSERT_TRUE(seen.feed(reader, to_bytes(ByteView(all).first(cut))));
    ASSERT_TRUE(seen.feed(reader, to_bytes(ByteView(all).subspan(cut))));
    EXPECT_EQ(seen.lines, (std::vector<std::string>{"{\"a\":1}", "{\"b\":2}"}));
    ASSERT_EQ(seen.secrets.size(), 1u);
    EXPECT_EQ(as_text(seen.secrets[0]), "sesame");
    EXPECT_TRUE(reader.empty());
  }
}

TEST(LineReader, SecretBytesAreWipedFromTheBuffer) {
  LineReader reader;
  Bytes bytes = to_bytes("!736573616d65\n");
  ASSERT_TRUE(reader.feed(
      bytes, [](std::string_view) {}, [](SecretBytes) {}));
  EXPECT_EQ(as_text(bytes).find("7365"), std::string_view::npos);
}

TEST(LineReader, RoundTripOfASecretLine) {
  const SecretBytes secret(as_bytes("pass phrase \n!"));
  LineReader reader;
  Seen seen;
  ASSERT_TRUE(seen.feed(reader, to_bytes(secret_line(secret).expose())));
  EXPECT_EQ(as_text(seen.secrets.at(0)), "pass phrase \n!");
}

TEST(LineReader, RefusesEndlessLinesAndBadSecrets) {
  LineReader reader;
  Seen seen;
  EXPECT_EQ(seen.feed(reader, to_bytes("!12x4\n")).error().code, Errc::bad_value);
  LineReader endless;
  Bytes chunk(1024 * 1024, 'x');
  for (int i = 0; i < 32; ++i) ASSERT_TRUE(seen.feed(endless, chunk));
  EXPECT_EQ(seen.feed(endless, Bytes{'x'}).error().code, Errc::too_long);
}

}  // namespace
}  // namespace troth::shell
