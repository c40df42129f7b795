// The two files of a keystore as version 1 writes them (spec 12 §2, §4).
#include <fstream>

#include "frozen.hpp"
#include "shell/keystore/file_keystore.hpp"
#include "shell/os/file.hpp"
#include "unit/shell/temp_home.hpp"

namespace troth::shell {
namespace {

using troth::test::expect_frozen;
using troth::test::frozen;

class FixedRng final : public Rng {
 public:
  void fill(MutableBytes out) override {
    for (auto& byte : out) {
      state_ = state_ * 6364136223846793005u + 1442695040888963407u;
      byte = static_cast<std::uint8_t>(state_ >> 56);
    }
  }

 private:
  std::uint64_t state_ = 12;
};

const Now kNow{{1'700'000'000'000}, {1'000'000}};

SecretBytes passphrase() { return SecretBytes(as_bytes("as it was")); }

Bytes contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(KeystoreVersion1, IsMadeOfTheSameBytes) {
  const TempHome home;
  FixedRng rng;
  ASSERT_TRUE(FileKeystore::create(home.path(), passphrase(), {1, 8}, rng));
  expect_frozen("keystore", contents(home.path() + "/keystore"));
  expect_frozen("keystore.state", contents(home.path() + "/keystore.state"));
}

TEST(KeystoreVersion1, StoredFilesOpen) {
  const TempHome home;
  for (const std::string name : {"keystore", "keystore.state"}) {
    const auto bytes = frozen(name);
    std::ofstream file(home.path() + "/" + name, std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }
  FixedRng rng;
  const auto store = FileKeystore::open(home.path(), rng);
  ASSERT_TRUE(store);
  Result<> unlocked = fail(Errc::internal);
  (*store)->unlock(passphrase(), kNow, [&](Result<> done) { unlocked = done; });
  ASSERT_TRUE(unlocked);
  const auto key = (*store)->at_rest_key();
  ASSERT_TRUE(key);
  expect_frozen("keystore.at_rest", key->expose());
  Result<Bytes> signature = fail(Errc::internal);
  (*store)->perform(KeyRequest{KeyOp::sign, {1}, ""}, kNow,
                    [&](Result<Bytes> done) { signature = std::move(done); });
  ASSERT_TRUE(signature);
  EXPECT_TRUE(crypto::p256_verify((*store)->public_keys().sign, Bytes{1}, *signature));
}

}  // namespace
}  // namespace troth::shell
