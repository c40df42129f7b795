#include "base/secret.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"

namespace troth {
namespace {

TEST(Secret, MoveLeavesNothingBehindAndFreeWipes) {
  Secret32 a(Bytes(32, 0x5A));
  const std::uint8_t* where = a.expose().data();
  Secret32 b(std::move(a));
  EXPECT_TRUE(a.is_empty());
  EXPECT_EQ(b.expose()[0], 0x5A);
  { const Secret32 gone(std::move(b)); }
  // The pool keeps the slot mapped, so its content after the free can be looked at.
  EXPECT_EQ(where[0], 0);
  EXPECT_EQ(where[31], 0);
}

// Slots of the pools (64 B and 1 KiB) and pages of their own, at each size where they meet.
TEST(Secret, SecretsOfEverySizeStandApartAndAreWiped) {
  for (const std::size_t size : {1u, 63u, 64u, 65u, 1023u, 1024u, 1025u, 5000u}) {
    std::vector<SecretBytes> all;
    for (std::uint8_t fill = 1; fill <= 150; ++fill) all.emplace_back(Bytes(size, fill));
    for (std::uint8_t fill = 1; fill <= 150; ++fill)
      EXPECT_EQ(to_bytes(all[fill - 1u].expose()), Bytes(size, fill)) << size;
    const auto* where = all.back().expose().data();
    all.pop_back();
    if (size > 1024) continue;  // such pages are gone
    EXPECT_EQ(to_bytes(ByteView(where, size)), Bytes(size, 0)) << size;
  }
}

TEST(Secret, ConstantTimeEqualComparesLengthAndContent) {
  const SecretBytes a(Bytes{1, 2, 3});
  EXPECT_TRUE(ct_equal(a.expose(), a.clone().expose()));
  EXPECT_FALSE(ct_equal(a.expose(), Bytes{1, 2, 4}));
  EXPECT_FALSE(ct_equal(a.expose(), Bytes{1, 2}));
}

}  // namespace
}  // namespace troth
