#include "base/bytes.hpp"

#include <gtest/gtest.h>

namespace troth {
namespace {

TEST(Bytes, HexRoundTripsAndRefusesOddOrForeignText) {
  const Bytes data{0x00, 0x7f, 0xff};
  EXPECT_EQ(to_hex(data), "007fff");
  EXPECT_EQ(from_hex("007FfF"), data);
  EXPECT_EQ(from_hex("0"), std::nullopt);
  EXPECT_EQ(from_hex("0g"), std::nullopt);
}

TEST(Bytes, BigEndianIntegersRoundTrip) {
  Bytes out;
  append_be32(out, 0x01020304);
  append_be64(out, 7);
  EXPECT_EQ(to_hex(out), "010203040000000000000007");
  EXPECT_EQ(read_be(ByteView(out).first(4)), 0x01020304u);
}

TEST(Bytes, Utf8RefusesOverlongSurrogateAndCutSequences) {
  EXPECT_TRUE(is_utf8(as_bytes("héllo \xE2\x82\xAC \xF0\x9F\x98\x80")));
  for (const char* bad : {"\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                          "\xE2\x82", "\x80", "\xFF"}) {
    EXPECT_FALSE(is_utf8(as_bytes(bad))) << bad;
  }
}

TEST(Bytes, IdFromRefusesWrongLength) {
  EXPECT_TRUE(id_from<ItemId>(Bytes(16)).has_value());
  EXPECT_EQ(id_from<ItemId>(Bytes(15)).error().code, Errc::bad_value);
}

}  // namespace
}  // namespace troth
