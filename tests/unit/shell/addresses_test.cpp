// Which own addresses are announced, and which announced ones may be tried (spec 15 §3).
#include "shell/discovery/addresses.hpp"

#include <gtest/gtest.h>

namespace troth::shell {
namespace {

constexpr std::uint32_t ip(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}

TEST(Addresses, OnlyHostsOfAnOwnNetworkMayBeDialled) {
  const std::vector<OwnAddress> own{{2, "a", ip(192, 168, 1, 5), ip(255, 255, 255, 0)},
                                    {3, "b", ip(10, 1, 2, 3), ip(255, 255, 0, 0)}};
  EXPECT_TRUE(may_dial(own, ip(192, 168, 1, 9), 4101));
  EXPECT_TRUE(may_dial(own, ip(10, 1, 255, 255 - 1), 1));
  EXPECT_FALSE(may_dial(own, ip(192, 168, 1, 9), 0));
  EXPECT_FALSE(may_dial(own, ip(192, 168, 2, 9), 4101));  // next door
  EXPECT_FALSE(may_dial(own, ip(8, 8, 8, 8), 4101));
  EXPECT_FALSE(may_dial(own, ip(127, 0, 0, 1), 22));  // services of this machine
  EXPECT_FALSE(may_dial(own, ip(224, 0, 0, 251), 5353));
  EXPECT_FALSE(may_dial(own, ip(255, 255, 255, 255), 4101));
  EXPECT_FALSE(may_dial(own, 0, 4101));
  EXPECT_FALSE(may_dial(own, ip(192, 168, 1, 255), 4101));  // everybody
  EXPECT_FALSE(may_dial(own, ip(192, 168, 1, 0), 4101));
  EXPECT_FALSE(may_dial({}, ip(192, 168, 1, 9), 4101));
}

TEST(Addresses, ANetworkOfOneOrTwoHasNoSpecialHosts) {
  const std::vector<OwnAddress> pair{{2, "a", ip(10, 0, 0, 0), 0xfffffffe}};
  EXPECT_TRUE(may_dial(pair, ip(10, 0, 0, 1), 1));
  EXPECT_FALSE(may_dial(pair, ip(10, 0, 0, 2), 1));
  const std::vector<OwnAddress> one{{2, "a", ip(10, 0, 0, 7), 0xffffffff}};
  EXPECT_TRUE(may_dial(one, ip(10, 0, 0, 7), 1));
  EXPECT_FALSE(may_dial(one, ip(10, 0, 0, 6), 1));
}

TEST(Addresses, LoopbackIsUsedOnlyWhenItIsNamed) {
  for (const auto& own : own_addresses({})) EXPECT_NE(own.address >> 24, 127u) << own.name;
  for (const auto& own : own_addresses({"lo"})) EXPECT_EQ(own.name, "lo");
  EXPECT_TRUE(own_addresses({"no-such-network"}).empty());
  EXPECT_EQ((OwnAddress{1, "lo", ip(127, 0, 0, 1), ip(255, 0, 0, 0)}.text()), "127.0.0.1");
}

}  // namespace
}  // namespace troth::shell
