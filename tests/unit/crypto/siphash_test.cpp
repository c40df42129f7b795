// Against the vectors of SipHash's authors (128-bit output, key 00 01 .. 0f).
#include "crypto/siphash.hpp"

#include <gtest/gtest.h>

#include "tests/unit/crypto/support.hpp"

namespace troth::crypto {
namespace {

TEST(SipHash, VectorsOfItsAuthors) {
  std::array<std::uint8_t, 16> key{};
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(i);
  const SipKey sip{ByteView(key)};
  EXPECT_EQ(to_hex(sip.mac({})), "a3817f04ba25a8e66df67214c7550293");
  const std::uint8_t zero = 0;
  EXPECT_EQ(to_hex(sip.mac({&zero, 1})), "da87c1d86b99af44347659119b22fc45");
  key[0] = 1;
  EXPECT_NE(SipKey{ByteView(key)}.mac({}), sip.mac({}));
}

}  // namespace
}  // namespace troth::crypto
