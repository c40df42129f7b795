#include "store/vault.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "store/meta_store.hpp"

namespace troth::store {
namespace {

class CountingRng final : public Rng {
 public:
  void fill(MutableBytes out) override {
    for (auto& byte : out) byte = next_++;
  }

 private:
  std::uint8_t next_ = 0;
};
class StuckRng final : public Rng {  // a machine restored with the state of its generator
 public:
  void fill(MutableBytes out) override { std::fill(out.begin(), out.end(), std::uint8_t{9}); }
};

const Secret32& key() {
  static const Secret32 kKey(Bytes(32, 0x42));
  return kKey;
}
constexpr HomeId kHome{{1, 2, 3}};

TEST(RowSealer, OpensWhatItSealedAndNothingElse) {
  CountingRng rng;
  const RowSealer sealer(key());
  const Bytes row_key = to_bytes("key");
  const Bytes sealed = sealer.seal("t", row_key, as_bytes("value"), rng);
  EXPECT_EQ(sealed.size(), RowSealer::kOverhead + 5);
  EXPECT_EQ(sealer.open("t", row_key, sealed).value(), to_bytes("value"));
  EXPECT_EQ(as_text(sealer.open_secret("t", row_key, sealed)->expose()), "value");
  EXPECT_EQ(sealer.open("u", row_key, sealed).error().code, Errc::damaged);
  EXPECT_EQ(sealer.open("t", as_bytes("kez"), sealed).error().code, Errc::damaged);
  EXPECT_EQ(sealer.open("tk", as_bytes("ey"), sealed).error().code, Errc::damaged);
  EXPECT_EQ(RowSealer(Secret32(Bytes(32, 1))).open("t", row_key, sealed).error().code,
            Errc::damaged);
  for (std::size_t i = 0; i < sealed.size() * 8; ++i) {
    Bytes flipped = sealed;
    flipped[i / 8] = static_cast<std::uint8_t>(flipped[i / 8] ^ (1u << (i % 8)));
    EXPECT_EQ(sealer.open("t", row_key, flipped).error().code, Errc::damaged) << i;
  }
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_FALSE(sealer.open("t", row_key, ByteView(sealed).first(size))) << size;
  }
}

TEST(RowSealer, RepeatedRandomBytesRepeatNoNonceUnlessAllIsTheSame) {
  StuckRng rng;
  const auto nonce = [&](std::string_view table, std::string_view k, std::string_view v) {
    const RowSealer sealer(key());  // of a machine restored each time
    const Bytes sealed = sealer.seal(table, as_bytes(k), as_bytes(v), rng);
    return Bytes(sealed.begin() + 1, sealed.begin() + 13);
  };
  EXPECT_EQ(nonce("t", "k", "v"), nonce("t", "k", "v"));
  EXPECT_NE(nonce("t", "k", "v"), nonce("t", "k", "w"));
  EXPECT_NE(nonce("t", "k", "v"), nonce("t", "l", "v"));
  EXPECT_NE(nonce("t", "k", "v"), nonce("u", "k", "v"));
}

TEST(RowSealer, SealsManyRowsForOneDrawAndRepeatsNoNonce) {
  struct Counting final : Rng {
    void fill(MutableBytes out) override {
      ++draws;
      std::fill(out.begin(), out.end(), std::uint8_t{0xff});  // the count carries over every byte
    }
    int draws = 0;
  } rng;
  const RowSealer sealer(key());
  std::set<Bytes> nonces;
  for (int i = 0; i < 256; ++i) {
    const Bytes sealed = sealer.seal("t", as_bytes("k"), as_bytes("v"), rng);
    nonces.emplace(sealed.begin() + 1, sealed.begin() + 13);
  }
  EXPECT_EQ(nonces.size(), 256u);
  EXPECT_EQ(rng.draws, 1);
  (void)sealer.seal("t", as_bytes("k"), as_bytes("v"), rng);
  EXPECT_EQ(rng.draws, 2);
}

TEST(RowSet, IsASumThatWrapsAndForgetsOrder) {
  Hash ones;
  ones.bytes.fill(0xff);
  Hash five;
  five.bytes[31] = 5;
  RowSet a;
  a.add(ones);
  a.add(five);
  RowSet b;
  b.add(five);
  b.add(ones);
  EXPECT_EQ(a, b);
  Hash four;
  four.bytes[31] = 4;
  EXPECT_EQ(a.sum(), four);
  a.remove(five);
  a.remove(ones);
  EXPECT_EQ(a, RowSet{});
}

class VaultTest : public ::testing::Test {
 protected:
  VaultTest() {
    std::string name = (std::filesystem::temp_directory_path() / "troth_vault_XXXXXX").string();
    if (mkdtemp(name.data()) != nullptr) dir_ = name;
    options_.path = (dir_ / "db").string();
  }
  ~VaultTest() override { std::filesystem::remove_all(dir_); }

