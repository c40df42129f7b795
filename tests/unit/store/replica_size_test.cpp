// Size gate: an item of 256 bytes takes at most 1.6 times that on disk, index and all.
#include "sim/vfs/disk.hpp"
#include "unit/store/replica_fixture.hpp"

namespace troth::sync {
namespace {

using namespace testing;

constexpr std::size_t kItems = 12'800;

double bytes_per_item(bool time_ordered) {
  Keys keys;
  const auto key = keys.add_epoch(kNotes, 1);
  sim::Disk disk(1);
  Node phone(2, keys, "db", disk.vfs_name());
  EXPECT_TRUE(phone.try_open());
  Device laptop(1);
  keys.add_device(laptop.id, laptop.sign.public_key());
  const auto signer = laptop.signer();
  auto how = context(key);
  std::vector<Draft> drafts(64);
  for (std::size_t at = 0; at < kItems; at += drafts.size()) {
    for (std::size_t i = 0; i < drafts.size(); ++i) {
      drafts[i] = draft(0, "body", std::string(256, 'x'), at + i);
      drafts[i].item = random_id<ItemId>(laptop.rng);
      if (!time_ordered) continue;
      Bytes head;
      append_be64(head, (kNow.ms + at + i) << 16);
      std::copy_n(head.begin(), 6, drafts[i].item.bytes.begin());
    }
    how.carry_certificate = at == 0;
    const auto batch = seal(drafts, how, signer, laptop.rng);
    EXPECT_TRUE(batch.has_value());
    how.prev = batch->open.chain;
    how.first += drafts.size();
    EXPECT_TRUE(phone.apply(batch->sealed, accept_all, {kNow.ms + kItems}).has_value());
  }
  EXPECT_TRUE(phone.db().make_durable().has_value());
  EXPECT_TRUE(phone.db().maintain().has_value());
  return static_cast<double>(disk.contents("db").size()) / static_cast<double>(kItems);
}

TEST(ReplicaSize, AnItemTakesAtMostSixtyPercentMoreThanItsBytes) {
  const auto ordered = bytes_per_item(true);
  RecordProperty("bytes_per_item", std::to_string(ordered));
  EXPECT_LE(ordered, 256 * 1.6);
}

TEST(ReplicaSize, RandomIdsToo) { EXPECT_LE(bytes_per_item(false), 256 * 1.6); }

}  // namespace
}  // namespace troth::sync
