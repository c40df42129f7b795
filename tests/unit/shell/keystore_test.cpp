#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/bytes.hpp"
#include "shell/keystore/file_keystore.hpp"
#include "shell/os/file.hpp"
#include "shell/os/rng.hpp"
#include "tests/unit/shell/temp_home.hpp"

namespace troth::shell {
namespace {

constexpr crypto::Argon2Params kCheap{1, 8};
const Now kNow{{1'700'000'000'000}, {1'000'000}};

Now later(std::uint64_t ms) { return {{kNow.wall.ms + ms}, {kNow.mono.ms + ms}}; }
SecretBytes secret(std::string_view text) { return SecretBytes(as_bytes(text)); }

class KeystoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(FileKeystore::create(home_.path(), secret("right"), kCheap, rng_));
  }
  std::unique_ptr<FileKeystore> open() {
    auto store = FileKeystore::open(home_.path(), rng_);
    EXPECT_TRUE(store);
    (*store)->set_kdf(kCheap);
    return std::move(*store);
  }
  static Errc unlock(FileKeystore& store, std::string_view passphrase, Now now = kNow) {
    Errc code{};
    store.unlock(secret(passphrase), now, [&](Result<> r) { code = r ? Errc{} : r.error().code; });
    return code;
  }
  static Errc present(FileKeystore& store, std::string_view passphrase, Presence how,
                      Now now = kNow) {
    Errc code{};
    store.prove_presence(secret(passphrase), how, now,
                         [&](Result<> r) { code = r ? Errc{} : r.error().code; });
    return code;
  }
  static Result<Bytes> perform(FileKeystore& store, KeyOp op, Bytes input, Now now = kNow) {
    Result<Bytes> out = fail(Errc::internal);
    store.perform(KeyRequest{op, std::move(input), ""}, now,
                  [&](Result<Bytes> r) { out = std::move(r); });
    return out;
  }
  std::string file() const { return home_.path() + "/keystore"; }

  TempHome home_;
  OsRng rng_;
};

TEST_F(KeystoreTest, LockedUntilTheRightPassphrase) {
  auto store = open();
  EXPECT_TRUE(store->locked());
  EXPECT_EQ(store->at_rest_key().error().code, Errc::locked);
  EXPECT_EQ(perform(*store, KeyOp::sign, {1}).error().code, Errc::locked);
  EXPECT_EQ(unlock(*store, "wrong"), Errc::wrong_passphrase);
  EXPECT_EQ(unlock(*store, "right", later(5000)), Errc{});
  EXPECT_FALSE(store->locked());
  EXPECT_TRUE(store->at_rest_key());
  store->lock();
  EXPECT_EQ(store->at_rest_key().error().code, Errc::locked);
}

TEST_F(KeystoreTest, TheRightPassphraseUnlocksAlsoWhereNothingCanBeWritten) {
  auto store = open();
  ASSERT_EQ(unlock(*store, "wrong"), Errc::wrong_passphrase);
  const std::string away = home_.path() + "-away";
  std::filesystem::rename(home_.path(), away);
  EXPECT_EQ(unlock(*store, "right", later(5000)), Errc{});
  EXPECT_EQ(present(*store, "right", Presence::once, later(5000)), Errc{});
  EXPECT_FALSE(store->locked());
  std::filesystem::rename(away, home_.path());
}

TEST_F(KeystoreTest, KeysSignAndAgree) {
  auto store = open();
  ASSERT_EQ(unlock(*store, "right"), Errc{});
  const Bytes message = to_bytes("hello");
  const auto signature = perform(*store, KeyOp::sign, message);
  ASSERT_TRUE(signature);
  EXPECT_TRUE(crypto::p256_verify(store->public_keys().sign, message, *signature));
  const auto other = crypto::P256KeyPair::generate(rng_);
  const auto shared = perform(*store, KeyOp::agree, to_bytes(other.public_key().view()));
  ASSERT_TRUE(shared);
  EXPECT_TRUE(ct_equal(*shared, other.agree(store->public_keys().agree).expose()));
}

