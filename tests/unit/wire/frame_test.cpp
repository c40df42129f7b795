#include "wire/frame.hpp"

#include <gtest/gtest.h>

namespace troth::wire {
namespace {

std::array<std::uint8_t, 8> head_bytes(const FrameHead& head) {
  std::array<std::uint8_t, 8> out{};
  write_head(out, head);
  return out;
}

TEST(FrameHead, RoundTripsAndKeepsItsBytes) {
  const auto bytes = head_bytes({1, FrameKind::record, 0x010203});
  EXPECT_EQ(to_hex(bytes), "e754010300010203");
  const auto back = parse_head(bytes, 1 << 20);
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->kind, FrameKind::record);
  EXPECT_EQ(back->length, 0x010203u);
}

TEST(FrameHead, EachWrongPartHasItsOwnError) {
  auto bytes = head_bytes({1, FrameKind::record, 10});
  EXPECT_EQ(parse_head(bytes, 9).error().code, Errc::too_long);
  bytes[0] = 'G';
  EXPECT_EQ(parse_head(bytes, 10).error().code, Errc::bad_magic);
  bytes = head_bytes({2, FrameKind::record, 10});
  EXPECT_EQ(parse_head(bytes, 10).error().code, Errc::unknown_version);
  bytes = head_bytes({1, static_cast<FrameKind>(9), 10});
  EXPECT_EQ(parse_head(bytes, 10).error().code, Errc::unknown_kind);
}

}  // namespace
}  // namespace troth::wire
