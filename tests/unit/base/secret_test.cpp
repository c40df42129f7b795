#include "base/secret.hpp"

#include <gtest/gtest.h>

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

TEST(Secret, ConstantTimeEqualComparesLengthAndContent) {
  const SecretBytes a(Bytes{1, 2, 3});
  EXPECT_TRUE(ct_equal(a.expose(), a.clone().expose()));
  EXPECT_FALSE(ct_equal(a.expose(), Bytes{1, 2, 4}));
  EXPECT_FALSE(ct_equal(a.expose(), Bytes{1, 2}));
}

}  // namespace
}  // namespace troth