  // Makes a home with some rows and closes it.
  void make() {
    auto db = Db::open(options_).value();
    auto vault = Vault::create(*db, key(), kHome).value();
    SealedMap notes = vault->map("circle/entries");
    ASSERT_TRUE(db->begin(Durability::full));
    for (const char* name : {"beta", "alpha", "gamma"}) {
      ASSERT_TRUE(notes.put(as_bytes(name), as_bytes("Anna's private laptop"), rng_));
    }
    ASSERT_TRUE(vault->map("keys").put_secret(as_bytes("K"), SecretBytes(Bytes(32, 5)), rng_));
    ASSERT_TRUE(db->commit());
  }
  Errc open_error(HomeId home = kHome) {
    auto db = Db::open(options_).value();
    auto vault = Vault::open(*db, key(), home);
    return vault ? Errc{} : vault.error().code;
  }
  void attack(const char* sql) {
    sqlite3* raw = nullptr;
    ASSERT_EQ(sqlite3_open(options_.path.c_str(), &raw), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(raw, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(raw);
    EXPECT_GT(sqlite3_total_changes(raw), 0);
    sqlite3_close(raw);
  }

  CountingRng rng_;
  std::filesystem::path dir_;
  Db::Options options_;
};

TEST_F(VaultTest, KeepsRowsOverReopenInOrderOfKeys) {
  make();
  auto db = Db::open(options_).value();
  auto vault = Vault::open(*db, key(), kHome).value();
  SealedMap notes = vault->map("circle/entries");
  EXPECT_EQ(notes.count(), 3u);
  std::string order;
  ASSERT_TRUE(notes.for_each([&](ByteView k, ByteView) -> Result<> {
    order += as_text(k);
    return {};
  }));
  EXPECT_EQ(order, "alphabetagamma");
  EXPECT_EQ(*notes.get(as_bytes("beta")).value(), to_bytes("Anna's private laptop"));
  EXPECT_FALSE(notes.get(as_bytes("delta")).value());
  SealedMap keys = vault->map("keys");
  EXPECT_EQ(to_bytes(keys.get_secret(as_bytes("K")).value()->expose()), Bytes(32, 5));
  std::size_t seen = 0;
  ASSERT_TRUE(keys.for_each_secret([&](ByteView, ByteView value) -> Result<> {
    EXPECT_EQ(to_bytes(value), Bytes(32, 5));
    ++seen;
    return {};
  }));
  EXPECT_EQ(seen, 1u);
}

TEST_F(VaultTest, ClosedHomeShowsNoNameAndNoKey) {
  make();
  for (const auto& file : std::filesystem::directory_iterator(dir_)) {
    std::ifstream in(file.path(), std::ios::binary);
    const std::string all((std::istreambuf_iterator<char>(in)), {});
    for (const char* name : {"Anna", "laptop", "alpha", "gamma", "circle/entries"}) {
      EXPECT_EQ(all.find(name), std::string::npos) << name << " in " << file.path();
    }
    EXPECT_EQ(all.find(std::string(32, '\5')), std::string::npos);
  }
}

TEST_F(VaultTest, RemovedRowIsFound) {
  make();
  EXPECT_EQ(open_error(), Errc{});
  attack(
      "DELETE FROM sealed WHERE (t, k) IN "
      "(SELECT t, k FROM sealed LIMIT 1)");
  EXPECT_EQ(open_error(), Errc::damaged);
}

TEST_F(VaultTest, SwappedRowsAreFound) {
  make();
  attack(
      "CREATE TEMP TABLE two AS SELECT t, k, v FROM sealed WHERE t = (SELECT t FROM sealed GROUP "
      "BY "
      "t HAVING count(*) = 3) LIMIT 2;"
      "UPDATE sealed SET v = (SELECT v FROM two WHERE two.k <> sealed.k) WHERE k IN (SELECT k FROM "
      "two)");
  EXPECT_EQ(open_error(), Errc::damaged);
}

TEST_F(VaultTest, RowOfAnEarlierTimeIsFound) {
  make();
  attack("CREATE TABLE old AS SELECT * FROM sealed; UPDATE fence SET n = n");
  {
    auto db = Db::open(options_).value();
    auto vault = Vault::open(*db, key(), kHome).value();
    ASSERT_TRUE(db->begin(Durability::full));
    ASSERT_TRUE(vault->map("circle/entries").put(as_bytes("beta"), as_bytes("new"), rng_));
    ASSERT_TRUE(db->commit());
  }
  EXPECT_EQ(open_error(), Errc{});
  attack("INSERT OR REPLACE INTO sealed SELECT * FROM old");
  EXPECT_EQ(open_error(), Errc::damaged);
}

TEST_F(VaultTest, AddedRowAndBentRecordAreFound) {
  make();
  attack("INSERT INTO sealed SELECT t, x'00', v FROM sealed LIMIT 1");
  EXPECT_EQ(open_error(), Errc::damaged);
  attack("DELETE FROM sealed WHERE k = x'00'");
  EXPECT_EQ(open_error(), Errc{});
  attack("UPDATE vault SET v = zeroblob(length(v))");
  EXPECT_EQ(open_error(), Errc::damaged);
}

TEST_F(VaultTest, FileOfAnotherHomeOrOfNoHomeIsRefused) {
  make();
  EXPECT_EQ(open_error(HomeId{{9}}), Errc::damaged);
  attack("DELETE FROM vault; DELETE FROM sealed");
  EXPECT_EQ(open_error(), Errc::rolled_back);
}

TEST_F(VaultTest, CreateRefusesAFileThatHoldsAHome) {
  make();
  auto db = Db::open(options_).value();
  EXPECT_EQ(Vault::create(*db, key(), kHome).error().code, Errc::exists);
}

TEST_F(VaultTest, RolledBackStepTakesTheSumsBackWithIt) {
  make();
  {
    auto db = Db::open(options_).value();
    auto vault = Vault::open(*db, key(), kHome).value();
    SealedMap notes = vault->map("circle/entries");
    const std::uint64_t before = vault->generation();
    ASSERT_TRUE(db->begin(Durability::full));
    ASSERT_TRUE(notes.put(as_bytes("delta"), as_bytes("x"), rng_));
    EXPECT_TRUE(notes.erase(as_bytes("beta")).value());
    db->rollback();
    EXPECT_EQ(notes.count(), 3u);
    ASSERT_TRUE(db->begin(Durability::full));
    EXPECT_TRUE(notes.erase(as_bytes("gamma")).value());
    EXPECT_FALSE(notes.erase(as_bytes("gamma")).value());
    ASSERT_TRUE(db->commit());
    EXPECT_EQ(vault->generation(), before + 1);
  }
  EXPECT_EQ(open_error(), Errc{});
}

TEST_F(VaultTest, SettingsListByPrefix) {
  auto db = Db::open({}).value();
  auto vault = Vault::create(*db, key(), kHome).value();
  MetaStore meta(*vault);
  ASSERT_TRUE(db->begin(Durability::full));
  ASSERT_TRUE(meta.put("peer/address/b", as_bytes("2"), rng_));
  ASSERT_TRUE(meta.put("peer/address/a", as_bytes("1"), rng_));
  ASSERT_TRUE(meta.put_u64("incarnation", 7, rng_));
  ASSERT_TRUE(meta.put_u64("incarnation", 8, rng_));
  ASSERT_TRUE(db->commit());
  EXPECT_EQ(meta.get_u64("incarnation").value(), 8u);
  EXPECT_EQ(meta.get_u64("none").value(), std::nullopt);
  const auto listed = meta.list("peer/").value();
  ASSERT_EQ(listed.size(), 2u);
  EXPECT_EQ(listed[0].first, "peer/address/a");
  EXPECT_EQ(listed[1].second, to_bytes("2"));
  EXPECT_EQ(meta.get_u64("peer/address/a").error().code, Errc::damaged);
}

}  // namespace
}  // namespace troth::store
