#include "store/file_store.hpp"

#include <gtest/gtest.h>

#include "store/vault.hpp"
#include "tests/unit/keyring/test_rng.hpp"

namespace troth::store {
namespace {

using Part = FileStore::Part;

struct FileStoreTest : ::testing::Test {
  keyring::TestRng rng{3};
  std::unique_ptr<Db> db = Db::open({}).value();
  std::unique_ptr<Vault> vault =
      Vault::create(*db, Secret32(Bytes(32, 0x42)), HomeId{{1, 2, 3}}).value();
  FileStore store{*db, vault->sealer(), rng};
  ItemId a{{1}}, b{{2}};

  void SetUp() override {
    ASSERT_TRUE(db->begin(Durability::normal));
    ASSERT_TRUE(store.put(1, a, Part::file, to_bytes("one")));
    ASSERT_TRUE(store.put(1, a, Part::chunks, to_bytes("list")));
    ASSERT_TRUE(store.put(1, b, Part::file, to_bytes("two")));
    ASSERT_TRUE(store.put(2, a, Part::file, to_bytes("other folder")));
  }
  std::size_t count(std::uint32_t folder) {
    std::size_t out = 0;
    EXPECT_TRUE(store.for_each(folder, Part::file, [&](const ItemId&, ByteView) -> Result<> {
      ++out;
      return {};
    }));
    return out;
  }
};

TEST_F(FileStoreTest, RowsComeBackByFolderAndPart) {
  EXPECT_EQ(**store.get(1, a, Part::file), to_bytes("one"));
  EXPECT_EQ(**store.get(1, a, Part::chunks), to_bytes("list"));
  EXPECT_FALSE(*store.get(1, b, Part::chunks));
  EXPECT_EQ(**store.get(2, a, Part::file), to_bytes("other folder"));
  EXPECT_EQ(count(1), 2u);
  ASSERT_TRUE(store.put(1, a, Part::file, to_bytes("newer")));
  EXPECT_EQ(**store.get(1, a, Part::file), to_bytes("newer"));
  EXPECT_EQ(count(1), 2u);
}

TEST_F(FileStoreTest, ErasingTakesBothPartsAndNothingElse) {
  ASSERT_TRUE(store.erase_part(1, a, Part::chunks));
  EXPECT_TRUE(*store.get(1, a, Part::file));
  ASSERT_TRUE(store.erase(1, a));
  EXPECT_FALSE(*store.get(1, a, Part::file));
  EXPECT_EQ(count(1), 1u);
  ASSERT_TRUE(store.erase_folder(1));
  EXPECT_EQ(count(1), 0u);
  EXPECT_EQ(count(2), 1u);
}

TEST_F(FileStoreTest, ARowInAnotherPlaceDoesNotOpen) {
  TROTH_ASSERT(db->in_step());
  auto query = db->prepare("UPDATE file_known SET item = ?1 WHERE folder = 2");
  ASSERT_TRUE(query);
  ASSERT_TRUE(query->bind(1, b).run());
  EXPECT_EQ(store.get(2, b, Part::file).error().code, Errc::damaged);
}

}  // namespace
}  // namespace troth::store
