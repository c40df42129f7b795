#include "files/file_key.hpp"

#include "unit/files/support.hpp"

namespace troth::files {
namespace {

using namespace testing;

TEST(FileKey, WhatIsSealedOpensAndSealsAlikeAgain) {
  for (const std::uint8_t suite : {std::uint8_t{1}, std::uint8_t{2}}) {
    const auto key = file_key(7, suite);
    const auto plain = noise(100'000, 1);
    const auto id = key.id(plain);
    EXPECT_EQ(id, key.id(ByteView(plain).first(40'000), ByteView(plain).subspan(40'000)));
    const auto sealed = key.seal(id, plain);
    EXPECT_LE(sealed.size(), plain.size() + 64);
    EXPECT_EQ(sealed, key.seal(id, plain));
    const auto opened = key.open(id, sealed);
    ASSERT_TRUE(opened);
    EXPECT_EQ(*opened, plain);
  }
}

TEST(FileKey, EveryChangedByteIsFound) {
  const auto key = file_key(7);
  const auto plain = noise(300, 2);
  const auto id = key.id(plain);
  const auto sealed = key.seal(id, plain);
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    auto bad = sealed;
    bad[i] ^= 0x10;
    EXPECT_FALSE(key.open(id, bad)) << i;
  }
  for (std::size_t size = 0; size < sealed.size(); ++size)
    EXPECT_FALSE(key.open(id, ByteView(sealed).first(size)));
}

TEST(FileKey, AnotherChunkUnderThisIdIsRefusedEvenFromAnInsider) {
  const auto key = file_key(7);
  const auto wanted = key.id(noise(5000, 1));
  const auto other = noise(5000, 2);
  EXPECT_EQ(key.open(wanted, key.seal(key.id(other), other)).error().code, Errc::auth_failed);
  // Knowing the key, one can seal anything under the wanted id; the content gives it away.
  EXPECT_EQ(key.open(wanted, key.seal(wanted, other)).error().code, Errc::bad_hash);
  EXPECT_FALSE(file_key(8).open(wanted, key.seal(wanted, noise(5000, 1))));
}

}  // namespace
}  // namespace troth::files