TEST_F(KeystoreTest, ApproveNeedsPresenceEachTimeOrForFiveMinutes) {
  auto store = open();
  ASSERT_EQ(unlock(*store, "right"), Errc{});
  EXPECT_EQ(perform(*store, KeyOp::approve, {1}).error().code, Errc::presence_needed);
  EXPECT_EQ(present(*store, "wrong", Presence::once), Errc::wrong_passphrase);
  ASSERT_EQ(present(*store, "right", Presence::once, later(2000)), Errc{});
  const auto signature = perform(*store, KeyOp::approve, {1}, later(2000));
  ASSERT_TRUE(signature);
  EXPECT_TRUE(crypto::p256_verify(store->public_keys().approve, Bytes{1}, *signature));
  store->end_presence(Presence::once);
  EXPECT_EQ(perform(*store, KeyOp::approve, {1}, later(2000)).error().code, Errc::presence_needed);
  ASSERT_EQ(present(*store, "right", Presence::remembered, later(2000)), Errc{});
  store->end_presence(Presence::once);
  EXPECT_TRUE(perform(*store, KeyOp::approve, {1}, later(2000 + 299'000)));
  EXPECT_EQ(perform(*store, KeyOp::approve, {1}, later(2000 + 300'000)).error().code,
            Errc::presence_needed);
}

TEST_F(KeystoreTest, EveryFlippedBitIsDamageAndNeverAccepted) {
  const Bytes good = *read_file(file(), 4096);
  ASSERT_EQ(good.size(), kKeystoreBytes);
  for (std::size_t i = 0; i < good.size(); ++i) {
    Bytes bad = good;
    bad[i] ^= static_cast<std::uint8_t>(1 << (i % 8));
    ASSERT_TRUE(write_atomic(file(), bad));
    EXPECT_EQ(FileKeystore::open(home_.path(), rng_).error().code, Errc::damaged) << i;
  }
  ASSERT_TRUE(write_atomic(file(), ByteView(good).first(good.size() - 1)));
  EXPECT_EQ(FileKeystore::open(home_.path(), rng_).error().code, Errc::damaged);
}

// Somebody who can also correct the checksum still gets nothing accepted: a public key swapped for
// another, or sealed bytes changed, is damage although the passphrase is right.
TEST_F(KeystoreTest, ForgedChecksumDoesNotHelp) {
  const auto image = *decode_keystore(*read_file(file(), 4096));
  std::vector<KeystoreImage> forged(5, image);
  forged[0].keys.sign = crypto::P256KeyPair::generate(rng_).public_key();
  forged[1].keys.approve = crypto::P256KeyPair::generate(rng_).public_key();
  forged[2].sealed_body[40] ^= 1;
  forged[3].protection = Protection::file_open;
  forged[4].unlock_check.bytes[0] ^= 1;
  const Errc expected[] = {Errc::damaged, Errc::damaged, Errc::damaged, Errc::damaged,
                           Errc::wrong_passphrase};
  for (std::size_t i = 0; i < forged.size(); ++i) {
    ASSERT_TRUE(write_atomic(file(), encode(forged[i])));
    auto store = FileKeystore::open(home_.path(), rng_);
    if (!store) {
      EXPECT_TRUE(i ==
                  3);  // file-open is opened at once, and the empty passphrase is the wrong one
      continue;
    }
    EXPECT_EQ(unlock(**store, "right"), expected[i]) << i;
    EXPECT_TRUE((*store)->locked());
  }
}

TEST_F(KeystoreTest, BackOffDoublesSurvivesARestartAndEnds) {
  std::uint64_t at = 0;
  const std::uint64_t waits[] = {1000, 2000, 4000, 8000, 16'000, 32'000, 60'000, 60'000};
  for (const auto wait : waits) {
    auto store = open();
    EXPECT_EQ(unlock(*store, "wrong", later(at)), Errc::wrong_passphrase);
    EXPECT_EQ(open()->retry_after(later(at).wall), wait);
    EXPECT_EQ(unlock(*store, "right", later(at + wait - 1)), Errc::again);
    at += wait;
  }
  auto store = open();
  EXPECT_EQ(unlock(*store, "right", later(at)), Errc{});
  EXPECT_EQ(open()->retry_after(later(at).wall), 0u);
}

TEST_F(KeystoreTest, AClockSetBackNeverLocksOutForLongerThanTheCap) {
  auto store = open();
  EXPECT_EQ(unlock(*store, "wrong", later(1'000'000'000)), Errc::wrong_passphrase);
  EXPECT_LE(store->retry_after(kNow.wall), 60'000u);
}

TEST_F(KeystoreTest, ChangeOfPassphraseIsAllOrNothing) {
  const DevicePublicKeys before = open()->public_keys();
  auto store = open();
  Errc code{};
  const auto keep = [&](Result<> r) { code = r ? Errc{} : r.error().code; };
  store->change_passphrase(secret("wrong"), secret("new"), kNow, keep);
  EXPECT_EQ(code, Errc::wrong_passphrase);
  store->change_passphrase(secret("right"), secret("new"), later(5000), keep);
  EXPECT_EQ(code, Errc{});
  auto again = open();
  EXPECT_EQ(again->public_keys().sign, before.sign);
  EXPECT_EQ(unlock(*again, "right", later(6000)), Errc::wrong_passphrase);
  EXPECT_EQ(unlock(*again, "new", later(9000)), Errc{});
  EXPECT_EQ(present(*again, "new", Presence::once, later(9000)), Errc{});
}

TEST_F(KeystoreTest, CrashBeforeTheRenameKeepsTheOldFile) {
  ASSERT_TRUE(write_beside(file(), to_bytes("half a keyst")));
  auto store = open();
  EXPECT_EQ(unlock(*store, "right"), Errc{});
  Errc code{};
  store->change_passphrase(secret("right"), secret("new"), kNow,
                           [&](Result<> r) { code = r ? Errc{} : r.error().code; });
  EXPECT_EQ(code, Errc{}) << "a left-over of a crash is no obstacle";
  EXPECT_EQ(unlock(*open(), "new"), Errc{});
}

TEST_F(KeystoreTest, FilesArePrivateAndASecondCreateIsRefused) {
  struct stat info {};
  ASSERT_EQ(::stat(file().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  EXPECT_EQ(FileKeystore::create(home_.path(), secret("x"), kCheap, rng_).error().code,
            Errc::exists);
}

TEST_F(KeystoreTest, GuardIsDurableAndItsDamageIsFound) {
  auto store = open();
  RollbackGuard guard = store->guard();
  EXPECT_NE(guard.home, RollbackGuard{}.home);
  guard.reserved = 4096;
  guard.incarnation[0] ^= 1;
  ASSERT_TRUE(store->set_guard(guard));
  EXPECT_EQ(open()->guard().reserved, 4096u);
  EXPECT_EQ(open()->guard().incarnation, guard.incarnation);
  const std::string state = home_.path() + "/keystore.state";
  const Bytes good = *read_file(state, 4096);
  for (std::size_t i = 0; i < good.size(); ++i) {
    Bytes bad = good;
    bad[i] ^= 0x10;
    ASSERT_TRUE(write_atomic(state, bad));
    EXPECT_EQ(FileKeystore::open(home_.path(), rng_).error().code, Errc::damaged) << i;
  }
}

TEST(OpenKeystore, NoPassphraseIsNamedAsSuch) {
  TempHome home;
  OsRng rng;
  ASSERT_TRUE(FileKeystore::create(home.path(), SecretBytes(), {3, 65536}, rng));
  auto store = FileKeystore::open(home.path(), rng);
  ASSERT_TRUE(store);
  EXPECT_EQ((*store)->protection(), Protection::file_open);
  EXPECT_EQ(protection_name((*store)->protection()), "file-open");
  EXPECT_FALSE((*store)->locked());
}

TEST(KeystoreFormat, AHostileHeaderCannotBuyHoursOfWork) {
  TempHome home;
  OsRng rng;
  ASSERT_TRUE(FileKeystore::create(home.path(), SecretBytes(as_bytes("x")), kCheap, rng));
  auto image = *decode_keystore(*read_file(home.path() + "/keystore", 4096));
  image.kdf = {17, 64};
  EXPECT_EQ(decode_keystore(encode(image)).error().code, Errc::damaged);
  image.kdf = {1, 2 * 1024 * 1024};
  EXPECT_EQ(decode_keystore(encode(image)).error().code, Errc::damaged);
}

}  // namespace
}  // namespace troth::shell
